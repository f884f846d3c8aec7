// Whether a run waits for its round to open, as Numerai has it now.

import { expect, test } from 'vitest';
import type { RoundsKnown } from '../../../src/lib/rounds/round-cache.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { decideOnOpening, mayAwaitOpening } from '../../../src/lib/watch/opening.ts';
import { runOf } from '../../support/runs.ts';

/** A Wednesday; documented are 12:00 to 13:00. */
const at = (time: string) => new Date(`2026-04-01T${time}:00Z`);
const listed = (number: number, opens: string, closes: string): RoundsKnown => ({
  kind: 'known',
  rounds: [{ tournament: 'classic', number, openTime: at(opens), closeTime: at(closes) }],
});
const OWN = listed(1234, '12:40', '13:40');
const BEFORE = listed(1233, '00:00', '01:00');
const FAR_BEFORE = listed(1000, '00:00', '01:00');
const UNKNOWN: RoundsKnown = { kind: 'unknown', why: 'It is down.', isAway: true };

const waiting = (requestedAt: string, nextAttemptAt: string | null) => ({
  ...runOf('image', {
    requestedAt: at(requestedAt).toISOString(),
    nextAttemptAt: nextAttemptAt && at(nextAttemptAt).toISOString(),
  }),
  round: 1234,
  attempt: null,
});

test.each<[string, [string, string | null], RoundsKnown, string, string]>([
  ['it has yet to open', ['12:00', '12:30'], OWN, '12:30', 'round 1234 to open at 12:40 UTC'],
  ['it has opened', ['12:00', '12:40'], OWN, '12:40', 'go-on'],
  ['it opens once it is listed', ['11:00', null], BEFORE, '11:30', 'round 1234 to open'],
  ['it is not listed while it should be open', ['12:00', null], BEFORE, '12:10', 'go-on'],
  ['it is not listed, and is not the next, for minutes', ['11:00', null], FAR_BEFORE, '11:09', 'round 1234 to open'],
  ['it is not listed, and cannot be', ['11:00', null], FAR_BEFORE, '11:10', 'give-up'],
  ['it is not listed for minutes only', ['12:00', null], BEFORE, '12:09', 'round 1234 to open'],
  [
    'it is not listed, and another is open',
    ['12:00', null],
    listed(1233, '11:00', '13:00'),
    '12:30',
    'round 1234 to open',
  ],
  ['nobody can be asked, and no round is documented to be open', ['11:00', '11:30'], UNKNOWN, '11:29', 'wait'],
  ['nobody can be asked, and it should have opened', ['11:00', '11:30'], UNKNOWN, '11:30', 'go-on'],
  ['nobody can be asked within the documented hours', ['11:00', null], UNKNOWN, '12:00', 'go-on'],
])('where %s', (_, [requestedAt, nextAttemptAt], known, now, expected) => {
  const decision = decideOnOpening(waiting(requestedAt, nextAttemptAt), known, at(now));
  expect(decision.do === 'wait' ? (decision.changes.waitingFor ?? decision.do) : decision.do).toBe(expected);
});

const DUE = { nextAttemptAt: at('12:00').toISOString(), round: 1234 };
test.each<[string, Partial<Run>, string, boolean]>([
  ['a first attempt', { ...DUE, attempt: null }, '11:00', true],
  ['a further attempt that is due', DUE, '12:00', true],
  ['a further attempt before it is due', DUE, '11:59', false],
  ['a run whose round nobody knows', { ...DUE, round: null, attempt: null }, '12:00', false],
  ['a test', { ...DUE, isTest: true, attempt: null }, '12:00', false],
])('%s may wait for the opening', (_, changes, now, expected) => {
  expect(mayAwaitOpening({ ...runOf('image'), ...changes }, at(now))).toBe(expected);
});
