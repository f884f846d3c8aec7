// How a round that somebody names stands while Numerai cannot be asked: by what it listed last, and the documented hours.

import { expect, test } from 'vitest';
import {
  listFromText,
  listToText,
  newestList,
  noteList,
  type RoundList,
  standingByLastKnown,
} from '../../../src/lib/rounds/last-known.ts';
import type { Round } from '../../../src/lib/rounds/round.ts';
import { at, round } from '../../support/april.ts';

const WED = round(100, '01');
const THU = round(101, '02');
const FRI = round(102, '03');
const NOW = at('02T12:30:00');

test.each<[string, number, readonly Round[], string, object]>([
  ['nothing was ever listed', 100, [], '01T12:30:00', { kind: 'unknown' }],
  ['it is open by the list', 100, [WED, THU], '01T12:30:00', { kind: 'open' }],
  ['it was the last to open, and may be extended', 100, [WED, THU], '01T14:00:00', { kind: 'open' }],
  ['one after it has opened', 100, [WED, THU], '02T12:30:00', { kind: 'closed' }],
  ['it is older than the list', 3, [WED, THU], '01T12:30:00', { kind: 'closed' }],
  ['it opens next by the list', 101, [WED, THU], '02T11:00:00', { kind: 'next', openTime: THU.openTime }],
  ['it has opened since the list', 101, [WED, THU], '02T12:00:05', { kind: 'open' }],
  ['it opens later by the list', 102, [WED, THU, FRI], '02T11:00:00', { kind: 'later' }],
  ['it comes after one that has yet to open', 102, [WED, THU], '02T11:00:00', { kind: 'later', openTime: null }],
  ['it does not exist', 999_999, [WED, THU], '02T12:30:00', { kind: 'later' }],
  ['one that the list lacks, before what has opened', 101, [WED, FRI], '03T12:30:00', { kind: 'closed' }],
  ['one that the list lacks, after what has opened', 101, [WED, FRI], '02T12:30:00', { kind: 'open' }],
  ['the documented opening of it has passed', 101, [WED], '02T12:00:05', { kind: 'open' }],
  ['the documented opening is now by a clock that is ahead', 101, [WED], '02T11:59:55', { kind: 'open' }],
  ['its documented opening is to come', 101, [WED], '02T11:00:00', { kind: 'next', openTime: THU.openTime }],
  ['the one after the next', 102, [WED], '02T11:00:00', { kind: 'later' }],
  ['the next one, while the last is open', 101, [WED], '01T12:30:00', { kind: 'next', openTime: THU.openTime }],
  ['a weekend lies between', 104, [FRI], '07T12:00:05', { kind: 'open' }],
  ['more than that weekend had openings', 105, [FRI], '07T12:00:05', { kind: 'next', openTime: at('08T12:00:00') }],
  ['far more', 106, [FRI], '07T12:00:05', { kind: 'later' }],
])('%s', (_, number, last, now, expected) => {
  expect(standingByLastKnown(number, last, at(now))).toMatchObject(expected);
});

test('the list is kept as a short text, the newest rounds of it', () => {
  const many = Array.from({ length: 1300 }, (_, index) => ({ ...WED, number: index + 1 }));
  const read = (rounds: readonly Round[]) => listFromText('classic', listToText({ rounds, at: NOW }));
  expect(read(many)?.rounds.map(({ number }) => number)).toEqual([1300, 1299, 1298, 1297]);
  expect(read([WED, THU])).toEqual({ rounds: [THU, WED], at: NOW });
});

test('the newest list is that of this process, or of the tick that is on record', () => {
  const older = { rounds: [WED], at: at('01T12:00:00') };
  const newer = { rounds: [THU, WED], at: NOW };
  const noteOf = (list: RoundList) => {
    const note = new URLSearchParams('classic=99');
    noteList(note, 'classic', list);
    return note.toString();
  };
  expect(newestList('classic', older, noteOf(newer))).toEqual(newer);
  expect(newestList('classic', newer, noteOf(older))).toEqual(newer);
  expect(newestList('classic', null, noteOf(older))).toEqual(older);
  expect(newestList('classic', newer, '')).toEqual(newer);
  expect(newestList('crypto', null, noteOf(newer))).toBeNull();
});

const HOURS = '2026-04-01T12:00:00Z 2026-04-01T13:00:00Z';

test.each(['', 'x', '1', '1 2026', `1 ${HOURS}`, `x,1 ${HOURS}`, `2026-04-01,1.5 ${HOURS}`, '2026-04-01,,', ',,'])(
  'a text that cannot be read says nothing: "%s"',
  (text) => {
    expect(listFromText('classic', text)).toBeNull();
  },
);
