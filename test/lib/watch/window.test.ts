// When a submission of a run counts.

import { expect, test } from 'vitest';
import { parseSchedule } from '../../../src/lib/config/schedule.ts';
import type { Round } from '../../../src/lib/rounds/round.ts';
import type { RoundsKnown } from '../../../src/lib/rounds/round-cache.ts';
import { windowOf, windowOfJob } from '../../../src/lib/watch/window.ts';

/** A Tuesday, within the documented hours. */
const REQUESTED = '2026-04-07T12:05:00.000Z';
const NIGHT = '2026-04-07T03:00:00.000Z';

const round = (number: number, opens: string, closes: string): Round => ({
  number,
  tournament: 'classic',
  openTime: new Date(opens),
  closeTime: new Date(closes),
});
const TUESDAY = round(1001, '2026-04-07T12:00:00Z', '2026-04-07T13:00:00Z');
const WEDNESDAY = round(1002, '2026-04-08T12:00:00Z', '2026-04-08T13:00:00Z');
const known = (...rounds: Round[]): RoundsKnown => ({ kind: 'known', rounds });
const UNKNOWN: RoundsKnown = { kind: 'unknown', why: 'It is down.', isAway: true };

const inWords = (
  number: number | null,
  of: RoundsKnown,
  requestedAt = REQUESTED,
  last: readonly Round[] = [],
): string => {
  const { name, openTime, closeTime, isKnown } = windowOf({ round: number, requestedAt }, of, last);
  const [opens, closes] = [openTime, closeTime].map((time) => time.toISOString().slice(8, 16));
  return `${name} ${opens} to ${closes}, ${isKnown ? 'known' : 'assumed'}`;
};

test.each<[string, string, string]>([
  ['its own', inWords(1001, known(TUESDAY, WEDNESDAY)), 'round 1001 07T12:00 to 07T13:00, known'],
  ['the one that is next', inWords(1002, known(TUESDAY, WEDNESDAY)), 'round 1002 08T12:00 to 08T13:00, known'],
  [
    'the one that was open when it was asked for, where nobody knew',
    inWords(null, known(WEDNESDAY, TUESDAY)),
    'round 1001 07T12:00 to 07T13:00, known',
  ],
  [
    'over, where it is older than all that Numerai lists',
    inWords(900, known(TUESDAY, WEDNESDAY)),
    'round 900 07T12:05 to 07T12:05, known',
  ],
  [
    'as documented, where Numerai does not list it yet',
    inWords(1003, known(TUESDAY, WEDNESDAY)),
    'round 1003 07T12:05 to 07T13:00, assumed',
  ],
  [
    'as Numerai had it last, where it cannot be asked',
    inWords(1001, UNKNOWN, REQUESTED, [{ ...TUESDAY, closeTime: new Date('2026-04-07T12:40:00Z') }]),
    'round 1001 07T12:00 to 07T12:40, assumed',
  ],
  [
    'not as Numerai had it last, where it says something else now',
    inWords(1001, known(TUESDAY), REQUESTED, [WEDNESDAY, { ...TUESDAY, closeTime: new Date('2026-04-07T12:40:00Z') }]),
    'round 1001 07T12:00 to 07T13:00, known',
  ],
  ['as documented, where Numerai cannot be asked', inWords(1001, UNKNOWN), 'round 1001 07T12:05 to 07T13:00, assumed'],
  ['as documented, where nothing is known at all', inWords(null, UNKNOWN), 'the round 07T12:05 to 07T13:00, assumed'],
  [
    'an hour, outside of the documented hours',
    inWords(null, UNKNOWN, NIGHT),
    'the round 07T03:00 to 07T04:00, assumed',
  ],
  [
    'an hour, where none was open when it was asked for',
    inWords(null, known(WEDNESDAY), NIGHT),
    'the round 07T03:00 to 07T04:00, assumed',
  ],
])('the round is %s', (_, words, expected) => {
  expect(words).toBe(expected);
});

test.each<[string, string | null, string]>([
  ['until its next time', '0 0 * * * *', '2026-04-07T13:00:00.000Z'],
  ['until its next time, which may be near', '0 6 12 * * *', '2026-04-07T12:06:00.000Z'],
  ['for a day, where it runs seldom', '0 0 6 * * SUN', '2026-04-08T12:05:00.000Z'],
  ['for a day, where it runs on request', null, '2026-04-08T12:05:00.000Z'],
])('an attempt of a job may begin %s', (_, schedule, closes) => {
  const window = windowOfJob({ requestedAt: REQUESTED }, schedule === null ? null : parseSchedule(schedule));
  expect(window).toMatchObject({ openTime: new Date(REQUESTED), closeTime: new Date(closes), isDeadline: false });
});
