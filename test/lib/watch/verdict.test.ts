// What the end of an attempt means once Numerai has been asked.

import { describe, expect, test } from 'vitest';
import { SecretError } from '../../../src/lib/config/secrets.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { type Slot, withSlots } from '../../../src/lib/runs/slots.ts';
import { AppError } from '../../../src/lib/util/errors.ts';
import { ExternalCallError } from '../../../src/lib/util/external-call.ts';
import type { FoundSubmission } from '../../../src/lib/verification/decide.ts';
import { KeyRefusedError } from '../../../src/lib/verification/submission-source.ts';
import type { VerificationAnswer } from '../../../src/lib/verification/verify.ts';
import { type Ending, endOfExitCode, endOfStop } from '../../../src/lib/watch/ending.ts';
import { type Pending, type Verdict, type VerdictInput, verdictOf } from '../../../src/lib/watch/verdict.ts';
import { acceptedRun, iso, later, modelOf } from '../../support/runs.ts';

const TIMES = { startedAt: iso(30), finishedAt: iso(90) };
const GOOD = endOfExitCode(0, null, TIMES);
const BAD = endOfExitCode(1, null, TIMES);
const STOPPED = endOfStop('some-model', 'operator', TIMES);
/** It ended well on a stop that an operator asked for. */
const GOOD_ON_STOP: Ending = { ...GOOD, unverified: { ...STOPPED, exitCode: 0 } };

const MINUTE = 60_000;
const CLOSE = later(3595);
const RUN = acceptedRun('image', { submission: 'pending' }, { startedAt: iso(30) });

const SLOT = slotOf(RUN);

function slotOf({ slots: [slot] }: Run): Slot {
  if (slot === undefined) throw new Error('There is one slot.');
  return slot;
}

const NONE: FoundSubmission = { kind: 'none', other: null };

function found(
  kind: FoundSubmission['kind'],
  { seconds = 80, triggerId = 'a-trigger', round = 1234, closeTime = CLOSE as Date | null, ofRun = NONE } = {},
): VerificationAnswer {
  const submission = {
    id: 's',
    insertedAt: later(seconds),
    triggerId,
    status: kind === 'rejected' ? 'failed' : 'finished',
    errorInfo: kind === 'rejected' ? 'ids do not match' : null,
    round,
  };
  const answer: FoundSubmission =
    kind === 'none' ? NONE : kind === 'rejected' ? { kind, submission, other: null } : { kind, submission };
  return { slots: [{ slot: SLOT, found: answer, ofRun }], closeTime };
}
const unavailable = new ExternalCallError(
  {
    service: 'numerai',
    operation: 'list submissions',
    failure: 'unavailable',
    status: null,
    serviceCode: null,
    retryAfterMs: null,
  },
  'Could not list submissions: it is down.',
  undefined,
);
const keyMissing = new SecretError('numerai-secret-key', 'The secret is not set.');
const keyRefused = new KeyRefusedError('Numerai does not accept the key.');
const EARLIER: FoundSubmission = {
  kind: 'accepted',
  submission: { id: 'e', insertedAt: later(10), triggerId: null, status: null, errorInfo: null, round: 1234 },
};
const without = (error: AppError): VerificationAnswer => ({ slots: [{ slot: SLOT, error }], closeTime: CLOSE });
const odd = new AppError('numerai-answer', 'Numerai answered something odd.');

function judge(ending: Ending, answer: VerdictInput['answer'], given: Partial<VerdictInput> = {}) {
  const usual = { run: RUN, model: modelOf('image'), waitedMs: 0, log: null };
  return verdictOf({ ...usual, ending, answer, ...given });
}

/** What a verdict comes to, in a few words. */
function inWords(verdict: Verdict | Pending): string {
  if (verdict.outcome === 'pending') return 'pending';
  const { outcome, failure, run } = verdict;
  return [outcome, failure, run.submission ?? '(as it was)'].filter((word) => word !== null).join(' ');
}

