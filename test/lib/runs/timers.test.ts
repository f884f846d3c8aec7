// Do the timers run? And was the app deployed a moment ago?

import { expect, test } from 'vitest';
import { isFreshDeployment, isRecentTick, isTickDue, silentSince } from '../../../src/lib/runs/timers.ts';

const NOW = new Date('2026-04-07T12:00:00Z');
const minutesAgo = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);

test.each([
  [null, false],
  [0, true],
  [59.9, true],
  [60, false],
])('a deployment %s minutes ago is fresh: %s', (minutes, isFresh) => {
  expect(isFreshDeployment(minutes === null ? null : minutesAgo(minutes), NOW)).toBe(isFresh);
});

test.each<[last: number | null, deployed: number | null, since: number | null]>([
  [1, 600, null],
  [15.9, 600, null],
  [16, 600, 16],
  [600, null, 600],
  [600, 1, 600],
  [null, null, null],
  [null, 15.9, null],
  [null, 16, 16],
])('a timer that ran %s minutes ago, in an app deployed %s ago, is silent since %s', (last, deployed, since) => {
  const at = (minutes: number | null) => (minutes === null ? null : minutesAgo(minutes));
  const lastAt = at(last);
  expect(silentSince(lastAt === null ? undefined : { at: lastAt, note: '' }, at(deployed), NOW)).toEqual(at(since));
});

test.each<[last: number | null, isRecent: boolean, isDue: boolean]>([
  [null, false, true],
  [0, true, false],
  [4.9, true, false],
  [5, true, true],
  [16, false, true],
  // The clock of another instance.
  [-1, true, false],
  [-10, true, false],
  // One that was wrong, and was set back.
  [-10.1, false, true],
  [-365 * 24 * 60, false, true],
])('a tick on record of %s minutes ago is recent: %s, and is written anew: %s', (last, isRecent, isDue) => {
  const tick = last === null ? undefined : { at: minutesAgo(last), note: '' };
  expect([isRecentTick(tick, NOW), isTickDue(tick, NOW)]).toEqual([isRecent, isDue]);
});

test.each<[ahead: number, deployed: number | null, since: number | null]>([
  [10, 600, null],
  [11, 600, 600],
  [11, 15, null],
  [11, null, null],
])(
  'a timer whose last tick is %s minutes ahead, in an app deployed %s ago, is silent since %s',
  (ahead, deployed, since) => {
    const at = (minutes: number | null) => (minutes === null ? null : minutesAgo(minutes));
    expect(silentSince({ at: minutesAgo(-ahead), note: '' }, at(deployed), NOW)).toEqual(at(since));
  },
);
