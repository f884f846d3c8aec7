// What a later answer of Numerai changes in the record of a run that has ended.

import { expect, test } from 'vitest';
import { correctionOf } from '../../../src/lib/fallback/correction.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { type Submission, withSlots } from '../../../src/lib/runs/slots.ts';
import type { RoundSubmission } from '../../../src/lib/verification/decide.ts';
import type { ListedSubmission } from '../../../src/lib/verification/submission-source.ts';
import { acceptedRun, iso, later } from '../../support/runs.ts';

const SENT: ListedSubmission = {
  id: 's',
  insertedAt: later(80),
  triggerId: null,
  status: null,
  errorInfo: null,
  round: 1234,
};
const ACCEPTED: RoundSubmission = { kind: 'accepted', submission: SENT };
const LATE: RoundSubmission = { kind: 'late', submission: { ...SENT, insertedAt: later(4000) } };
const REJECTED: RoundSubmission = { kind: 'rejected', submission: { ...SENT, status: 'failed' }, other: null };
const NONE: RoundSubmission = { kind: 'none', other: null };
const BY_HAND: RoundSubmission = { kind: 'none', other: SENT };
const NOT_ASKED: RoundSubmission = { kind: 'unknown', why: 'It is down.' };

const UNKNOWN: Partial<Run> = { state: 'succeeded', submission: 'unknown' };
const MISSING: Partial<Run> = { state: 'failed', failure: 'missing-submission', submission: 'missing' };
const CRASHED: Partial<Run> = { state: 'failed', failure: 'exit-code', submission: 'unknown' };
const GOOD: Partial<Run> = { state: 'succeeded', submission: 'accepted' };

const OPEN = 1800;
const CLOSED = 3700;

/** `record succeeded accepted`: what is done, and what the record then says. */
function inWords(changes: Partial<Run>, found: RoundSubmission, seconds: number): string {
  const run = acceptedRun('image', changes, { startedAt: iso(30), endSeenAt: iso(90) });
  const slots = run.slots.map((slot) => ({ slot, found }));
  const correction = correctionOf({ run, found: slots, round: { closeTime: later(3595) }, now: later(seconds) });
  if (correction.do === 'nothing') return 'nothing';
  const { state, submission } = { ...run, ...correction.changes };
  return `${correction.do} ${state} ${submission}`;
}

test.each<[string, Partial<Run>, RoundSubmission, number, string]>([
  ['not known, then listed', UNKNOWN, ACCEPTED, OPEN, 'record succeeded accepted'],
  ['not known, then listed after the close', UNKNOWN, ACCEPTED, CLOSED, 'record succeeded accepted'],
  ['not known, and made by hand', UNKNOWN, BY_HAND, OPEN, 'record succeeded accepted'],
  ['not known, and late', UNKNOWN, LATE, CLOSED, 'record succeeded late'],
  ['not known, and rejected', UNKNOWN, REJECTED, OPEN, 'open-again failed rejected'],
  ['not known, and rejected, at the close', UNKNOWN, REJECTED, CLOSED, 'record failed rejected'],
  ['not known, and none', UNKNOWN, NONE, OPEN, 'open-again failed missing'],
  ['not known, and none, at the close', UNKNOWN, NONE, CLOSED, 'record failed missing'],
  ['not known, and none, but it may yet be listed', UNKNOWN, NONE, 90 + 299, 'nothing'],
  ['not known, and still nobody can be asked', UNKNOWN, NOT_ASKED, CLOSED, 'nothing'],
  ['missing, then listed', MISSING, ACCEPTED, OPEN, 'record succeeded accepted'],
  ['missing, and made by hand', MISSING, BY_HAND, CLOSED, 'record succeeded accepted'],
  ['missing, then late', MISSING, LATE, CLOSED, 'record succeeded late'],
  ['missing, then rejected', MISSING, REJECTED, OPEN, 'record failed rejected'],
  ['missing still', MISSING, NONE, OPEN, 'nothing'],
  ['crashed, and none', CRASHED, NONE, OPEN, 'nothing'],
  ['crashed, and none, at the close', CRASHED, NONE, CLOSED, 'record failed missing'],
  ['crashed after it had submitted', CRASHED, ACCEPTED, OPEN, 'record succeeded accepted'],
  ['good, and not listed any more', GOOD, NONE, CLOSED, 'nothing'],
  ['good, and good', GOOD, ACCEPTED, CLOSED, 'nothing'],
  ['good, and late as well', GOOD, LATE, CLOSED, 'nothing'],
  ['good, then found not to be valid', GOOD, REJECTED, OPEN, 'open-again failed rejected'],
  ['without anything to ask about', { ...UNKNOWN, slots: [] }, NONE, OPEN, 'nothing'],
  ['a test', { ...UNKNOWN, isTest: true }, NONE, OPEN, 'nothing'],
  ['under way', { state: 'running', submission: 'pending' }, ACCEPTED, OPEN, 'nothing'],
])('%s', (_, changes, found, seconds, expected) => {
  expect(inWords(changes, found, seconds)).toBe(expected);
});

