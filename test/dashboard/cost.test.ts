import { expect, test } from 'vitest';
import { pastRun } from '../../local/scenes/past-run.ts';
import { costThisMonth } from '../../src/dashboard/cost.ts';
import type { Attempt } from '../../src/lib/runs/attempt.ts';
import { costUsd, type Run } from '../../src/lib/runs/run.ts';
import { RUNS_READ } from '../../src/lib/runs/summary.ts';
import { modelOf } from '../support/runs.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const model = modelOf('image');

const run = (day: string, attempt: Partial<Attempt> = {}): Run =>
  pastRun({ model, round: 100, at: new Date(`2026-${day}T12:00:00Z`), seconds: 36_000, attempt });
const unsized = { cpu: null, memoryGB: null } as const;
const retried = (day: string): Run =>
  pastRun({
    model,
    round: 100,
    at: new Date(`2026-${day}T12:00:00Z`),
    seconds: 36_000,
    failedBefore: 1,
  });
const waiting: Run = { ...run('11-19'), state: 'waiting' };

const each = costUsd(run('11-19')) ?? 0;
const sumOf = (count: number) => `$${(each * count).toFixed(2)}`;

const statusOf = (runs: readonly Run[]) => ({
  records: runs.map((one) => ({ run: one, earlier: [] })),
  unreadable: 0,
});
/** As many as are read at once. */
const many = (day: string): Run[] => Array.from({ length: RUNS_READ - 1 }, () => run(day));

test.each<[string, readonly Run[], string]>([
  ['no run', [], '$0.00'],
  ['two runs of this month', [run('11-19'), run('11-01'), run('10-31')], sumOf(2)],
  ['a run with two attempts', [retried('11-19')], sumOf(2)],
  ['a run that waits for its next attempt', [waiting], sumOf(1)],
  ['more runs of this month than are at hand', [...many('11-18'), run('11-01')], `at least ${sumOf(RUNS_READ)}`],
  ['all of this month, though not all runs', [run('11-19'), ...many('10-31')], sumOf(1)],
  ['a run whose size is not known', [run('11-19'), run('11-18', unsized)], `at least ${sumOf(1)}`],
  ['no run whose size is known', [run('11-18', unsized)], 'not known'],
  ['a run that never started', [run('11-18', { ...unsized, startedAt: null })], '$0.00'],
])('the cost of %s', (_name, runs, words) => {
  expect(costThisMonth(statusOf(runs), NOW)).toBe(words);
});

test('a run that cannot be read may be one of this month', () => {
  const status = { ...statusOf(many('11-18')), unreadable: 1 };
  expect(costThisMonth(status, NOW)).toBe(`at least ${sumOf(RUNS_READ - 1)}`);
});
