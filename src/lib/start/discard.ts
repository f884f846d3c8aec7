// Removing what is left of an attempt that has ended. What Azure refuses to remove is listed in the in-flight index,
// and removed once that is possible: watch/leftovers.ts.

import type { ClaimDependencies } from '../claims/take-claim.ts';
import { type AttemptedRun, type Discarded, NotRemoved } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { TIMING } from '../runs/timing.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { sentenceOf } from '../util/sentences.ts';
import { keepFailed } from './keep-failed.ts';
import { isToBeKept } from './to-be-kept.ts';

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

/**
 * Discards the attempt that no other one follows, unless it is kept.
 * @param model undefined where models.json no longer has it, or where what was kept has had its time.
 * @param isLate whether that has been tried for long enough.
 * @returns null once that is done; `later` where the next tick is to look again; else why that is of no use for now.
 * @throws {AppError} where the next tick is to try again.
 */
export async function discardAtEnd(
  dependencies: DiscardDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
  isLate: boolean,
): Promise<string | 'later' | null> {
  const { platform } = dependencies;
  try {
    // What the run kept while it waited has its time.
    if ((run.attempt.isDiscarded && isToBeKept(run, model)) || (await keepFailed(dependencies, run, model)))
      return null;
    // Accepted is not done.
    if ((await platform.discard(run)) === 'gone') return null;
    return isLate ? `Azure does not finish the removal of ${run.attempt.execution ?? 'the container'}.` : 'later';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // Another minute changes nothing about a lock, or a role.
    if (isLate || (isRefusal(error) && platform.isOwn(run))) return sentenceOf(error);
    throw error;
  }
}

/** What is only throttled may be removed in another minute. */
function isRefusal(error: AppError): boolean {
  const refusal = error instanceof NotRemoved ? error.cause : error;
  return refusal instanceof ExternalCallError ? refusal.failure === 'refused' : error instanceof NotRemoved;
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