/** Of slots a, b, c: what they were, what is found, and what they then are: `record failed: accepted missing accepted`. */
test.each<[string, Partial<Run>, readonly Submission[], readonly RoundSubmission[], number, string]>([
  [
    'one of those that were missing is listed',
    MISSING,
    ['accepted', 'missing', 'missing'],
    [ACCEPTED, ACCEPTED, NONE],
    OPEN,
    'record failed: accepted accepted missing',
  ],
  [
    'the last of them is listed',
    MISSING,
    ['accepted', 'missing', 'accepted'],
    [ACCEPTED, ACCEPTED, ACCEPTED],
    OPEN,
    'record succeeded: accepted accepted accepted',
  ],
  [
    'one was made by hand',
    MISSING,
    ['accepted', 'missing', 'accepted'],
    [ACCEPTED, BY_HAND, ACCEPTED],
    OPEN,
    'record succeeded: accepted accepted accepted',
  ],
  ['nothing is new', MISSING, ['accepted', 'missing', 'missing'], [ACCEPTED, NONE, NONE], OPEN, 'nothing'],
  [
    'one that was not known is not there',
    UNKNOWN,
    ['accepted', 'unknown', 'accepted'],
    [ACCEPTED, NONE, ACCEPTED],
    OPEN,
    'open-again failed: accepted missing accepted',
  ],
  [
    'one that was not known is not there, after the close',
    UNKNOWN,
    ['accepted', 'unknown', 'accepted'],
    [ACCEPTED, NONE, ACCEPTED],
    CLOSED,
    'record failed: accepted missing accepted',
  ],
  [
    'one that was not known is there',
    UNKNOWN,
    ['accepted', 'unknown', 'accepted'],
    [ACCEPTED, ACCEPTED, ACCEPTED],
    OPEN,
    'record succeeded: accepted accepted accepted',
  ],
  [
    'one is still not known',
    UNKNOWN,
    ['accepted', 'unknown', 'unknown'],
    [ACCEPTED, NOT_ASKED, ACCEPTED],
    OPEN,
    'record succeeded: accepted unknown accepted',
  ],
  [
    'one that was accepted is found not to be valid',
    GOOD,
    ['accepted', 'accepted', 'accepted'],
    [ACCEPTED, REJECTED, ACCEPTED],
    OPEN,
    'open-again failed: accepted rejected accepted',
  ],
  [
    'one that was accepted is not listed any more',
    GOOD,
    ['accepted', 'accepted', 'accepted'],
    [ACCEPTED, NONE, ACCEPTED],
    CLOSED,
    'nothing',
  ],
  [
    'the missing one is late',
    MISSING,
    ['accepted', 'missing', 'accepted'],
    [ACCEPTED, LATE, ACCEPTED],
    CLOSED,
    'record succeeded: accepted late accepted',
  ],
  [
    'one of the missing is late',
    MISSING,
    ['accepted', 'missing', 'missing'],
    [ACCEPTED, LATE, NONE],
    CLOSED,
    'record failed: accepted late missing',
  ],
  [
    'it crashed, and one is not there after the close',
    CRASHED,
    ['accepted', 'unknown', 'accepted'],
    [ACCEPTED, NONE, ACCEPTED],
    CLOSED,
    'record failed: accepted missing accepted',
  ],
  [
    'it crashed, and one may yet be listed',
    CRASHED,
    ['accepted', 'unknown', 'accepted'],
    [ACCEPTED, NONE, ACCEPTED],
    OPEN,
    'nothing',
  ],
])('of three slots, %s', (_, changes, before, found, seconds, expected) => {
  const { done, after } = correctedOf(changes, before, found, seconds);
  const words = `${done} ${after.state}: ${after.slots.map(({ submission }) => submission).join(' ')}`;
  expect(done === 'nothing' ? 'nothing' : words).toBe(expected);
});

