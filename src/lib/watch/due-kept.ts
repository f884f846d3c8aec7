// What of that which is kept of failed attempts is to be removed by now?

import type { Entry } from '../config/models.ts';
import type { Kept } from '../runs/stores.ts';
import { isOverOrWrong, TIMING } from '../runs/timing.ts';
import { keepsFailed } from '../start/to-be-kept.ts';

/** What is to be removed by now: one stays for each model, the newest. */
export function dueKept(kept: readonly Kept[], models: readonly Entry[], now: Date): Kept[] {
  const keeping = new Set(models.filter(keepsFailed).map(({ name }) => name));
  return kept.filter(
    (one) =>
      isOverOrWrong(one.until, TIMING.keptMs, now) ||
      !keeping.has(one.model) ||
      kept.some((other) => other.model === one.model && isNewer(other, one)),
  );
}

/** Ids of runs sort by time. */
function isNewer(one: Kept, other: Kept): boolean {
  return one.runId === other.runId ? one.attempt > other.attempt : one.runId > other.runId;
}
