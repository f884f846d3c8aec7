// What an overview shows of a model's runs: enough for every cell, and little, whatever a run holds.

import { describe, expect, test } from 'vitest';
import { pastRecord } from '../../../local/scenes/past-run.ts';
import { lookOf } from '../../../src/dashboard/outcome.ts';
import { newAttempt } from '../../../src/lib/runs/attempt.ts';
import { isGood } from '../../../src/lib/runs/run.ts';
import type { RunRecord } from '../../../src/lib/runs/stores.ts';
import { RUNS_READ, summaryOf, withInFlight } from '../../../src/lib/runs/summary.ts';
import { usualSeconds } from '../../../src/lib/runs/usual-duration.ts';
import { summaryToRow } from '../../../src/lib/storage/summary-store.ts';
import { later, modelOf } from '../../support/runs.ts';

const DAY = 86_400;
const model = modelOf('image', { numeraiModels: ['one', 'two', 'three'] });
const past = (round: number, more: Partial<Parameters<typeof pastRecord>[0]> = {}): RunRecord =>
  pastRecord({ model, round, at: later(round * DAY), ...more });
/** Newest first. */
const rounds = (count: number, of = past) => Array.from({ length: count }, (_, index) => of(100 - index));
const read = (records: readonly RunRecord[]) => summaryOf({ records, unreadable: 0 }).records;

describe('a summary', () => {
  test('has the newest runs that have ended, and none that is in flight', () => {
    const found = read([past(101, { state: 'running' }), ...rounds(40)]);
    expect(found.map(({ run }) => run.round)).toEqual(Array.from({ length: RUNS_READ }, (_, index) => 100 - index));
  });

  test('has the runs of the last two rounds as they are, with their attempts', () => {
    const records = rounds(5, (round) => past(round, { failedBefore: 2 }));
    const found = read(records);
    expect(found.map(({ earlier }) => earlier.length)).toEqual([2, 2, 0, 0, 0]);
    expect(found.map(({ run }) => run.slots.map((slot) => slot.model))).toEqual([
      ['one', 'two', 'three'],
      ['one', 'two', 'three'],
      ...Array(3).fill(['', '', '']),
    ]);
  });

  test.each<[string, Partial<Parameters<typeof pastRecord>[0]>]>([
    ['good', {}],
    ['failed', { state: 'failed' }],
    ['timed out', { state: 'timed_out' }],
    ['cancelled', { state: 'cancelled' }],
    ['in part', { state: 'failed', slots: { one: { submission: 'accepted' }, two: { submission: 'missing' } } }],
    ['late', { more: { submission: 'late' } }],
    ['a test', { more: { isTest: true } }],
    ['a retry', { failedBefore: 3 }],
    ['of one slot only', { attempt: { slots: ['two'] } }],
  ])('of an older run that is %s has what a cell, a bar and the usual duration need', (_, more) => {
    const old = past(3, more);
    const [, , found] = read([past(100), past(99), old]);
    if (found === undefined) throw new Error('It is there.');
    expect(lookOf(found.run)).toEqual(lookOf(old.run));
    expect(isGood(found.run)).toBe(isGood(old.run));
    expect(usualSeconds([found.run])).toBe(usualSeconds([old.run]));
    expect(found.run.attempt?.number).toBe(old.run.attempt?.number);
  });

  test('is far from the limits of a row, however many slots, attempts and words there are', () => {
    const slots = Array.from({ length: 100 }, (_, index) => `slot_${index}`);
    const large = modelOf('image', { numeraiModels: slots });
    const reason = 'x'.repeat(4_000);
    const records = Array.from({ length: RUNS_READ }, (_, index): RunRecord => {
      const { run } = pastRecord({ model: large, round: 100 - index, at: later(-index * DAY), state: 'failed' });
      const attempt = { ...newAttempt({ number: 1, platform: 'p', prepared: null, now: later(0) }), reason };
      return { run: { ...run, reason }, earlier: Array(300).fill(attempt) };
    });
    const row = summaryToRow('large', summaryOf({ records, unreadable: 0 }));
    // A row takes half a million characters.
    expect(JSON.stringify(row).length).toBeLessThan(150_000);
  });
});

describe('what is in flight', () => {
  test('is shown as it is, in its place, whatever the summary says of the same run', () => {
    const [newest, ...older] = rounds(3);
    const again = past(99, { state: 'running' });
    const opened = { ...again, run: { ...again.run, id: older[0]?.run.id ?? '' } };
    const summary = summaryOf({ records: [...(newest ? [newest] : []), ...older], unreadable: 2 });
    const shown = withInFlight(summary, [opened]);
    expect(shown.unreadable).toBe(2);
    expect(shown.records.map(({ run }) => [run.round, run.state])).toEqual([
      [100, 'succeeded'],
      [99, 'running'],
      [98, 'succeeded'],
    ]);
  });
});