/** A run with the slots a, b, c as it is after the correction, and what is done. */
function correctedOf(
  changes: Partial<Run>,
  before: readonly Submission[],
  found: readonly RoundSubmission[],
  seconds: number,
) {
  const slots = before.map((submission, index) => ({
    model: 'abc'[index] ?? '',
    id: null,
    submission,
    submittedAt: null,
  }));
  const run = { ...acceptedRun('image', changes, { startedAt: iso(30), endSeenAt: iso(90) }), ...withSlots(slots) };
  const answers = slots.flatMap((slot, index) => (found[index] === undefined ? [] : [{ slot, found: found[index] }]));
  const round = { closeTime: later(3595) };
  const correction = correctionOf({ run, found: answers, round, now: later(seconds) });
  return { done: correction.do, after: { ...run, ...(correction.do === 'nothing' ? {} : correction.changes) } };
}

const LISTED = 'of 2026-04-01 12:01 UTC; it was not to be seen when the run ended.';

test.each<[string, readonly Submission[], readonly RoundSubmission[], RegExp]>([
  [
    'the missing one by hand',
    ['accepted', 'missing', 'accepted'],
    [ACCEPTED, BY_HAND, ACCEPTED],
    /^Numerai has a submission .* by other means, at 2026-04-01 \d\d:\d\d UTC\. The run's own submissions are in as well\.$/,
  ],
  [
    'all by hand',
    ['missing', 'missing', 'missing'],
    [BY_HAND, BY_HAND, BY_HAND],
    /^Numerai has .* by other means, at 2026-04-01 \d\d:\d\d UTC\. The run itself brought none that counts\.$/,
  ],
  [
    'the missing one by hand, while nobody can be asked about the others',
    ['accepted', 'missing', 'accepted'],
    [NOT_ASKED, BY_HAND, NOT_ASKED],
    /^Numerai has .* by other means, at 2026-04-01 \d\d:\d\d UTC\.$/,
  ],
  [
    'the missing one is listed late',
    ['accepted', 'missing', 'accepted'],
    [ACCEPTED, ACCEPTED, ACCEPTED],
    new RegExp(`^Numerai has the submission of b, ${LISTED}$`),
  ],
])('of three slots it is told why all are in: %s', (_, before, found, expected) => {
  expect(correctedOf(MISSING, before, found, OPEN).after.reason).toMatch(expected);
});

test('of a run with one slot the submission is told by the name of its model', () => {
  const run = acceptedRun('image', MISSING, { startedAt: iso(30), endSeenAt: iso(90) });
  const found = run.slots.map((slot) => ({ slot, found: ACCEPTED }));
  const correction = correctionOf({ run, found, round: { closeTime: later(3595) }, now: later(OPEN) });
  expect(correction).toMatchObject({ changes: { reason: `Numerai has the submission of some-model, ${LISTED}` } });
});

test.each<[string, Partial<Attempt>, Partial<Attempt>]>([
  ['one that ran when it was made has succeeded', { startedAt: iso(30) }, { outcome: 'succeeded', failure: null }],
  ['one whose start was not seen has, too', { startedAt: null }, { outcome: 'succeeded', failure: null }],
  ['one that was begun later stays as it was', { startedAt: iso(90), acceptedAt: iso(85) }, { failure: 'image' }],
  ['one that never began stays as it was', { startedAt: null, acceptedAt: null }, { failure: 'image' }],
])('of a run whose submission is listed late the last attempt is judged by its own time: %s', (_, times, expected) => {
  const run = acceptedRun('image', MISSING, { outcome: 'failed', failure: 'image', endSeenAt: iso(95), ...times });
  const found = run.slots.map((slot) => ({ slot, found: ACCEPTED }));
  const correction = correctionOf({ run, found, round: { closeTime: later(3595) }, now: later(CLOSED) });
  const after = { ...run, ...(correction.do === 'nothing' ? {} : correction.changes) };
  expect(after).toMatchObject({ state: 'succeeded', failure: null, attempt: expected });
});
