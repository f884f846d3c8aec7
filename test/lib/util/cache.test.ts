// How long an answer is kept, also by a clock that somebody sets.

import { expect, test } from 'vitest';
import { createCache } from '../../../src/lib/util/cache.ts';

const AT = Date.parse('2026-04-01T12:00:00Z');
const KEPT_MS = 60_000;

test.each([
  ['at once', 0, undefined, 1],
  ['just within its time', KEPT_MS - 1, undefined, 1],
  ['when its time is over', KEPT_MS, undefined, 2],
  ['when it is older than the caller takes', 1_000, 500, 2],
  ['after the clock was set back by a moment', -1, undefined, 2],
  ['after the clock was set back by a day', -86_400_000, undefined, 2],
])('an answer is asked for again, or not: %s', async (_, passed, atMostOldMs, asked) => {
  let now = AT;
  let count = 0;
  const cached = createCache<number>({ now: () => new Date(now), sleep: async () => {} }, () => KEPT_MS);
  const ask = async () => ++count;
  await cached('key', ask);
  now += passed;
  expect(await cached('key', ask, atMostOldMs)).toBe(asked);
});
