// What ended runs have left behind because Azure refused to remove it: tried again now and then, until it is gone.

import type { AttemptedRun } from '../compute/platform.ts';
import type { Leftover, RunRecord } from '../runs/stores.ts';
import { isOverOrWrong, TIMING } from '../runs/timing.ts';
import { AppError } from '../util/errors.ts';
import { sentenceOf } from '../util/sentences.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Removals tried at one tick, at most. */
export const AT_A_TICK = 5;

type LeftoverDependencies = Pick<WatchDependencies, 'platform' | 'runs' | 'inFlight' | 'clock' | 'log'>;

/**
 * Tries again to remove what is due.
 * @param leftovers as the tick has read them.
 */
export async function removeLeftovers(
  dependencies: LeftoverDependencies,
  leftovers: readonly Leftover[],
): Promise<void> {
  const now = dependencies.clock.now();
  const due = leftovers
    .filter(({ notBefore }) => isOverOrWrong(notBefore, TIMING.leftoverRetryMs, now))
    .slice(0, AT_A_TICK);
  for (const leftover of due) {
    try {
      await tryAgain(dependencies, leftover, now);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      dependencies.log.warn({ err: error, ...factsOf(leftover) }, 'what was left behind was not looked at');
    }
  }
}

async function tryAgain(dependencies: LeftoverDependencies, leftover: Leftover, now: Date): Promise<void> {
  const { inFlight, log } = dependencies;
  const left = await whatIsLeft(dependencies, leftover);
  if (left === null) {
    await inFlight.strike(leftover);
    log.info(factsOf(leftover), 'what was left behind is gone');
  } else if (now.getTime() - leftover.since.getTime() >= TIMING.leftoverGiveUpMs) {
    await inFlight.strike(leftover);
    log.error({ ...factsOf(leftover), reason: left }, 'what was left behind is not removed by the app any more');
  } else {
    const notBefore = new Date(now.getTime() + TIMING.leftoverRetryMs);
    await inFlight.putLeftover({ ...leftover, reason: left, notBefore });
  }
}

/** Why it is still there; null once it is gone, or the record no longer says what it was. */
async function whatIsLeft({ platform, runs }: LeftoverDependencies, leftover: Leftover): Promise<string | null> {
  const record = await runs.getRecord(leftover.model, leftover.runId);
  if (record === 'unreadable') return leftover.reason;
  const run = record === null ? null : withAttempt(record, leftover.attempt);
  if (run === null) return null;
  try {
    return (await platform.discard(run)) === 'gone' ? null : leftover.reason;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return sentenceOf(error);
  }
}

/** The run as it was with one of its attempts; null where it has none of this number. */
export function withAttempt({ run, earlier }: RunRecord, number: number): AttemptedRun | null {
  const attempt = [...earlier, run.attempt].find((candidate) => candidate?.number === number);
  return attempt === undefined || attempt === null ? null : { ...run, attempt };
}

/** For the log. */
export function factsOf({
  model,
  runId,
  attempt,
  execution,
}: Pick<Leftover, 'model' | 'runId' | 'attempt' | 'execution'>) {
  return { model, runId, attempt, execution };
}
