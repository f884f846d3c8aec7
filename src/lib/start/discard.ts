// Removing what is left of an attempt that has ended. What Azure refuses to remove is listed in the in-flight index,
// and removed once that is possible: watch/leftovers.ts.

import type { ClaimDependencies } from '../claims/take-claim.ts';
import { type AttemptedRun, type Discarded, NotRemoved } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { TIMING } from '../runs/timing.ts';
import { keepFailed } from './keep-failed.ts';

type DiscardDependencies = Pick<ClaimDependencies, 'platform' | 'inFlight' | 'clock' | 'log'>;

/**
 * Discards the attempt before the next one, unless it is kept.
 * @returns `listed` where it stays, but has certainly ended: watch/leftovers.ts goes on, or watch/kept.ts.
 * @throws {NotRemoved} where it may still run; ExternalCallError where Azure cannot be asked.
 */
export async function discardBeforeNext(
  dependencies: DiscardDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
): Promise<Discarded | 'listed'> {
  try {
    if (await keepFailed(dependencies, run, model)) return 'listed';
    return await dependencies.platform.discard(run);
  } catch (error) {
    if (!(error instanceof NotRemoved) || error.mayStillRun) throw error;
    await listLeftover(dependencies, run, error.message);
    return 'listed';
  }
}

/** Lists what is left of the attempt; its time counts from then. @param reason why it is there, and what to do. */
export async function listLeftover(
  { inFlight, clock, log }: DiscardDependencies,
  { model, id: runId, attempt }: AttemptedRun,
  reason: string,
): Promise<void> {
  const { number, execution } = attempt;
  const since = clock.now();
  const notBefore = new Date(since.getTime() + TIMING.leftoverRetryMs);
  await inFlight.putLeftover({ model, runId, attempt: number, execution, reason, since, notBefore });
  log.warn({ model, runId, attempt: number, execution, reason }, 'left behind; its removal is tried again later');
}
