// What it means to find a claim taken.

import { describe, expect, test } from 'vitest';
import { dayRunCovers, decideOnHolder, isOfEarlierHours } from '../../../src/lib/claims/policy.ts';
import { RUN_STATES, type RunState, TRIGGERS, type Trigger } from '../../../src/lib/runs/run.ts';
import { iso, later, PLAIN_MODELS, runOf } from '../../support/runs.ts';

describe('a claim that is taken', () => {
  const rows: [state: RunState, byItself: string, byOperator: string, forced: string][] = [
    ['requested', 'duplicate', 'duplicate', 'refuse'],
    ['starting', 'duplicate', 'duplicate', 'refuse'],
    ['running', 'duplicate', 'duplicate', 'refuse'],
    ['waiting', 'duplicate', 'hasten', 'hasten'],
    ['succeeded', 'duplicate', 'duplicate', 'reopen'],
    ['failed', 'reopen', 'reopen', 'reopen'],
    ['timed_out', 'reopen', 'reopen', 'reopen'],
    ['cancelled', 'reopen', 'reopen', 'reopen'],
  ];
  test.each(rows)(
    'by a run that is %s: %s, for an operator %s, and with force %s',
    (state, byItself, asked, forced) => {
      const holder = runOf('image', { state });
      expect(decideOnHolder(holder, { trigger: 'webhook', force: false })).toBe(byItself);
      expect(decideOnHolder(holder, { trigger: 'timer', force: false })).toBe(byItself);
      expect(decideOnHolder(holder, { trigger: 'operator', force: false })).toBe(asked);
      expect(decideOnHolder(holder, { trigger: 'operator', force: true })).toBe(forced);
    },
  );

  test('by a run that an operator has cancelled: only an operator opens it again', () => {
    const holder = runOf('image', { state: 'cancelled', failure: 'cancelled' });
    const opened = TRIGGERS.filter((trigger) => decideOnHolder(holder, { trigger, force: false }) === 'reopen');
    expect(opened).toEqual(['operator']);
    const stoppedOutside = runOf('image', { state: 'cancelled', failure: 'stopped-outside' });
    expect(decideOnHolder(stoppedOutside, { trigger: 'webhook', force: false })).toBe('reopen');
  });

  test('by a run that has had its attempts: a call of the webhook starts no more', () => {
    const at = (number: number) => runOf('image', { state: 'failed' }, { number });
    const decided = (number: number, trigger: Trigger, maxAttempts: number | null = null) =>
      decideOnHolder(at(number), { trigger, force: false, model: { ...PLAIN_MODELS.image, maxAttempts } });
    expect([9, 10, 184].map((number) => decided(number, 'webhook'))).toEqual(['reopen', 'duplicate', 'duplicate']);
    expect([1, 2].map((number) => decided(number, 'webhook', 1))).toEqual(['reopen', 'duplicate']);
    expect([decided(184, 'operator'), decided(184, 'timer')]).toEqual(['reopen', 'reopen']);
  });

  test.each(RUN_STATES)('by a run of a job that is %s: it has one run, whatever asks', (state) => {
    const holder = runOf('image', { state, tournament: null });
    for (const trigger of TRIGGERS)
      for (const force of [false, true]) expect(decideOnHolder(holder, { trigger, force })).toBe('duplicate');
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

test('the run of a day is for no round that opened after it was asked for', () => {
  const running = runOf('image', { round: null, state: 'running' });
  const covers = (seconds: number) => dayRunCovers(running, 1234, later(seconds));
  expect([covers(-60), covers(5), covers(11)]).toEqual([true, true, false]);
});

test.each<[string, number | null, string, boolean]>([
  ['asked for within them', null, iso(60), false],
  ['asked for before them', null, iso(-3600), true],
  ['asked for before them by a clock that is behind', null, iso(-7), false],
  ['that has learnt its round', 1234, iso(-3600), false],
])('the run of a day, %s, is of earlier hours: %#', (_, round, requestedAt, isEarlier) => {
  expect(isOfEarlierHours({ round, requestedAt }, later(120))).toBe(isEarlier);
  // At no documented hour nothing is earlier than it.
  expect(isOfEarlierHours({ round, requestedAt }, later(5 * 3600))).toBe(false);
});
