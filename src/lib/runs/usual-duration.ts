// How long does the model usually take? The one answer, for pages, metrics and the next attempt alike.

import { durationSeconds } from './attempt.ts';
import type { Run } from './run.ts';

/** How many of the newest runs count. */
export const RUNS_FOR_DURATION = 20;

/**
 * How long the model takes when all goes well, in seconds: the lower quartile of its newest runs that
 * succeeded on time; null where there is none. An attempt too many costs cents, one too few costs the round: a
 * few slow runs, or runs in the long round of the weekend, must not stand in the way of an attempt.
 * @param runs newest first.
 */
export function usualSeconds(runs: readonly Pick<Run, 'state' | 'submission' | 'attempt'>[]): number | null {
  const durations = runs
    .filter((run) => run.state === 'succeeded' && run.submission !== 'late')
    // A run may stand by an earlier submission while the attempt that an operator forced failed at once.
    .filter((run) => run.attempt?.failure === null)
    .map((run) => durationSeconds(run.attempt))
    .filter((seconds) => seconds !== null)
    .slice(0, RUNS_FOR_DURATION)
    .sort((a, b) => a - b);
  return durations[Math.floor((durations.length - 1) / 4)] ?? null;
}