describe('the verdict on an attempt', () => {
  type Row = [name: string, ending: Ending, answer: VerdictInput['answer'], waitedMs: number, expected: string];
  const grace = 5 * MINUTE;
  const patience = 10 * MINUTE;
  const rows: Row[] = [
    ['that ended well, with its submission', GOOD, found('accepted'), 0, 'succeeded accepted'],
    ['that ended well, and submitted too late', GOOD, found('late', { seconds: 4000 }), 0, 'succeeded late'],
    ['that ended well, and Numerai may yet show it', GOOD, found('none'), grace - 1, 'pending'],
    ['that ended well without a submission', GOOD, found('none'), grace, 'failed missing-submission missing'],
    ['that ended well where nobody can be asked', GOOD, null, 0, 'succeeded unknown'],
    ['that ended well where Numerai is down', GOOD, without(unavailable), patience - 1, 'pending'],
    [
      'that ended well, and Numerai does not accept it',
      GOOD,
      found('rejected'),
      0,
      'failed rejected-submission rejected',
    ],
    [
      'that ended well where the key is refused, which does not pass',
      GOOD,
      without(keyRefused),
      0,
      'succeeded unknown',
    ],
    ['that failed, and Numerai does not accept what it sent', BAD, found('rejected'), 0, 'failed exit-code rejected'],
    [
      'that ended well, where only an earlier attempt submitted',
      GOOD,
      found('none', { ofRun: EARLIER }),
      grace,
      'failed missing-submission accepted',
    ],
    [
      'that failed, where an earlier attempt submitted',
      BAD,
      found('none', { ofRun: EARLIER }),
      0,
      'failed exit-code accepted',
    ],
    [
      'that ended well, not accepted, where an earlier attempt’s is',
      GOOD,
      found('rejected', { ofRun: EARLIER }),
      0,
      'failed rejected-submission accepted',
    ],
    ['that ended well where Numerai stays down', GOOD, without(unavailable), patience, 'succeeded unknown'],
    ['that ended well where Numerai answers oddly', GOOD, without(odd), patience - 1, 'pending'],
    ['that ended well where Numerai goes on to answer oddly', GOOD, without(odd), patience, 'succeeded unknown'],
    [
      'that ended well where the key is missing, which does not pass',
      GOOD,
      without(keyMissing),
      0,
      'succeeded unknown',
    ],
    ['that ended well on a stop, with its submission', GOOD_ON_STOP, found('accepted'), 0, 'succeeded accepted'],
    ['that ended well on a stop, and Numerai may yet show it', GOOD_ON_STOP, found('none'), grace - 1, 'pending'],
    [
      'that ended well on a stop, without a submission',
      GOOD_ON_STOP,
      found('none'),
      grace,
      'cancelled cancelled unknown',
    ],
    ['that ended well on a stop, where nobody can be asked', GOOD_ON_STOP, null, 0, 'cancelled cancelled unknown'],
    ['that failed', BAD, found('none'), 0, 'failed exit-code unknown'],
    ['that failed, and had submitted by then', BAD, found('accepted'), 0, 'succeeded accepted'],
    ['that failed, and had submitted too late', BAD, found('late', { seconds: 4000 }), 0, 'failed exit-code unknown'],
    ['that failed where nobody can be asked', BAD, null, 0, 'failed exit-code unknown'],
    [
      'that failed where Numerai is down: the round matters more',
      BAD,
      without(unavailable),
      0,
      'failed exit-code unknown',
    ],
    ['that failed where the key is missing', BAD, without(keyMissing), 0, 'failed exit-code unknown'],
    ['that was stopped', STOPPED, found('none'), 0, 'cancelled cancelled unknown'],
    ['that was stopped, and had submitted by then', STOPPED, found('accepted'), 0, 'succeeded accepted'],
  ];
  test.each(rows)('%s', (_, ending, answer, waitedMs, expected) => {
    expect(inWords(judge(ending, answer, { waitedMs }))).toBe(expected);
  });

  test.each<[string, Ending, VerdictInput['answer']]>([
    ['fails', BAD, found('none')],
    ['cannot be checked', GOOD, null],
    ['cannot be checked for long', GOOD, without(unavailable)],
    ['has none of its own', GOOD, found('none')],
    ['is stopped', STOPPED, null],
  ])('leaves the submission of an earlier one where a forced attempt %s', (_, ending, answer) => {
    const before = { ...SLOT, submission: 'accepted', submittedAt: iso(10) } as const;
    const run = { ...RUN, ...withSlots([before]) };
    const verdict = judge(ending, answer, { run, waitedMs: 30 * MINUTE });
    expect(verdict.outcome).not.toBe('pending');
    expect(verdict.run).toMatchObject({ submission: 'accepted', slots: [before] });
  });
});

const of = (verdict: Verdict | Pending): Verdict => {
  if (verdict.outcome === 'pending') throw new Error('There is a verdict.');
  return verdict;
};

describe('the run learns', () => {
  test('when its submission arrived, for every slot', () => {
    const { run } = of(judge(GOOD, found('accepted')));
    expect(run).toEqual({
      submission: 'accepted',
      round: 1234,
      slots: [{ ...RUN.slots[0], submission: 'accepted', submittedAt: iso(80) }],
    });
  });

  test('its round from its submission, where nobody knew it', () => {
    const unknown = { ...RUN, round: null };
    const answer = found('accepted', { round: 77 });
    expect(of(judge(GOOD, answer, { run: unknown })).run.round).toBe(77);
    expect(of(judge(BAD, answer, { run: unknown })).run.round).toBe(77);
    expect(of(judge(GOOD, answer)).run.round).toBe(1234);
  });

  test('that there is none, for every slot', () => {
    const { run } = of(judge(GOOD, found('none'), { waitedMs: 5 * MINUTE }));
    expect(run.slots).toEqual([{ ...RUN.slots[0], submission: 'missing', submittedAt: null }]);
  });
});

