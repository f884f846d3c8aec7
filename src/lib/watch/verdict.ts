// What the end of an attempt means once Numerai has been asked about its slots: a pure function.

import { givenTriggerIds } from '../compute/container.ts';
import type { AttemptedRun } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import type { Outcome } from '../runs/attempt.ts';
import type { Failure } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { isAccepted, judgedAs, type Slot, shortfall, withSlots } from '../runs/slots.ts';
import { TIMING } from '../runs/timing.ts';
import { together } from '../util/sentences.ts';
import { lateReason, rejectedReasons } from '../verification/reasons.ts';
import { mayAnswerLater } from '../verification/submission-source.ts';
import type { VerificationAnswer } from '../verification/verify.ts';
import { type Ending, ended } from './ending.ts';
import { missingReason } from './missing-reason.ts';
import { type Findings, findingsOf, type Otherwise, roundOf, slotsAfter } from './slots-after.ts';

/** What the run learns of its round and its submissions. */
type Learned = Partial<Pick<Run, 'round' | 'submission' | 'slots'>>;

export interface Verdict {
  readonly outcome: Outcome;
  readonly failure: Failure | null;
  readonly reason: string | null;
  readonly run: Learned;
}

/** Numerai may show a submission, or answer, later. */
export interface Pending {
  readonly outcome: 'pending';
  readonly reason: string;
  readonly run: Learned;
}

export interface VerdictInput {
  readonly run: AttemptedRun;
  /** Undefined where models.json no longer has the model. */
  readonly model: Entry | undefined;
  readonly ending: Ending;
  /** What Numerai answered; null where there is nobody to ask. */
  readonly answer: VerificationAnswer | null;
  /** How long ago the end was first seen. */
  readonly waitedMs: number;
  /** The container's log; null where there is none. */
  readonly log: string | null;
}

interface Answered extends VerdictInput {
  readonly answer: VerificationAnswer;
  readonly findings: Findings;
}

/** The verdict, or what is waited for. */
export function verdictOf(input: VerdictInput): Verdict | Pending {
  const { ending, answer } = input;
  if (answer === null) return unverified(input, ending.unverified ?? withWhyNotAsked(input));
  const answered = { ...input, answer, findings: findingsOf(answer.slots, (slot) => isTold(input.run, slot)) };
  if (ending.outcome !== 'succeeded') return absencePending(answered) ?? ofFailure(answered);
  return pendingOf(answered) ?? ofSuccess(answered);
}

/** Whether the container was told to submit for a slot, now or by an earlier attempt: one whose id was not known is left out. */
function isTold({ slots, attempt }: AttemptedRun, { model: name }: Slot): boolean {
  if (attempt.slots === null || attempt.slots.includes(name)) return true;
  return slots.find((slot) => slot.model === name)?.id !== null;
}

/** A record without a verdict says why there is none. */
function withWhyNotAsked({ run, model, ending }: VerdictInput): Ending {
  if (model !== undefined || run.isTest || run.slots.length === 0 || ending.outcome !== 'succeeded') return ending;
  const reason = `The container ended with exit code 0. models.json no longer has the model ${run.model}, so Numerai was not asked for the submission.`;
  return { ...ending, reason };
}

/** The ending as it is; the submissions stay what an earlier attempt made them. */
function unverified({ run }: VerdictInput, { outcome, failure, reason }: Ending): Verdict {
  const slots = run.slots.map((slot) => (isAccepted(slot) ? slot : judgedAs(slot, 'unknown', null)));
  return { outcome, failure, reason, run: withSlots(slots) };
}

/** Null where nothing is waited for. */
function pendingOf({ run, ending, answer, findings, waitedMs }: Answered): Pending | null {
  const [missing] = findings.missing;
  const isAwaited = missing !== undefined && waitedMs < TIMING.verificationGraceMs;
  const unasked = findings.unanswered.find(({ error }) => mayAnswerLater(error));
  // What is certainly missing is not kept waiting by what nobody can be asked about.
  const isCertain = !isAwaited && (missing !== undefined || findings.rejected.length > 0);
  if (isCertain || (!isAwaited && (unasked === undefined || waitedMs >= TIMING.verificationPatienceMs))) return null;
  // A submission of an earlier attempt counts, whatever becomes of one that an operator forced.
  const isForced = run.slots.every(isAccepted);
  const slots = slotsAfter(run, answer.slots, { none: 'pending', unanswered: 'pending', late: 'late' });
  const learnt = isForced ? {} : withSlots(slots);
  const what = `The container ended with exit code ${run.attempt.exitCode ?? ending.exitCode ?? 'unknown'}`;
  const short = isForced ? null : shortfall({ ...run, slots });
  const awaited =
    short === null
      ? `${what}; waiting for Numerai to show the submission.`
      : `${what}; waiting for Numerai to show its submissions. So far, ${short}.`;
  const reason =
    unasked === undefined
      ? awaited
      : `${what}. Numerai cannot be asked for the submission at the moment; the app keeps asking. ${unasked.error.message}`;
  return { outcome: 'pending', reason, run: learnt };
}

