// What a model cost this month, as far as its newest runs show.

import type { ModelStatus } from '../lib/operations/status.ts';
import { costUsd, hasEnded, type Run } from '../lib/runs/run.ts';
import { RUNS_READ } from '../lib/runs/summary.ts';
import { dollars } from './format.ts';

/** `$0.24`; `at least` where runs of the month, or the sizes of their containers, are not known. */
export function costThisMonth({ records, unreadable }: Pick<ModelStatus, 'records' | 'unreadable'>, now: Date): string {
  const month = now.toISOString().slice(0, 7);
  const ofMonth = records.map(({ run }) => run).filter((run) => run.requestedAt.startsWith(month));
  const costs = ofMonth.map(costUsd).filter((cost) => cost !== null);
  const lacksCost = ofMonth.some((run) => costUsd(run) === null && hasRun(run));
  if (costs.length === 0 && lacksCost) return 'not known';
  const isCut = records.length + unreadable >= RUNS_READ && ofMonth.length === records.length;
  const sum = dollars(costs.reduce((total, cost) => total + cost, 0));
  return isCut || lacksCost ? `at least ${sum}` : sum;
}

/** What a run cost; null where it has not run. No price is known of some sizes of machines, and of batch endpoints. */
export function costOfRun(run: Run): string | null {
  const cost = costUsd(run);
  if (cost !== null) return dollars(cost);
  return hasRun(run) ? 'not known' : null;
}

function hasRun(run: Run): boolean {
  return hasEnded(run) && run.attempt !== null && (run.attempt.meteredFrom ?? run.attempt.startedAt) !== null;
}