describe('the record says', () => {
  const reason = (...given: Parameters<typeof judge>) => of(judge(...given)).reason;

  test('nothing where all is well', () => {
    expect(reason(GOOD, found('accepted'))).toBeNull();
    expect(reason(GOOD, null)).toBeNull();
  });

  test('that the submission was late, and by when it should have come', () => {
    expect(reason(GOOD, found('late', { seconds: 4000 }))).toBe(
      'The submission arrived at 2026-04-01 13:06:45 UTC, after the round had closed at 2026-04-01 13:00:00 UTC: it is scored, but not staked.',
    );
    const unknown = found('late', { seconds: 4000, closeTime: null });
    expect(reason(GOOD, unknown)).toContain('after the round had closed: it is scored');
  });

  test('what Numerai says of a submission that it does not accept', () => {
    expect(reason(GOOD, found('rejected'))).toBe(
      'Numerai has a submission of some-model, of 2026-04-01 12:01 UTC, and does not accept it: failed: ids do not match. Fix what the container uploads.',
    );
  });

  test('that only an earlier attempt submitted, or somebody else', () => {
    const given = { waitedMs: 5 * MINUTE };
    expect(reason(GOOD, found('none', { ofRun: EARLIER }), given)).toContain(
      'The submission that Numerai has, of 2026-04-01 12:00 UTC, is of an earlier attempt.',
    );
    const byHand = found('none');
    const other = EARLIER.kind === 'accepted' ? EARLIER.submission : null;
    const slots = [{ slot: SLOT, found: { kind: 'none', other }, ofRun: NONE }] as const;
    expect(reason(GOOD, { ...byHand, slots }, given)).toContain(
      'Numerai has a submission for the round that was made by other means, at 2026-04-01 12:00 UTC.',
    );
  });

  test('into which round Numerai put a submission', () => {
    expect(reason(GOOD, found('late', { round: 1235 }))).toContain(
      'Numerai put it into round 1235: it does not count for round 1234.',
    );
  });

  test('that the submission is not of this trigger, where the container got its id', () => {
    const other = found('accepted', { triggerId: 'another' });
    expect(reason(GOOD, other)).toMatch(/not with the trigger id of this run/);
    expect(reason(GOOD, other, { model: modelOf('group') })).toBeNull();
    expect(reason(GOOD, other, { model: undefined })).toBeNull();
    expect(reason(GOOD, other, { run: { ...RUN, triggerIds: [] } })).toBeNull();
  });

  test('that a container which failed had submitted before', () => {
    expect(reason(BAD, found('accepted'))).toBe(
      'The container ended with exit code 1; its log says why. Numerai had its submission by then, so the run counts as succeeded and need not be started again.',
    );
  });

  test('that Numerai could not be asked', () => {
    expect(reason(GOOD, without(keyMissing))).toBe(
      'The container ended with exit code 0, but Numerai could not be asked for the submission: The secret is not set.',
    );
  });

  test('that nobody asked Numerai, since models.json no longer has the model', () => {
    const slots = [{ model: 'my_model', id: null, submission: 'unknown', submittedAt: null }] as const;
    const run = { ...RUN, slots: [...slots] };
    expect(reason(GOOD, null, { run, model: undefined })).toMatch(/no longer has the model some-model, so Numerai/);
    expect(reason(GOOD, null, { run: { ...RUN, slots: [] }, model: undefined })).toBeNull();
    expect(reason(GOOD, null, { run })).toBeNull();
  });

  test('why it was stopped where it ended well on that, and brought nothing', () => {
    expect(reason(GOOD_ON_STOP, found('none'), { waitedMs: 5 * MINUTE })).toBe('An operator cancelled the run.');
  });

  test('why there is no submission, with the end of the log', () => {
    const log = Array.from({ length: 20 }, (_, line) => `line ${line}`).join('\n');
    const given = { waitedMs: 5 * MINUTE, log: `${log}\n\n` };
    expect(reason(GOOD, found('none'), given)).toBe(
      'The container ended with exit code 0, but brought no submission of some-model for round 1234. The end of its log: line 15 | line 16 | line 17 | line 18 | line 19.',
    );
    const about = (text: string | null, run = RUN) => reason(GOOD, found('none'), { ...given, log: text, run });
    expect(about(null)).toMatch(/for round 1234\. Its log could not be read yet; .* shows it later\.$/);
    expect(about('\n \n')).toMatch(/It wrote no log\.$/);
    expect(about(null, { ...RUN, round: null })).toContain('some-model since the run was requested.');
    expect(about('x'.repeat(2_000))).toMatch(/: …x{599}\.$/);
  });
});
