// What it means to find a claim taken.

import { describe, expect, test } from 'vitest';
import { dayRunCovers, decideOnHolder } from '../../../src/lib/claims/policy.ts';
import { RUN_STATES, type RunState } from '../../../src/lib/runs/run.ts';
import { runOf } from '../../support/runs.ts';

describe('a claim that is taken', () => {
  const rows: [state: RunState, plain: string, forced: string][] = [
    ['requested', 'duplicate', 'refuse'],
    ['starting', 'duplicate', 'refuse'],
    ['running', 'duplicate', 'refuse'],
    ['waiting', 'duplicate', 'refuse'],
    ['succeeded', 'duplicate', 'reopen'],
    ['failed', 'reopen', 'reopen'],
    ['timed_out', 'reopen', 'reopen'],
    ['cancelled', 'reopen', 'reopen'],
  ];
  test.each(rows)('by a run that is %s: %s, and with force %s', (state, plain, forced) => {
    const holder = runOf('image', { state });
    expect(decideOnHolder(holder, false)).toBe(plain);
    expect(decideOnHolder(holder, true)).toBe(forced);
  });

  test('by a run in any state there is', () => {
    expect(rows.map(([state]) => state)).toEqual(RUN_STATES);
  });
});

describe('the run of a day stands for a round', () => {
  const rows: [number | null, RunState, boolean][] = [
    [null, 'running', true],
    [null, 'waiting', true],
    [null, 'succeeded', false],
    [null, 'failed', false],
    [1234, 'running', true],
    [1234, 'waiting', true],
    [1234, 'succeeded', true],
    [1234, 'failed', false],
    [1234, 'cancelled', false],
    [1233, 'running', false],
    [1233, 'succeeded', false],
    [1233, 'failed', false],
  ];
  test.each(rows)('known as %s, %s: %s', (round, state, covers) => {
    expect(dayRunCovers(runOf('image', { round, state }), 1234)).toBe(covers);
  });
});
