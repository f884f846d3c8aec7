// Summaries that are out of date, since a run was changed that was in flight no more. The mark says only that this was to
// happen: it is given the time that any write may take before what the rows say is summed up, and the mark goes.

import type { Outdated } from '../runs/stores.ts';
import { sumUp } from '../runs/sum-up.ts';
import { isFarAhead, TIMING } from '../runs/timing.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { AppError } from '../util/errors.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Models that are summed up side by side. */
const AT_ONCE = 8;

/** @param outdated as the tick has read them. */
export async function sumUpOutdated(
  dependencies: Pick<WatchDependencies, 'runs' | 'summaries' | 'inFlight' | 'clock' | 'log'>,
  outdated: readonly Outdated[],
): Promise<void> {
  const { inFlight, clock, log } = dependencies;
  const now = clock.now();
  await forEachAtMost(AT_ONCE, outdated, async (one) => {
    try {
      if (one.since === null || isFarAhead(one.since, now)) return await inFlight.noteOutdated(one, now);
      if (now.getTime() - one.since.getTime() < TIMING.entryGraceMs) return;
      await sumUp(dependencies, one.model);
      await inFlight.removeOutdated(one);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn({ err: error, model: one.model }, 'runs not summed up; the next tick tries again');
    }
  });
}
