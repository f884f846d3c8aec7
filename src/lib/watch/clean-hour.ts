// Has the watcher ticked through an hour without a failure? Then the heartbeat is sent.

import type { Tick } from '../runs/stores.ts';
import { isRecentTick } from '../runs/timers.ts';
import { isFarAhead } from '../runs/timing.ts';

const HOUR_MS = 60 * 60_000;

export interface CleanHour {
  /** Since when no tick was missing and none failed; null after a failure. */
  readonly cleanSince: Date | null;
  /** Whether that has been for an hour. */
  readonly isOver: boolean;
}

/**
 * @param last the tick on record before this one.
 * @param cleanSince as the record has it.
 * @param failures runs that this tick could not move on.
 */
export function cleanHour(last: Tick | undefined, cleanSince: Date | null, failures: number, now: Date): CleanHour {
  if (failures > 0) return { cleanSince: null, isOver: false };
  if (cleanSince === null || isFarAhead(cleanSince, now) || !isRecentTick(last, now))
    return { cleanSince: now, isOver: false };
  return { cleanSince, isOver: now.getTime() - cleanSince.getTime() >= HOUR_MS };
}
