import { expect, test } from 'vitest';
import { pastRun } from '../../local/scenes/past-run.ts';
import { costThisMonth } from '../../src/dashboard/cost.ts';
import type { Attempt } from '../../src/lib/runs/attempt.ts';
import { costUsd, type Run } from '../../src/lib/runs/run.ts';
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

test.each<[string, readonly Run[], boolean, string, string | null]>([
  ['no run', [], true, '$0.00', null],
  ['two runs of this month', [run('11-19'), run('11-01'), run('10-31')], true, sumOf(2), null],
  ['a run with two attempts', [retried('11-19')], true, sumOf(2), null],
  ['a run that waits for its next attempt', [waiting], true, sumOf(1), null],
  [
    'more runs of this month than are at hand',
    [run('11-19'), run('11-18')],
    false,
    `at least ${sumOf(2)}`,
    'Of the last 2 runs; this month has more.',
  ],
  ['all of this month, though not all runs', [run('11-19'), run('10-31')], false, sumOf(1), null],
  [
    'a run whose size is not known',
    [run('11-19'), run('11-18', unsized)],
    true,
    sumOf(1),
    'Without 1 run whose size is not known.',
  ],
  [
    'no run whose size is known',
    [run('11-18', unsized)],
    true,
    'not known',
    'The size of the container is not known.',
  ],
  [
    'a run that never started',
    [run('11-18', { ...unsized, startedAt: null })],
    true,
    '$0.00',
    null,
  ],
])('the cost of %s', (_name, runs, complete, words, note) => {
  expect(costThisMonth(runs, complete, NOW)).toEqual({ words, note });
});
