// What is kept of failed attempts, to be looked at: removed after a day, and sooner where a newer one is kept or the
// configuration no longer asks for it.

import { NotRemoved } from '../compute/platform.ts';
import type { Kept } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { listLeftover } from '../start/discard.ts';
import { ageMs } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { sentenceOf } from '../util/sentences.ts';
import type { WatchDependencies } from './dependencies.ts';
import { dueKept } from './due-kept.ts';
import { AT_A_TICK, withAttempt } from './leftovers.ts';

/**
 * Removes what is due.
 * @param kept as the tick has read them.
 */
export async function removeKept(dependencies: WatchDependencies, kept: readonly Kept[]): Promise<void> {
  const { models, clock, log } = dependencies;
  for (const one of dueKept(kept, models, clock.now()).slice(0, AT_A_TICK)) {
    try {
      await removeOne(dependencies, one);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn({ err: error, ...factsOf(one) }, 'what was kept not removed yet');
    }
  }
}

/** Accepted is not done: the next tick looks again. What Azure refuses becomes one of the leftovers. */
async function removeOne(dependencies: WatchDependencies, kept: Kept): Promise<void> {
  const { platform, runs, inFlight, clock, log } = dependencies;
  const record = await runs.getRecord(kept.model, kept.runId);
  const isLate = ageMs(kept.until.toISOString(), clock.now()) >= TIMING.clearingMs;
  if (record === 'unreadable') {
    // A newer version may read it. But only so many are removed at a tick: the others must get their turn.
    if (!isLate) return;
    await inFlight.strike(kept);
    log.error(factsOf(kept), 'what was kept is not removed by the app: the record of its run cannot be read');
    return;
  }
  const run = record === null ? null : withAttempt(record, kept.attempt);
  if (run === null) {
    await inFlight.strike(kept);
    log.error(factsOf(kept), 'what was kept is not removed by the app: the record of its attempt is gone');
    return;
  }
  try {
    if ((await platform.discard(run)) !== 'gone') {
      if (!isLate) return;
      const name = kept.execution ?? 'the container';
      await listLeftover(dependencies, run, `Azure does not finish the removal of ${name}.`);
      return;
    }
  } catch (error) {
    const isRefused = error instanceof ExternalCallError && error.failure === 'refused';
    if (!(isRefused || error instanceof NotRemoved)) throw error;
    await listLeftover(dependencies, run, sentenceOf(error));
    return;
  }
  await inFlight.strike(kept);
  log.info(factsOf(kept), 'what was kept is removed');
}

function factsOf({ model, runId, attempt, execution }: Kept) {
  return { model, runId, attempt, execution };
}
