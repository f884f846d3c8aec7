// From a request for a run to an accepted start: which round, the claim, the start.

import type { RoundKnowledge } from '../claims/keys.ts';
import { type Claimed, takeClaim } from '../claims/take-claim.ts';
import type { Model } from '../config/models.ts';
import { openRound } from '../rounds/round.ts';
import type { RoundCache } from '../rounds/round-cache.ts';
import type { Asked } from '../runs/new-run.ts';
import type { Run } from '../runs/run.ts';
import { isPassing, type Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { untilAborted } from '../util/clock.ts';
import { beginNextAttempt } from './begin-attempt.ts';
import { type StartDependencies, startAttempt } from './start-attempt.ts';

export interface RunRequest extends Omit<Asked, 'reason'>, Partial<Pick<Asked, 'reason'>> {
  readonly force: boolean;
  /** The round as the trigger names it; null to ask Numerai. */
  readonly round: number | null;
  /** Aborted when the trigger stops waiting; the watcher goes on from there. */
  readonly signal?: AbortSignal;
}

export type RequestDependencies = StartDependencies & { readonly rounds: RoundCache };

/**
 * Records a run and starts its container, unless the round is covered.
 * @throws {ConflictError} for a force while a run is in flight; ExternalCallError where the record could not be
 * written, and so nothing was started.
 */
export async function recordAndStart(dependencies: RequestDependencies, request: RunRequest): Promise<Claimed> {
  const { model, signal } = request;
  const { knowledge, why } = await knowRound(dependencies, request);
  const reason = request.reason ?? why;
  const claimed = await takeClaim(dependencies, { ...request, knowledge, reason });
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
    run.state === 'waiting' ? 'run opened again' : 'run recorded',
  );
  const starting = start(dependencies, claimed.stored, model, signal);
  // After the trigger has stopped waiting, what is still done is done under the lease.
  const stored = await untilAborted(starting, signal, () => claimed.stored);
  return { stored, duplicate: false };
}

async function start(
  dependencies: StartDependencies,
  stored: Stored<Run>,
  model: Model,
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

async function knowRound(
  { clock, rounds }: RequestDependencies,
  request: RunRequest,
): Promise<{ knowledge: RoundKnowledge; why: string | null }> {
  if (request.round !== null) {
    return { knowledge: { kind: 'round', round: request.round }, why: null };
  }
  const known = await rounds.roundsSoon(request.model.tournament, request.signal);
  if (known.kind === 'unknown') {
    return {
      knowledge: { kind: 'unknown' },
      why: `The round is not known, since Numerai could not be asked: ${known.why}`,
    };
  }
  // A clock that is behind may call a round closed that has just opened.
  const now = clock.now();
  const round = openRound(known.rounds, now) ?? openRound(known.rounds, new Date(now.getTime() + TIMING.clockSkewMs));
  return round === null
    ? { knowledge: { kind: 'closed' }, why: 'Started while no round was open.' }
    : { knowledge: { kind: 'round', round: round.number }, why: null };
}
