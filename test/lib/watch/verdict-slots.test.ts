// What the end of an attempt means where its container submits for several models at Numerai.

import { describe, expect, test } from 'vitest';
import { SecretError } from '../../../src/lib/config/secrets.ts';
import { type Slot, type Submission, withSlots } from '../../../src/lib/runs/slots.ts';
import { TIMING } from '../../../src/lib/runs/timing.ts';
import { AppError } from '../../../src/lib/util/errors.ts';
import type { FoundSubmission } from '../../../src/lib/verification/decide.ts';
import { WrongSlotError } from '../../../src/lib/verification/submission-source.ts';
import type { SlotVerified } from '../../../src/lib/verification/verify.ts';
import { type Ending, endOfExitCode, endOfStop } from '../../../src/lib/watch/ending.ts';
import { verdictOf } from '../../../src/lib/watch/verdict.ts';
import { acceptedRun, iso, later, modelOf } from '../../support/runs.ts';

const TIMES = { startedAt: iso(30), finishedAt: iso(90) };
const GOOD = endOfExitCode(0, null, TIMES);
const BAD = endOfExitCode(1, null, TIMES);
const UNREADY = endOfExitCode(75, null, TIMES);
const STOPPED: Ending = { ...GOOD, unverified: { ...endOfStop('some-model', 'operator', TIMES), exitCode: 0 } };
const { verificationGraceMs: GRACE, verificationPatienceMs: PATIENCE } = TIMING;

const DOWN = new AppError('numerai-answer', 'Numerai is down.');
const KEY = new SecretError('numerai-secret-key', 'The secret is not set.');
const WRONG = new WrongSlotError('unknown-numerai-model', 'The account has no such model.');

const slot = (model: string, submission: Submission = 'unknown'): Slot => ({
  model,
  id: `id-${model}`,
  submission,
  submittedAt: submission === 'accepted' ? iso(10) : null,
});

type Answer = 'accepted' | 'late' | 'rejected' | 'none' | 'earlier' | AppError;

/** Of slots a, b, c. */
function answersOf(answers: readonly Answer[]): SlotVerified[] {
  const sent = (seconds: number) => ({
    id: 's',
    insertedAt: later(seconds),
    triggerId: 'a-trigger',
    status: null,
    errorInfo: null,
    round: 1234,
  });
  const NONE: FoundSubmission = { kind: 'none', other: null };
  return answers.map((answer, index) => {
    const of = { slot: slot('abc'[index] ?? '') };
    if (answer instanceof AppError) return { ...of, error: answer };
    if (answer === 'none') return { ...of, found: NONE, ofRun: NONE };
    if (answer === 'earlier') return { ...of, found: NONE, ofRun: { kind: 'accepted', submission: sent(20) } };
    if (answer === 'rejected')
      return {
        ...of,
        found: { kind: answer, submission: { ...sent(80), status: 'failed' }, other: null },
        ofRun: NONE,
      };
    return { ...of, found: { kind: answer, submission: sent(answer === 'late' ? 4000 : 80) }, ofRun: NONE };
  });
}

function judge(
  ending: Ending,
  answers: readonly Answer[],
  waitedMs: number,
  slots = [slot('a'), slot('b'), slot('c')],
) {
  const run = { ...acceptedRun('image', {}, { startedAt: iso(30) }), ...withSlots(slots) };
  const answer = { slots: answersOf(answers), closeTime: later(3595) };
  return verdictOf({ run, model: modelOf('image'), ending, answer, waitedMs, log: null });
}

/** `failed missing-submission: accepted missing accepted`. */
function inWords(verdict: ReturnType<typeof judge>): string {
  const failure = 'failure' in verdict && verdict.failure !== null ? ` ${verdict.failure}` : '';
  return `${verdict.outcome}${failure}: ${(verdict.run.slots ?? []).map(({ submission }) => submission).join(' ')}`;
}

