import { describe, expect, test } from 'vitest';
import { pastRun } from '../../local/scenes/past-run.ts';
import { LETTERS, lookOf, lookOfAttempt, lookOfSlot, reasonOf, submissionWords } from '../../src/dashboard/outcome.ts';
import { startOf } from '../../src/dashboard/parts/actions.ts';
import type { Attempt } from '../../src/lib/runs/attempt.ts';
import { AFTER_A_FIX } from '../../src/lib/runs/failure.ts';
import { RUN_STATES, type Run } from '../../src/lib/runs/run.ts';
import { SUBMISSIONS, type Submission, withSlots } from '../../src/lib/runs/slots.ts';
import { modelOf } from '../support/runs.ts';

const model = modelOf('image');

const run = (more: Partial<Run> = {}): Run => ({
  ...pastRun({ model, round: 100, at: new Date('2026-11-20T12:00:00Z') }),
  ...more,
});

function attemptOf({ attempt }: Run): Attempt {
  if (attempt === null) throw new Error('There is an attempt.');
  return attempt;
}

const slots = (...submissions: readonly Submission[]) =>
  submissions.map((submission, index) => ({ model: `slot_${index}`, id: null, submission, submittedAt: null }));
const SOME = withSlots(slots('accepted', 'missing', 'rejected'));

const FIX = {
  ...pastRun({
    model,
    round: 100,
    at: new Date('2026-11-20T12:00:00Z'),
    state: 'waiting',
    why: { failure: 'image', reason: 'There is no such image' },
  }),
  waitingFor: 'somebody to fix the image',
};
const FIXED = attemptOf(FIX);
const UNSEEN: Attempt = { ...attemptOf(run()), outOfSightSince: '2026-11-20T12:05:00Z' };
const UNSTARTED = pastRun({ model, round: 100, at: new Date('2026-11-20T12:00:00Z'), state: 'starting' }).attempt;

describe('what a run looks like', () => {
  test.each<[Partial<Run>, string]>([
    [{ state: 'requested' }, 'Q busy requested'],
    [{ state: 'starting' }, 'Q busy starting'],
    [{ state: 'running', submission: 'unknown' }, 'R busy running'],
    [{ state: 'running', submission: 'pending' }, 'R busy waiting for Numerai'],
    [{ state: 'running', attempt: UNSEEN, reason: 'It cannot be seen.' }, 'O warn out of sight'],
    // Most outages are over by the next tick.
    [{ state: 'running', attempt: UNSEEN, reason: null }, 'R busy running'],
    [{ state: 'waiting' }, 'W warn waiting for attempt 2'],
    // Before its round opens, and while Azure refuses its start: no attempt has been made.
    [{ state: 'waiting', attempt: null }, 'W warn waiting to start'],
    [{ state: 'waiting', attempt: UNSTARTED }, 'W warn waiting to start'],
    // Whatever is tried meanwhile.
    [{ ...FIX, nextAttemptAt: '2026-11-20T12:40:00Z' }, 'W warn waiting for you'],
    [{ ...FIX, nextAttemptAt: null }, 'W warn waiting for you'],
    [{ ...FIX, lastResortNext: true }, 'W warn waiting for attempt 2'],
    [{ ...FIX, attempt: { ...FIXED, outcome: null, refusals: 3 } }, 'W warn waiting for you'],
    // It may be known in a moment.
    [
      {
        ...FIX,
        attempt: { ...FIXED, failure: 'permission' },
        waitingFor: 'the permission to be known, or somebody to give it',
      },
      'W warn waiting for attempt 2',
    ],
    // What was tried before is not what it waits for.
    [{ ...FIX, nextAttemptAt: null, waitingFor: 'round 101 to open' }, 'W warn waiting for attempt 2'],
    [{ state: 'succeeded', submission: 'accepted' }, 'S good submitted'],
    [{ state: 'succeeded', submission: 'late' }, 'L warn submitted late'],
    [{ state: 'succeeded', submission: 'unknown' }, 'U warn ran, unconfirmed'],
    [{ state: 'succeeded', submission: 'unknown', slots: [] }, 'N quiet ran'],
    [{ state: 'succeeded', submission: 'unknown', isTest: true }, 'S good succeeded'],
    [{ state: 'failed', submission: 'unknown' }, 'F bad failed'],
    [{ state: 'failed', submission: 'missing' }, 'F bad no submission'],
    [{ state: 'failed', submission: 'rejected' }, 'F bad rejected by Numerai'],
    [{ state: 'failed', ...SOME }, 'P bad 1 of 3 submitted'],
    [{ state: 'timed_out', ...SOME }, 'P bad 1 of 3 submitted'],
    [{ state: 'succeeded', ...withSlots(slots('accepted', 'late')) }, 'L warn partly late'],
    [{ state: 'succeeded', ...withSlots(slots('accepted', 'unknown')) }, 'U warn partly unconfirmed'],
    [{ state: 'succeeded', ...withSlots(slots('accepted', 'late', 'unknown')) }, 'U warn partly unconfirmed'],
    [{ state: 'failed', failure: 'round-missed' }, 'M bad missed'],
    [{ state: 'timed_out' }, 'T bad timed out'],
    [{ state: 'cancelled' }, 'C warn cancelled'],
  ])('%j: %s', (more, look) => {
    const { letter, tone, words } = lookOf(run(more));
    expect(`${letter} ${tone} ${words}`).toBe(look);
  });

  test('the legend explains every letter, in the tone that it has', () => {
    const explained = Object.entries(LETTERS).map(([letter, [tone]]) => `${letter} ${tone}`);
    for (const state of RUN_STATES)
      for (const submission of SUBMISSIONS) {
        const { letter, tone } = lookOf(run({ state, submission }));
        expect(explained).toContain(`${letter} ${tone}`);
      }
  });
});

