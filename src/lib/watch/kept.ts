// What is kept of failed attempts, to be looked at: removed after a day, and sooner where a newer one is kept or the
// configuration no longer asks for it.

import type { Kept } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { discardAtEnd, listLeftover } from '../start/discard.ts';
import { ageMs } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import type { WatchDependencies } from './dependencies.ts';
import { dueKept } from './due-kept.ts';
import { AT_A_TICK, factsOf, withAttempt } from './leftovers.ts';

/**
 * Removes what is due.
 * @param kept as the tick has read them.
 */
export async function removeKept(dependencies: WatchDependencies, kept: readonly Kept[]): Promise<void> {
  const { entries, clock, log } = dependencies;
  for (const one of dueKept(kept, entries, clock.now()).slice(0, AT_A_TICK)) {
    try {
      await removeOne(dependencies, one);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn({ err: error, ...factsOf(one) }, 'what was kept not removed yet');
    }
  }
}

/** What Azure refuses to remove, or does not, becomes one of the leftovers. */
async function removeOne(dependencies: WatchDependencies, kept: Kept): Promise<void> {
  const { runs, inFlight, clock, log } = dependencies;
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
  const left = await discardAtEnd(dependencies, run, undefined, isLate);
  if (left === 'later') return;
  if (left !== null) return listLeftover(dependencies, run, left);
  await inFlight.strike(kept);
  log.info(factsOf(kept), 'what was kept is removed');
}
