// How a round that somebody names stands, by what Numerai lists.

import { expect, test } from 'vitest';
import type { Round } from '../../../src/lib/rounds/round.ts';
import {
  isLongOver,
  openOrJustOpening,
  roundsInWords,
  standingOf,
  untilOpening,
} from '../../../src/lib/rounds/standing.ts';
import { at, round } from '../../support/april.ts';

const MONDAY = round(1, '06');
const TUESDAY = round(2, '07');
const THURSDAY = round(4, '09');
const ALL = [THURSDAY, MONDAY, TUESDAY];

test.each<[string, number, readonly Round[], string, object]>([
  ['nothing is listed', 2, [], '07T12:30:00', { kind: 'unknown' }],
  ['it is open', 2, ALL, '07T12:30:00', { kind: 'open' }],
  ['it opens now by a clock that is ahead', 2, ALL, '07T11:59:50', { kind: 'open' }],
  ['it opens next', 2, ALL, '07T11:59:49', { kind: 'next', openTime: TUESDAY.openTime }],
  ['it opens after another', 4, ALL, '07T11:00:00', { kind: 'later', openTime: THURSDAY.openTime }],
  ['it has closed, but by a clock that may be ahead', 2, ALL, '07T13:00:09', { kind: 'open' }],
  ['it has closed for every clock', 2, ALL, '07T13:00:10', { kind: 'closed' }],
  ['it is older than all that are listed', 1, [TUESDAY], '07T12:30:00', { kind: 'closed' }],
  ['it is missing from the list', 3, ALL, '07T12:30:00', { kind: 'unknown' }],
  ['it comes after the newest, and no listed one has yet to open', 3, [TUESDAY], '07T12:30:00', { kind: 'next' }],
  ['it comes after the newest, which has yet to open', 5, ALL, '07T12:30:00', { kind: 'later', openTime: null }],
  ['it is far from all that are listed', 4, [TUESDAY], '07T12:30:00', { kind: 'later', openTime: null }],
])('%s', (_, number, rounds, now, expected) => {
  expect(standingOf(number, rounds, at(now))).toMatchObject(expected);
});

test('a round is long over only where there are others', () => {
  expect([isLongOver(1, []), isLongOver(1, ALL), isLongOver(0, ALL)]).toEqual([false, false, true]);
});

test.each<[string, string, number | null]>([
  ['before it', '07T11:59:49', null],
  ['seconds before it', '07T11:59:50', 2],
  ['in it', '07T12:30:00', 2],
  ['after it', '07T13:00:00', null],
])('what is open %s', (_, now, expected) => {
  expect(openOrJustOpening(ALL, at(now))?.number ?? null).toBe(expected);
});

test.each<[string, readonly Round[], string]>([
  ['07T12:30:00', ALL, 'Round 2 is open, until 2026-04-07 13:00 UTC.'],
  ['07T14:00:00', ALL, 'No round is open; round 4 opens at 2026-04-09 12:00 UTC.'],
  ['06T10:00:00', ALL, 'No round is open; round 1 opens at 2026-04-06 12:00 UTC.'],
  ['09T14:00:00', ALL, 'No round is open, and Numerai lists none that opens next.'],
])('at %s, in words', (now, rounds, expected) => {
  expect(roundsInWords(rounds, at(now))).toBe(expected);
});

test.each<[string, Date | null, object]>([
  [
    'today',
    at('07T12:40:00'),
    { waitingFor: 'round 2 to open at 12:40 UTC', nextAttemptAt: '2026-04-07T12:40:00.000Z' },
  ],
  ['on another day', at('08T12:00:00'), { waitingFor: 'round 2 to open at 2026-04-08 12:00 UTC' }],
  ['nobody knows when', null, { waitingFor: 'round 2 to open', nextAttemptAt: null }],
])('a run waits for a round that opens %s', (_, openTime, expected) => {
  expect(untilOpening({ kind: 'next', number: 2, openTime }, at('07T12:00:00'))).toMatchObject(expected);
});
