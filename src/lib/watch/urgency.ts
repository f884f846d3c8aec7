// Which run comes first where Azure takes only so many starts at a time.

import { type Entry, isJob } from '../config/models.ts';
import type { InFlightEntry } from '../runs/stores.ts';

/**
 * The most urgent first: a run of a round before one of a job, which has no close; then the one whose container may take
 * longest; then the one that has waited longest.
 */
export function byUrgency<T extends InFlightEntry>(inFlight: readonly T[], entries: readonly Entry[]): T[] {
  const entryOf = new Map(entries.map((entry) => [entry.name, entry]));
  const rank = ({ model }: T) => {
    const entry = entryOf.get(model);
    return entry === undefined || isJob(entry) ? 0 : entry.timeoutMinutes;
  };
  return inFlight.toSorted((a, b) => rank(b) - rank(a) || a.writtenAt.getTime() - b.writtenAt.getTime());
}
