// What the end of an attempt means once Numerai has been asked: a pure function.

import type { AttemptedRun } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { SecretError } from '../config/secrets.ts';
import type { Outcome } from '../runs/attempt.ts';
import type { Failure } from '../runs/failure.ts';
import { type Run, withSubmission } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import type { AppError } from '../util/errors.ts';
import { plainLines } from '../util/quote.ts';
import type { ListedSubmission } from '../verification/submission-source.ts';
import type { VerificationAnswer } from '../verification/verify.ts';
import type { Ending } from './ending.ts';

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
  if (answer === null) return unverified(input, ending.unverified ?? ending);
  if (ending.outcome !== 'succeeded') return ofFailure(input, answer);
  return 'found' in answer ? ofAnswer(input, answer) : withoutAnswer(input, answer);
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

function ofAnswer(input: VerdictInput, { found, closeTime }: VerificationAnswer): Verdict | 'pending' {
  const { run, ending, waitedMs, log } = input;
  if (found.kind !== 'none') {
    const { submission } = found;
    return {
      outcome: ending.outcome,
      failure: null,
      reason:
        found.kind === 'late' ? lateReason(submission, closeTime) : (otherTrigger(input, submission) ?? ending.reason),
      run: submitted(run, found.kind, submission),
    };
  }
  if (waitedMs < TIMING.verificationGraceMs) return 'pending';
  if (ending.unverified !== null) return unverified(input, ending.unverified);
  return unverified(input, {
    ...ending,
    outcome: 'failed',
    failure: 'missing-submission',
    reason: missingReason(run, log),
  });
}

/** Numerai could not be asked: that passes, unless it is the key that is wrong. */
function withoutAnswer(input: VerdictInput, error: AppError): Verdict | 'pending' {
  const isPassing = !(error instanceof SecretError);
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
  if (!('found' in answer) || answer.found.kind !== 'accepted') return unverified(input, ending);
  return {
    outcome: 'succeeded',
    failure: null,
    reason: `${ending.reason ?? ''} Numerai had its submission by then, so the run counts as succeeded and need not be started again.`,
    run: submitted(run, 'accepted', answer.found.submission),
  };
}

function submitted(
  run: AttemptedRun,
  kind: 'accepted' | 'late',
  { insertedAt, round }: ListedSubmission,
): Verdict['run'] {
  return {
    ...withSubmission(run, kind, insertedAt.toISOString()),
    round: run.round ?? round,
  };
}

function lateReason({ insertedAt }: ListedSubmission, closeTime: Date | null): string {
  const closed = closeTime === null ? '' : ` at ${closeTime.toISOString()}`;
  return `The submission arrived at ${insertedAt.toISOString()}, after the round had closed${closed}: it is scored, but not staked.`;
}

function otherTrigger({ run, model }: VerdictInput, { triggerId }: ListedSubmission): string | null {
  // A container that exists already cannot be given the id.
  const gotId = model?.container.kind === 'image';
  if (run.triggerId === null || run.triggerId === triggerId || !gotId) return null;
  return 'Numerai has a submission for this round, but not with the trigger id of this run: the image does not send TRIGGER_ID, or it was made by other means.';
}

/** The reason of a run whose container ended well without a submission. */
export function missingReason(run: Pick<Run, 'model' | 'round'>, log: string | null): string {
  const last = plainLines(log ?? '')
    .slice(-5)
    .join('\n')
    .slice(-600);
  const of = run.round === null ? 'since the run was requested' : `for round ${run.round}`;
  return `The container ended with exit code 0, but Numerai has no submission of ${run.model} ${of}. ${
    log === null
      ? 'Its log could not be read yet; the page of the attempt shows it later.'
      : last === ''
        ? 'It wrote no log.'
        : `Its last log lines: ${last}`
  }`;
}
