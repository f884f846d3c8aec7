// A job that never runs twice at once: the claim of its latest run moves on to the next one once that one has ended, in
// the transaction that records the next one. So two are never in flight, whatever starts them.

import { hasEnded, type Run } from '../runs/run.ts';
import type { RunStore, Stored } from '../runs/stores.ts';
import type { Clock } from '../util/clock.ts';
import { ConflictError } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { type Claimed, type ClaimInput, type Proposal, writeClaimed } from './proposal.ts';
import { askedFor } from './reopen.ts';

/** A run of the job is under way, and there is no second one. */
export class OverlapError extends ConflictError {
  readonly runId: string;

  constructor(job: string, { id, state }: Pick<Run, 'id' | 'state'>) {
    super(
      `Nothing was started: run ${id} of job ${job} is under way (${state}). Wait for its end, cancel it, or set "overlap": "allow" in models.json.`,
    );
    this.runId = id;
  }
}

/** What was started is on record, in a form that cannot be read. */
export class UnreadableError extends ConflictError {
  constructor(job: string, runId: string) {
    super(
      `Nothing was started: this has its run already, ${runId} of job ${job}, and its record cannot be read: it is of another version of the app, damaged, or was removed.`,
    );
  }
}

interface Dependencies {
  readonly runs: RunStore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * @returns null where the rows changed in between, and another look is needed.
 * @throws {OverlapError}
 */
export async function resolveLatest(
  dependencies: Dependencies,
  input: ClaimInput,
  { run, own, alias }: Proposal,
): Promise<Claimed | null> {
  const { runs, log } = dependencies;
  const { model, trigger, signal } = input;
  const claim = alias === null ? null : await runs.getClaim(model.name, alias, signal);
  if (claim === null || alias === null) return null;
  const latest = await runs.get(model.name, claim.value, signal);
  // What cannot be read, or was removed by hand, cannot be waited for.
  if (latest === null || latest === 'unreadable')
    log.error({ job: model.name, runId: claim.value }, 'latest run of the job cannot be read; taken to have ended');
  else if (!hasEnded(latest.value)) {
    // An operator wants what the run waits for to be tried now.
    if (trigger === 'operator' && latest.value.state === 'waiting') return hasten(dependencies, input, latest);
    throw new OverlapError(model.name, latest.value);
  }
  return writeClaimed(
    runs,
    run,
    [
      { do: 'insert-run', run },
      { do: 'insert-claim', key: own, runId: run.id },
      { do: 'update-claim', key: alias, runId: run.id, etag: claim.etag },
    ],
    signal,
  );
}

/** What the run waits for is due now. */
export async function hasten(
  { runs, clock }: Pick<Dependencies, 'runs' | 'clock'>,
  { signal }: Pick<ClaimInput, 'signal'>,
  holder: Stored<Run>,
): Promise<Claimed> {
  const stored = await runs.update(holder, askedFor('operator', clock.now()), signal);
  return { stored, duplicate: false, isHastened: true };
}