describe('the verdict on an attempt for three slots', () => {
  test.each<[string, Ending, readonly Answer[], number, string]>([
    ['all are there', GOOD, ['accepted', 'accepted', 'accepted'], 0, 'succeeded: accepted accepted accepted'],
    ['one may yet be shown', GOOD, ['accepted', 'none', 'accepted'], GRACE - 1, 'pending: accepted pending accepted'],
    [
      'one is missing',
      GOOD,
      ['accepted', 'none', 'accepted'],
      GRACE,
      'failed missing-submission: accepted missing accepted',
    ],
    [
      'one is missing, one not accepted',
      GOOD,
      ['accepted', 'none', 'rejected'],
      GRACE,
      'failed missing-submission: accepted missing rejected',
    ],
    [
      'one is not accepted',
      GOOD,
      ['accepted', 'accepted', 'rejected'],
      0,
      'failed rejected-submission: accepted accepted rejected',
    ],
    [
      'one is missing for good, and one cannot be asked about: the missing one is not kept waiting',
      GOOD,
      ['accepted', 'none', DOWN],
      GRACE,
      'failed missing-submission: accepted missing unknown',
    ],
    [
      'one is not accepted, and one cannot be asked about',
      GOOD,
      ['accepted', 'rejected', DOWN],
      0,
      'failed rejected-submission: accepted rejected unknown',
    ],
    ['one is late', GOOD, ['accepted', 'late', 'accepted'], 0, 'succeeded: accepted late accepted'],
    [
      'one is late, one missing',
      GOOD,
      ['late', 'none', 'accepted'],
      GRACE,
      'failed missing-submission: late missing accepted',
    ],
    [
      'one is of an earlier attempt',
      GOOD,
      ['accepted', 'earlier', 'accepted'],
      GRACE,
      'failed missing-submission: accepted accepted accepted',
    ],
    [
      'one is not in the account',
      GOOD,
      ['accepted', WRONG, 'accepted'],
      0,
      'failed numerai-models: accepted missing accepted',
    ],
    [
      'one is not in the account, one missing: that is for the container first',
      GOOD,
      ['accepted', WRONG, 'none'],
      GRACE,
      'failed missing-submission: accepted missing missing',
    ],
    [
      'one cannot be asked about',
      GOOD,
      ['accepted', DOWN, 'accepted'],
      PATIENCE - 1,
      'pending: accepted pending accepted',
    ],
    [
      'one cannot be asked about for long',
      GOOD,
      ['accepted', DOWN, 'accepted'],
      PATIENCE,
      'succeeded: accepted unknown accepted',
    ],
    ['none can be asked about, for want of a key', GOOD, [KEY, KEY, KEY], 0, 'succeeded: unknown unknown unknown'],
    [
      'one is missing, one cannot be asked about',
      GOOD,
      ['none', DOWN, 'accepted'],
      PATIENCE,
      'failed missing-submission: missing unknown accepted',
    ],
    ['it failed after all', BAD, ['accepted', 'accepted', 'accepted'], 0, 'succeeded: accepted accepted accepted'],
    ['it failed after two', BAD, ['accepted', 'none', 'accepted'], 0, 'failed exit-code: accepted unknown accepted'],
    [
      'it was not ready for the third',
      UNREADY,
      ['accepted', 'accepted', 'none'],
      0,
      'failed not-ready: accepted accepted unknown',
    ],
    [
      'it failed after one that is not accepted',
      BAD,
      ['rejected', 'none', 'accepted'],
      0,
      'failed exit-code: rejected unknown accepted',
    ],
    [
      'it ended well on a stop, one is missing',
      STOPPED,
      ['accepted', 'none', 'accepted'],
      GRACE,
      'cancelled cancelled: accepted unknown accepted',
    ],
    [
      'it ended well on a stop, all are there',
      STOPPED,
      ['accepted', 'accepted', 'accepted'],
      0,
      'succeeded: accepted accepted accepted',
    ],
  ])('%s', (_, ending, answers, waitedMs, expected) => {
    expect(inWords(judge(ending, answers, waitedMs))).toBe(expected);
  });

  test('leaves what was accepted before as it is, whatever becomes of the others', () => {
    const before = [slot('a', 'missing'), slot('b', 'missing'), slot('c', 'accepted')];
    const verdict = judge(GOOD, ['accepted', 'none'], GRACE, before);
    expect(inWords(verdict)).toBe('failed missing-submission: accepted missing accepted');
    expect(verdict.run.slots?.[2]).toEqual(before[2]);
  });

  test('that was forced after all were accepted takes nothing from them, and is not shown as open meanwhile', () => {
    const before = [slot('a', 'accepted'), slot('b', 'accepted'), slot('c', 'accepted')];
    expect(judge(GOOD, ['accepted', 'none', 'none'], 0, before).run).toEqual({});
    expect(inWords(judge(GOOD, ['accepted', 'none', 'none'], GRACE, before))).toBe(
      'failed missing-submission: accepted accepted accepted',
    );
  });
});

describe('the record says', () => {
  const reason = (...given: Parameters<typeof judge>) => judge(...given).reason;

  test('which are missing, and why those that are not accepted are not', () => {
    expect(reason(GOOD, ['accepted', 'none', 'rejected'], GRACE)).toBe(
      'The container ended with exit code 0. 2 of 3 models of some-model are missing: b, c (not accepted by Numerai). Its log could not be read yet; the page of the attempt shows it later. Numerai has a submission of c, of 2026-04-01 12:01 UTC, and does not accept it: failed. Fix what the container uploads.',
    );
  });

  test('which is late, or could not be asked about', () => {
    expect(reason(GOOD, ['accepted', 'late', 'accepted'], 0)).toMatch(
      /^1 of 3 models of some-model is late: b\. The submission arrived at /,
    );
    expect(reason(GOOD, ['accepted', DOWN, 'accepted'], PATIENCE)).toMatch(
      /^1 of 3 models of some-model is not confirmed: b\. The container ended with exit code 0, but Numerai could not be asked for the submission: Numerai is down\.$/,
    );
  });

  test('what a container that failed left out', () => {
    expect(reason(BAD, ['accepted', 'none', 'accepted'], 0)).toBe(
      'The container ended with exit code 1; its log says why. 1 of 3 models of some-model is missing: b.',
    );
  });
});
