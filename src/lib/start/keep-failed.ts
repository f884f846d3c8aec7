// `keepFailed`: what a failed attempt has left is not removed, but kept for a day, to be looked at. Its container has
// ended, and keeps nothing from starting. watch/kept.ts removes it.

import type { ClaimDependencies } from '../claims/take-claim.ts';
import type { AttemptedRun } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { TIMING } from '../runs/timing.ts';
import { isToBeKept } from './to-be-kept.ts';

type KeepDependencies = Pick<ClaimDependencies, 'platform' | 'inFlight' | 'clock' | 'log'>;

/**
 * Keeps what the attempt has left, where that is to be done, and can be.
 * @returns false where it is to be discarded.
 * @throws {ExternalCallError} where the platform cannot be asked.
 */
export async function keepFailed(
  { platform, inFlight, clock, log }: KeepDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
): Promise<boolean> {
  if (!isToBeKept(run, model)) return false;
  const look = await platform.keep(run);
  const { number: attempt, execution, finishedAt, isDiscarded } = run.attempt;
  if (look === null) {
    // It was kept while the run waited.
    if (isDiscarded) await inFlight.strike({ runId: run.id, attempt });
    return false;
  }
  const until = new Date((finishedAt === null ? clock.now() : new Date(finishedAt)).getTime() + TIMING.keptMs);
  await inFlight.putKept({ model: run.model, runId: run.id, attempt, execution, look, until });
  log.info({ model: run.model, runId: run.id, attempt, execution }, 'failed attempt kept, to be looked at');
  return true;
}
