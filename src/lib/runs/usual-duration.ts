// How long does the model usually take? The one answer, for pages, metrics and the next attempt alike.

import { type Attempt, durationSeconds } from './attempt.ts';
import type { Run } from './run.ts';

/** How many of the newest runs count. */
export const RUNS_FOR_DURATION = 20;

type Measured = Pick<Run, 'state' | 'submission' | 'attempt'>;

/**
 * How long the model takes when all goes well, in seconds: the lower quartile of its newest runs that
 * succeeded on time; null where there is none. An attempt too many costs cents, one too few costs the round: a
 * few slow runs, or runs in the long round of the weekend, must not stand in the way of an attempt.
 * @param runs newest first.
 */
export function usualSeconds(runs: readonly Measured[]): number | null {
  return quantile(measured(runs, durationSeconds), 1 / 4);
}

/** What an attempt needs from its start to its end, the start itself included. In milliseconds. */
export interface TimeNeeded {
  /** Where all goes well: with less, another attempt is of no use. */
  readonly typicalMs: number;
  /** Where it takes its time: an attempt that is kept for late begins so long before the close, at least. */
  readonly slowMs: number;
}

/** A start needs some time before the container runs: pulling an image, mostly. */
const START_MS = 60_000;
/** What is kept back for an attempt that is slower than the slow ones, or cannot begin at once. */
const MARGIN = { factor: 1.05, ms: 60_000 } as const;
/** What is kept back for a model of which nothing is known. */
const UNKNOWN_SLOW_MS = 20 * 60_000;

/** What an attempt of the model needs, as its newest runs tell. @param runs newest first. */
export function timeNeeded(runs: readonly Measured[]): TimeNeeded {
  const totals = measured(runs, totalSeconds);
  const typical = quantile(totals, 1 / 4);
  const slow = quantile(totals, 9 / 10);
  return {
    typicalMs: typical === null ? START_MS : typical * 1000,
    slowMs: slow === null ? UNKNOWN_SLOW_MS : slow * 1000 * MARGIN.factor + MARGIN.ms,
  };
}

/** From the platform's acceptance to the end of the container. */
function totalSeconds({ acceptedAt, finishedAt }: Attempt): number | null {
  if (acceptedAt === null || finishedAt === null) return null;
  return Math.max(0, (Date.parse(finishedAt) - Date.parse(acceptedAt)) / 1000);
}

function measured(runs: readonly Measured[], secondsOf: (attempt: Attempt) => number | null): readonly number[] {
  return (
    runs
      .filter((run) => run.state === 'succeeded' && run.submission !== 'late')
      .map((run) => run.attempt)
      // A run may stand by an earlier submission while the attempt that an operator forced failed at once.
      // One for some slots only is quicker than one for all.
      .filter((attempt) => attempt?.failure === null && !attempt.lastResort && attempt.slots === null)
      .map((attempt) => (attempt === null ? null : secondsOf(attempt)))
      .filter((seconds) => seconds !== null)
      .slice(0, RUNS_FOR_DURATION)
      .sort((a, b) => a - b)
  );
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? null;
}
