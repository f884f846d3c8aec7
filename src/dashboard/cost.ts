// What a model cost this month, as far as its newest runs show.

import { type ModelStatus, RUNS_READ } from '../lib/operations/status.ts';
import { costUsd, hasEnded, type Run } from '../lib/runs/run.ts';
import { dollars, plural } from './format.ts';

export interface MonthCost {
  readonly words: string;
  /** What the figure leaves out; null where it leaves out nothing. */
  readonly note: string | null;
}

/** What a model cost this month, by its newest runs. */
export function costOfModel({ records, unreadable }: ModelStatus, now: Date): MonthCost {
  const isAll = records.length + unreadable < RUNS_READ;
  return costThisMonth(
    records.map(({ run }) => run),
    isAll,
    now,
  );
}

/** @param recent the newest runs, newest first. @param complete whether these are all there are. */
export function costThisMonth(recent: readonly Run[], complete: boolean, now: Date): MonthCost {
  const month = now.toISOString().slice(0, 7);
  const ofMonth = recent.filter((run) => run.requestedAt.startsWith(month));
  const costs = ofMonth.map(costUsd);
  const known = costs.filter((cost) => cost !== null);
  const unknown = ofMonth.filter(
    (run, index) =>
      costs[index] === null &&
      hasEnded(run) &&
      run.attempt !== null &&
      run.attempt.startedAt !== null,
  ).length;
  if (known.length === 0 && unknown > 0) {
    return { words: 'not known', note: 'The size of the container is not known.' };
  }
  const sum = known.reduce((total, cost) => total + cost, 0);
  const cut = !complete && ofMonth.length === recent.length;
  const note = cut
    ? `Of the last ${recent.length} runs; this month has more.`
    : unknown > 0
      ? `Without ${plural(unknown, 'run')} whose size is not known.`
      : null;
  return { words: `${cut ? 'at least ' : ''}${dollars(sum)}`, note };
}