const WAITS = 'There is no such image. Waiting for somebody to fix the image.';
test.each<[string, Partial<Run>, string]>([
  ['what it waits for', { attempt: null, waitingFor: 'round 101 to open' }, 'Waiting for round 101 to open.'],
  ['what somebody can do', {}, `${WAITS} ${AFTER_A_FIX}`],
  [
    'that the last resort has failed as well',
    { attempt: { ...FIXED, lastResort: true, previousFailure: 'image', reason: 'It hung.' } },
    `The last resort has failed as well. It hung. Waiting for somebody to fix the image. ${AFTER_A_FIX}`,
  ],
  ['nothing of that where the last resort is next', { lastResortNext: true }, WAITS],
  ['nothing of that where its start is repeated anyway', { attempt: { ...FIXED, outcome: null } }, WAITS],
  [
    'what follows where its start has no answer yet',
    { state: 'requested', attempt: UNSTARTED && { ...UNSTARTED, leaseUntil: '2026-11-20T12:01:00Z' }, reason: null },
    'Its start has no answer yet. From 12:01 UTC on the app looks for it.',
  ],
  ['its own reason where it does not wait', { state: 'failed', reason: 'It broke.' }, 'It broke.'],
])('of a run is said %s', (_what, more, said) => {
  expect(reasonOf({ ...FIX, ...more })).toBe(said);
});

test.each<[Partial<Run>, string | null]>([
  [{ state: 'waiting' }, 'Try now'],
  [{ state: 'failed' }, 'Retry'],
  [{ state: 'timed_out' }, 'Retry'],
  [{ state: 'cancelled' }, 'Retry'],
  [{ state: 'succeeded' }, null],
  [{ state: 'running' }, null],
  [{ state: 'waiting', isTest: true }, null],
  [{ state: 'failed', isTest: true }, null],
])('a start of %j is called: %s', (more, verb) => {
  expect(startOf(run(more))).toBe(verb);
});

describe('what an attempt looks like', () => {
  const attempt = (changes: Partial<Attempt>): Attempt => ({ ...attemptOf(run()), ...changes });
  const open = { outcome: null, endSeenAt: null, finishedAt: null } as const;

  test.each<[Partial<Attempt>, string]>([
    [{ ...open, startedAt: null }, 'busy starting'],
    [open, 'busy running'],
    [{ ...open, endSeenAt: '2026-11-20T12:01:00Z' }, 'busy ended, being checked'],
    [{ outcome: 'succeeded' }, 'good succeeded'],
    [{ outcome: 'failed', failure: 'exit-code' }, 'bad failed'],
    [{ outcome: 'failed', failure: 'missing-submission' }, 'bad no submission'],
    [{ outcome: 'failed', failure: 'rejected-submission' }, 'bad rejected by Numerai'],
    [{ outcome: 'timed_out', failure: 'timeout' }, 'bad timed out'],
    [{ outcome: 'cancelled', failure: 'cancelled' }, 'warn cancelled'],
  ])('%j: %s', (changes, look) => {
    expect(lookOfAttempt(attempt(changes), run({})).join(' ')).toBe(look);
  });
});

test('what an attempt looks like that left some slots out, and what each slot does', () => {
  expect(lookOfAttempt({ ...attemptOf(run()), failure: 'missing-submission' }, run(SOME))).toEqual([
    'bad',
    'incomplete',
  ]);
  expect(SOME.slots.map((slot) => lookOfSlot(slot, run(SOME)).join(' '))).toEqual([
    'good accepted',
    'bad missing',
    'bad rejected by Numerai',
  ]);
  const [unknown] = slots('unknown');
  if (unknown === undefined) throw new Error('There is a slot.');
  expect(lookOfSlot(unknown, run({ state: 'succeeded' }))).toEqual(['warn', 'not confirmed']);
  expect(lookOfSlot(unknown, run({ state: 'running' }))).toEqual(['quiet', 'nothing seen yet']);
  for (const state of ['failed', 'timed_out', 'cancelled'] as const)
    expect(lookOfSlot(unknown, run({ state }))).toEqual(['bad', 'none seen']);
  expect(lookOfSlot(unknown, run({ isTest: true }))).toEqual(['quiet', 'not submitted: a test']);
});

describe('what Numerai says', () => {
  test.each<[Partial<Run>, string | null]>([
    [SOME, '1 of 3 submitted'],
    [{ state: 'running', ...withSlots(slots('accepted', 'pending')) }, '1 of 2 submitted'],
    [{ submission: 'accepted' }, 'accepted'],
    [withSlots(slots('accepted', 'accepted', 'accepted')), 'accepted for all 3'],
    [{ submission: 'late' }, 'late'],
    [{ submission: 'unknown' }, 'not confirmed'],
    [{ submission: 'unknown', isTest: true }, null],
    [{ submission: 'unknown', slots: [] }, null],
    [{ submission: 'rejected', state: 'failed' }, 'rejected'],
    [{ submission: 'unknown', state: 'failed' }, null],
    [{ submission: 'unknown', state: 'running' }, null],
    [{ submission: 'pending', state: 'running' }, 'waiting for Numerai'],
    [{ submission: 'missing', state: 'failed' }, 'missing'],
  ])('%j: %s', (more, words) => {
    expect(submissionWords(run(more))).toBe(words);
  });
});