/** An execution that is gone may have done its work: it is not called gone before Numerai has been asked. */
function absencePending({ run, ending, findings, waitedMs }: Answered): Pending | null {
  const [unasked] = findings.unanswered;
  if (!ending.isAbsence || unasked === undefined) return null;
  if (waitedMs >= TIMING[mayAnswerLater(unasked.error) ? 'reviewPatienceMs' : 'verificationPatienceMs']) return null;
  const what = run.attempt.execution ?? 'container';
  const reason = `Azure has no ${what} any more, and Numerai cannot be asked for the submission at the moment; the app keeps asking. ${unasked.error.message}`;
  return { outcome: 'pending', reason, run: {} };
}

/** The container ended well: Numerai's words decide. */
function ofSuccess(input: Answered): Verdict {
  const { run, ending, findings, answer, log } = input;
  const { missing, late, unanswered, accepted } = findings;
  const failure = failureOf(findings);
  if (failure !== null) {
    const instead = missing.length > 0 ? ending.unverified : null;
    const learnt = learned(input, {
      none: instead === null ? 'missing' : 'unknown',
      unanswered: 'unknown',
      late: 'late',
    });
    const reason = missingReason({ ...run, ...learnt }, findings, log);
    const { outcome, ...why } = instead ?? ended({ ...ending, outcome: 'failed', failure, reason });
    return { outcome, failure: why.failure, reason: why.reason, run: learnt };
  }
  const learnt = learned(input, { none: 'missing', unanswered: 'unknown', late: 'late' });
  const [unasked] = unanswered;
  const [tooLate] = late;
  const [first] = accepted;
  const trouble =
    unasked !== undefined
      ? `The container ended with exit code 0, but Numerai could not be asked for the submission: ${unasked.error.message}`
      : tooLate !== undefined
        ? lateReason(run, tooLate.submission, answer.closeTime)
        : null;
  const short = trouble === null ? null : shortfall({ ...run, ...learnt });
  const plain = (first && otherTrigger(input, first.submission.triggerId)) ?? ending.reason;
  const reason = together(short && `${short}.`, trouble) ?? plain;
  return { outcome: ending.outcome, failure: null, reason, run: learnt };
}

/** What an attempt failed with though its container ended well; null where it did not. */
function failureOf({ missing, rejected, wrong, untold }: Findings): Failure | null {
  if (missing.length > 0) return 'missing-submission';
  if (rejected.length > 0) return 'rejected-submission';
  if (untold.length > 0) return 'not-started';
  return wrong.length > 0 ? 'numerai-models' : null;
}

/**
 * A container that failed, or was stopped, may have submitted before: then its work is done, and another
 * attempt would submit once more. Where Numerai does not answer, the round matters more.
 */
function ofFailure(input: Answered): Verdict {
  const { run, answer, ending, findings } = input;
  // A later look may find what Numerai does not show yet: the record does not call it missing before.
  const learnt = learned(input, { none: 'unknown', unanswered: 'unknown', late: 'unknown' });
  if (findings.accepted.length === answer.slots.length) {
    const reason = together(
      ending.reason,
      'Numerai had its submission by then, so the run counts as succeeded and need not be started again.',
    );
    return { outcome: 'succeeded', failure: null, reason, run: learnt };
  }
  const { outcome, failure } = ending;
  // The sentence may say so: it tells what was seen.
  const slots = slotsAfter(run, answer.slots, { none: 'missing', unanswered: 'unknown', late: 'late' });
  const short = learnt.submission === 'partial' ? shortfall({ ...run, slots }) : null;
  const reason = together(ending.reason, short && `${short}.`, ...rejectedReasons(run, findings.rejected));
  return { outcome, failure, reason, run: learnt };
}

function learned({ run, answer }: Answered, otherwise: Otherwise) {
  return { ...withSlots(slotsAfter(run, answer.slots, otherwise)), round: run.round ?? roundOf(answer.slots) };
}

function otherTrigger({ run, model }: VerdictInput, triggerId: string | null): string | null {
  const given = model === undefined ? [] : givenTriggerIds(run, model);
  if (given.length === 0 || (triggerId !== null && given.includes(triggerId))) return null;
  return 'Numerai has a submission for this round, but not with the trigger id of this run: the image does not send TRIGGER_ID, or it was made by other means.';
}
