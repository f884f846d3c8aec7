import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../../src/lib/start/backoff.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('what was refused is tried again', () => {
  test.each<[string, number, number | null, number]>([
    ['after a minute at first', 0, HOUR, 1],
    ['after a minute at first, where nobody knows the round', 0, null, 1],
    ['less often as time goes by', 20, HOUR, 2],
    ['less often as time goes by, where nobody knows the round', 20, null, 2],
    ['each quarter of an hour at least', 600, 20 * HOUR, 15],
    ['more often towards the close', 40, 16 * MINUTE, 2],
    ['each minute right before the close', 55, 3 * MINUTE, 1],
    ['no more often after it', 70, -5 * MINUTE, 1],
  ])('%s', (_, minutes, left, expected) => {
    expect(backoffMs('refused', minutes * MINUTE, left)).toBe(expected * MINUTE);
  });
});

test.each<[string, number, number | null, number]>([
  ['after two minutes at first', 0, HOUR, 2],
  ['every few minutes', 15, HOUR, 5],
  ['each half hour at least', 600, 20 * HOUR, 30],
  ['more often towards the close', 40, 24 * MINUTE, 3],
])('a container that waits for its data is started again %s', (_, minutes, left, expected) => {
  expect(backoffMs('notReady', minutes * MINUTE, left)).toBe(expected * MINUTE);
});
