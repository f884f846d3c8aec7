// Whether a model or a job is paused, by models.json or by an operator.

import { expect, test } from 'vitest';
import { type Pause, pausedNow, pausedWords, pauseOf, wasPausedAt } from '../../../src/lib/runs/pause.ts';

const at = (time: string) => new Date(`2026-04-07T${time}:00Z`);
const pause = (pausedAt: string, resumedAt: string | null = null): Pause => ({
  model: 'm',
  pausedAt: at(pausedAt),
  resumedAt: resumedAt === null ? null : at(resumedAt),
  by: 'Ada',
  reason: 'a reason',
});
const BY_FILE = { since: null, by: 'models.json', reason: null };
const BY_ADA = { since: at('10:00'), by: 'Ada', reason: 'a reason' };

test.each([
  [false, null, null],
  [true, null, BY_FILE],
  [false, pause('10:00'), BY_ADA],
  [true, pause('10:00'), BY_ADA],
  [false, pause('10:00', '11:00'), null],
  [true, pause('10:00', '11:00'), BY_FILE],
])('with paused: %s in models.json, and what an operator did last %j', (paused, last, expected) => {
  expect(pausedNow({ name: 'm', paused }, last)).toEqual(expected);
});

test.each([
  ['before it was', '09:59', pause('10:00'), false],
  ['from then on', '10:00', pause('10:00'), true],
  ['long after', '23:00', pause('10:00'), true],
  ['until it was resumed', '10:59', pause('10:00', '11:00'), true],
  ['and no longer', '11:00', pause('10:00', '11:00'), false],
  ['nor where it never was', '11:00', null, false],
])('it was paused at a moment %s', (_, moment, last, expected) => {
  expect(wasPausedAt({ name: 'm', paused: false }, last, at(moment))).toBe(expected);
  expect(wasPausedAt({ name: 'm', paused: true }, last, at(moment))).toBe(true);
});

test('a pause is that of its own name', () => {
  expect(pauseOf({ name: 'm' }, [pause('10:00')])).toEqual(pause('10:00'));
  expect(pauseOf({ name: 'other' }, [pause('10:00')])).toBeNull();
});

test('in words it says since when, by whom and why', () => {
  const words = (paused: Parameters<typeof pausedWords>[0]) => pausedWords(paused, (time) => time.toISOString());
  expect(words(BY_ADA)).toBe('paused since 2026-04-07T10:00:00.000Z by Ada: a reason');
  expect(words({ ...BY_ADA, reason: null })).toBe('paused since 2026-04-07T10:00:00.000Z by Ada');
  expect(words(BY_FILE)).toBe('paused in models.json');
});
