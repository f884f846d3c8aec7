// Which rows a trigger claims, and what it means to find them taken.

import { describe, expect, test } from 'vitest';
import { claimKeys, dayRunCovers, decideOnHolder } from '../../../src/lib/claims/policy.ts';
import type { RunState } from '../../../src/lib/runs/run.ts';
import { runOf } from '../../support/runs.ts';

const now = new Date('2026-04-01T23:59:00Z');
const keys = (changes: Partial<Parameters<typeof claimKeys>[0]>) =>
  claimKeys({
    knowledge: { kind: 'round', round: 1234 },
    isTest: false,
    triggerId: 'some-id',
    runId: 'RUN',
    now,
    ...changes,
  });

describe('a trigger claims', () => {
  test('the round that it knows, and the day as a way to it', () => {
    expect(keys({})).toEqual({ own: 'claim_round_1234', day: 'claim_day_2026-04-01' });
  });
  test('the day, in UTC, where it does not know the round', () => {
    expect(keys({ knowledge: { kind: 'unknown' } })).toEqual({
      own: 'claim_day_2026-04-01',
      day: null,
    });
  });
  test('neither where no round is open', () => {
    expect(keys({ knowledge: { kind: 'closed' } }).own).toBe('claim_closed_2026-04-01');
  });
  test('its own id where it is a test, or nothing that another could want', () => {
    expect(keys({ isTest: true }).own).toBe('claim_test_some-id');
    expect(keys({ isTest: true, triggerId: null }).own).toBe('claim_test_RUN');
    expect(keys({ isTest: true, triggerId: 'a/b?c#d' }).own).toBe('claim_test_a~2fb~3fc~23d');
  });
});

describe('a claim that is taken', () => {
  const rows: [RunState, string, string][] = [
    ['requested', 'duplicate', 'refuse'],
    ['starting', 'duplicate', 'refuse'],
    ['running', 'duplicate', 'refuse'],
    ['succeeded', 'duplicate', 'next-attempt'],
    ['failed', 'next-attempt', 'next-attempt'],
    ['timed_out', 'next-attempt', 'next-attempt'],
    ['cancelled', 'next-attempt', 'next-attempt'],
  ];
  test.each(rows)('by a run that is %s: %s, and with force %s', (state, plain, forced) => {
    const holder = runOf('image', { state });
    expect(decideOnHolder(holder, false).kind).toBe(plain);
    expect(decideOnHolder(holder, true).kind).toBe(forced);
  });
});

describe('the run of a day stands for a round', () => {
  const rows: [number | null, RunState, boolean][] = [
    [null, 'running', true],
    [null, 'succeeded', false],
    [null, 'failed', false],
    [1234, 'running', true],
    [1234, 'succeeded', true],
    [1234, 'failed', false],
    [1233, 'running', false],
    [1233, 'succeeded', false],
  ];
  test.each(rows)('known as %s, %s: %s', (round, state, covers) => {
    expect(dayRunCovers(runOf('image', { round, state }), 1234)).toBe(covers);
  });
});
