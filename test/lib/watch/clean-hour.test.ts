// Whether the watcher has ticked through an hour without a failure.

import { expect, test } from 'vitest';
import { cleanHour } from '../../../src/lib/watch/clean-hour.ts';

const NOW = new Date('2026-04-07T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

test.each<[string, number | null, number | null, number, number | null, boolean]>([
  ['an hour has passed', 5, 60, 0, 60, true],
  ['an hour has almost passed', 5, 59, 0, 59, false],
  ['a run could not be moved on', 5, 70, 1, null, false],
  ['nothing is on record', null, null, 0, 0, false],
  ['the last one had a failure', 5, null, 0, 0, false],
  ['ticks are missing', 20, 70, 0, 0, false],
  ['the clock was set back', 5, -600, 0, 0, false],
])('%s', (_, lastTick, since, failures, expected, isOver) => {
  const last = lastTick === null ? undefined : { at: ago(lastTick), note: '' };
  expect(cleanHour(last, since === null ? null : ago(since), failures, NOW)).toEqual({
    cleanSince: expected === null ? null : ago(expected),
    isOver,
  });
});
