// What the end of an attempt means once Numerai has been asked: a pure function.

import { givenTriggerId } from '../compute/container.ts';
import type { AttemptedRun } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { SecretError } from '../config/secrets.ts';
import type { Outcome } from '../runs/attempt.ts';
import type { Failure } from '../runs/failure.ts';
import { type Run, withSubmission } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import type { AppError } from '../util/errors.ts';
import { quoteEnd } from '../util/quote.ts';
import { together } from '../util/sentences.ts';
import { byOtherMeans, lateReason, rejectedReason } from '../verification/reasons.ts';
import { KeyRefusedError, type ListedSubmission } from '../verification/submission-source.ts';
import type { VerificationAnswer } from '../verification/verify.ts';
import { type Ending, ended } from './ending.ts';

export interface Verdict {
  readonly outcome: Outcome;
  readonly failure: Failure | null;
  readonly reason: string | null;
  /** What the run learns of its round and its submission. */
  readonly run: Partial<Pick<Run, 'round' | 'submission' | 'slots'>>;
}

export interface VerdictInput {
  readonly run: AttemptedRun;
  /** Undefined where models.json no longer has the model. */
  readonly model: Model | undefined;
  readonly ending: Ending;
  /** What Numerai answered; an error where it could not be asked; null where there is nobody to ask. */
  readonly answer: VerificationAnswer | AppError | null;
  /** How long ago the end was first seen. */
  readonly waitedMs: number;
  /** The container's log; null where there is none. */
  readonly log: string | null;
}

/** The verdict, or `pending` where Numerai may show the submission, or answer, later. */
export function verdictOf(input: VerdictInput): Verdict | 'pending' {
  const { ending, answer } = input;
  if (answer === null) return unverified(input, ending.unverified ?? withWhyNotAsked(input));
  if (ending.outcome !== 'succeeded') return ofFailure(input, answer);
  return 'found' in answer ? ofAnswer(input, answer) : withoutAnswer(input, answer);
}

/** A record without a verdict says why there is none. */
function withWhyNotAsked({ run, model, ending }: VerdictInput): Ending {
  if (model !== undefined || run.isTest || run.slots.length === 0 || ending.outcome !== 'succeeded') return ending;
  const reason = `The container ended with exit code 0. models.json no longer has the model ${run.model}, so Numerai was not asked for the submission.`;
  return { ...ending, reason };
}

/** The ending as it is; the submission stays what an earlier attempt made it. */
function unverified({ run }: VerdictInput, ending: Ending): Verdict {
  const { outcome, failure, reason } = ending;
  const submission = failure === 'missing-submission' ? 'missing' : 'unknown';
  return {
    outcome,
    failure,
    reason,
    run: run.submission === 'accepted' ? {} : withSubmission(run, submission, null),
  };
}

function ofAnswer(input: VerdictInput, answer: VerificationAnswer): Verdict | 'pending' {
  const { run, ending, waitedMs, log } = input;
  const { found, closeTime } = answer;
  switch (found.kind) {
    case 'accepted':
      return {
        outcome: ending.outcome,
        failure: null,
        reason: otherTrigger(input, found.submission) ?? ending.reason,
        run: learned(run, answer),
      };
    case 'late':
      return {
        outcome: ending.outcome,
        failure: null,
        reason: lateReason(run, found.submission, closeTime),
        run: learned(run, answer),
      };
    case 'rejected':
      return {
        outcome: 'failed',
        failure: 'rejected-submission',
        reason: rejectedReason(run, found.submission),
        run: learned(run, answer),
      };
    case 'none': {
      if (waitedMs < TIMING.verificationGraceMs) return 'pending';
      const missing = ended({
        ...ending,
        outcome: 'failed',
        failure: 'missing-submission',
        reason: `${missingReason(run, log)}${elsewhere(answer)}`,
      });
      const verdict = unverified(input, ending.unverified ?? missing);
      return { ...verdict, run: { ...verdict.run, ...learned(run, answer) } };
    }
  }
}

/** Numerai could not be asked: that passes, unless it is the key that is wrong. */
function withoutAnswer(input: VerdictInput, error: AppError): Verdict | 'pending' {
  const isPassing = !(error instanceof SecretError || error instanceof KeyRefusedError);
  if (isPassing && input.waitedMs < TIMING.verificationPatienceMs) return 'pending';
  const reason = `The container ended with exit code 0, but Numerai could not be asked for the submission: ${error.message}`;
  return { ...unverified(input, input.ending), reason };
}

/**
 * A container that failed, or was stopped, may have submitted before: then its work is done, and another
 * attempt would submit once more. Where Numerai does not answer, the round matters more.
 */
function ofFailure(input: VerdictInput, answer: VerificationAnswer | AppError): Verdict {
  const { run, ending } = input;
  const verdict = unverified(input, ending);
  if (!('found' in answer) || answer.found.kind === 'late') return verdict;
  const { found } = answer;
  const known = { ...verdict, run: { ...verdict.run, ...learned(run, answer) } };
  switch (found.kind) {
    case 'accepted':
      return {
        outcome: 'succeeded',
        failure: null,
        reason: together(
          ending.reason,
          'Numerai had its submission by then, so the run counts as succeeded and need not be started again.',
        ),
        run: known.run,
      };
    case 'rejected':
      return { ...known, reason: together(ending.reason, rejectedReason(run, found.submission)) };
    default:
      return known;
  }
}

/** What the run learns: a submission of an earlier attempt is the run's too, and stays on record. */
function learned(run: AttemptedRun, { found, ofRun }: VerificationAnswer): Verdict['run'] {
  const counts = found.kind === 'accepted' ? found : ofRun;
  if (counts.kind === 'accepted') return submitted(run, 'accepted', counts.submission);
  return found.kind === 'none' || run.submission === 'accepted' ? {} : submitted(run, found.kind, found.submission);
}

function submitted(
  run: AttemptedRun,
  kind: 'accepted' | 'late' | 'rejected',
  { insertedAt, round }: ListedSubmission,
): Verdict['run'] {
  return {
    ...withSubmission(run, kind, insertedAt.toISOString()),
    round: run.round ?? round,
  };
}

function otherTrigger({ run, model }: VerdictInput, { triggerId }: ListedSubmission): string | null {
  const given = model === undefined ? null : givenTriggerId(run, model);
  if (given === null || given === triggerId) return null;
  return 'Numerai has a submission for this round, but not with the trigger id of this run: the image does not send TRIGGER_ID, or it was made by other means.';
}

/** What Numerai has instead of the attempt's submission, in a sentence. */
function elsewhere({ found, ofRun }: VerificationAnswer): string {
  if (ofRun.kind === 'accepted')
    return ` The submission that Numerai has, of ${ofRun.submission.insertedAt.toISOString()}, is of an earlier attempt.`;
  const other = found.kind === 'none' ? found.other : null;
  return other === null ? '' : ` ${byOtherMeans(other)}`;
}

/** The reason of a run whose container ended well without a submission. */
export function missingReason(run: Pick<Run, 'model' | 'round'>, log: string | null): string {
  const of = run.round === null ? 'since the run was requested' : `for round ${run.round}`;
  return `The container ended with exit code 0, but brought no submission of ${run.model} ${of}. ${endOfLog(log)}`;
}

function endOfLog(log: string | null): string {
  if (log === null) return 'Its log could not be read yet; the page of the attempt shows it later.';
  const end = quoteEnd(log, 5, 600);
  return end === '' ? 'It wrote no log.' : `The end of its log: ${end}`;
}
