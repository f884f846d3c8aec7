// From a request for a run to an accepted start: which round, the claim, the start.

import { claimKeys } from '../claims/keys.ts';
import { decideOnHolder } from '../claims/policy.ts';
import type { Claimed, ClaimInput } from '../claims/proposal.ts';
import { preparedSoon, takeClaim } from '../claims/take-claim.ts';
import { versionsSoon } from '../compute/given-secrets.ts';
import type { Json } from '../compute/platform.ts';
import { type Entry, isJob } from '../config/models.ts';
import type { Asked } from '../runs/new-run.ts';
import type { Run } from '../runs/run.ts';
import { isPassing, type Stored } from '../runs/stores.ts';
import { untilAborted } from '../util/clock.ts';
import { beginNextAttempt } from './begin-next-attempt.ts';
import { knowRound, type RoundDependencies, type RoundRequest } from './know-round.ts';
import { refusePaused } from './paused.ts';
import { type StartDependencies, startAttempt } from './start-attempt.ts';

export interface RunRequest extends Omit<Asked, 'reason'>, Partial<Pick<Asked, 'reason'>>, RoundRequest {
  readonly force: boolean;
}

export type RequestDependencies = RoundDependencies;

/**
 * Records a run and starts its container, unless the round is covered.
 * @throws {PausedError} for what is paused, unless an operator asks; TooManyStartsError past the bounds of the day;
 * ConflictError for a force while an attempt is under way, for a job of which a run is under way, and for a round that is
 * certainly not open and does not open next; ExternalCallError where the record could not be written, and so nothing was
 * started.
 */
export async function recordAndStart(dependencies: RequestDependencies, asked: RunRequest): Promise<Claimed> {
  const { model } = asked;
  // A job has neither rounds nor tests, whatever a body made for models says.
  const request = isJob(model) ? { ...asked, isTest: false, round: null } : asked;
  // Beside the round, what the start needs and what claims nothing is asked for.
  if (!isJob(model)) dependencies.numeraiModels.identify(model).catch(() => undefined);
  const ahead = prepareAhead(dependencies, request);
  const secretVersions = versionsSoon(dependencies, model.container, request.signal);
  secretVersions.catch(() => undefined);
  const asking = knowRound(dependencies, request);
  // Of what is paused it does not matter whether its round is open.
  asking.catch(() => undefined);
  await refusePaused(dependencies, request);
  const { knowledge, opening, why } = await asking;
  const reason = request.reason ?? why;
  const claim = { ...request, knowledge, opening, reason, ahead, secretVersions };
  if (opening !== null) return claimAndStart(dependencies, claim);
  // Past the bound nothing is recorded.
  return dependencies.bounds.holding(
    request.isTest,
    (bounds) => claimAndStart({ ...dependencies, bounds }, claim),
    () => findCovered(dependencies, claim),
    isJob(model) && request.trigger === 'webhook',
  );
}

async function claimAndStart(dependencies: StartDependencies, request: ClaimInput): Promise<Claimed> {
  const { model, opening, signal } = request;
  const claimed = await takeClaim(dependencies, request);
  if (claimed.duplicate) return claimed;
  const { value: run } = claimed.stored;
  dependencies.log.info(
    {
      model: model.name,
      runId: run.id,
      trigger: request.trigger,
      triggerId: request.triggerId,
      round: run.round,
    },
    claimed.isHastened
      ? 'run hastened'
      : run.state === 'waiting' && opening === null
        ? 'run opened again'
        : 'run recorded',
  );
  // The watcher starts it when its round opens; what was tried before goes on as the watcher does it.
  if (opening !== null || claimed.isHastened) return claimed;
  const starting = start(dependencies, claimed.stored, model, signal);
  // After the trigger has stopped waiting, what is still done is done under the lease.
  const stored = await untilAborted(starting, signal, () => claimed.stored);
  return { stored, duplicate: false, isHastened: false };
}

/** What is covered already needs no start. */
async function findCovered({ clock, runs }: StartDependencies, request: ClaimInput): Promise<Claimed | null> {
  const { model, signal } = request;
  const { own } = claimKeys({ ...request, runId: '', openAt: clock.now() });
  const claim = await runs.getClaim(model.name, own, signal);
  const holder = claim === null ? null : await runs.get(model.name, claim.value, signal);
  if (holder === null || holder === 'unreadable' || decideOnHolder(holder.value, request) !== 'duplicate') return null;
  return { stored: holder, duplicate: true, isHastened: false };
}

function prepareAhead(dependencies: StartDependencies, { model, signal }: RunRequest): Promise<Json> | null {
  const preparing = dependencies.platform.prepareAhead(model);
  if (preparing === null) return null;
  const prepared = preparedSoon(dependencies, preparing, signal);
  // Where nothing is started, nobody waits for it.
  prepared.catch(() => undefined);
  return prepared;
}

async function start(
  dependencies: StartDependencies,
  stored: Stored<Run>,
  model: Entry,
  signal: AbortSignal | undefined,
): Promise<Stored<Run>> {
  if (stored.value.state !== 'waiting') return startAttempt(dependencies, stored, model, { signal });
  // The watcher first keeps the log of the attempt before, which goes with what is left of it.
  if (stored.value.attempt?.logKept === false) return stored;
  try {
    return await beginNextAttempt(dependencies, stored, model, { signal });
  } catch (error) {
    if (!isPassing(error)) throw error;
    dependencies.log.warn({ err: error, runId: stored.value.id }, 'start left to the watcher');
    return stored;
  }
}
