// What a later answer of Numerai changes in the record of a run that has ended: a pure function.

import type { Attempt } from '../runs/attempt.ts';
import { hasEnded, type Run, withSubmission } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { ageMs } from '../util/clock.ts';
import { countingSubmission, type RoundSubmission } from '../verification/decide.ts';
import { byOtherMeans, lateReason, rejectedReason } from '../verification/reasons.ts';
import type { ListedSubmission } from '../verification/submission-source.ts';

export type Correction =
  | { readonly do: 'nothing' }
  | { readonly do: 'record'; readonly changes: Partial<Run> }
  /** Another attempt follows, if the policy has one; `changes` is what Numerai said meanwhile. */
  | { readonly do: 'open-again'; readonly changes: Partial<Run> };

export interface CorrectionInput {
  readonly run: Run;
  readonly found: RoundSubmission;
  readonly round: { readonly closeTime: Date };
  readonly now: Date;
}

const NOTHING: Correction = { do: 'nothing' };

/** Whether a later answer may change anything: nobody can be asked about a run without slots. */
export function isOpenToCorrection(run: Run): boolean {
  return hasEnded(run) && !run.isTest && run.slots.length > 0;
}

/** Decides on a run that has ended. */
export function correctionOf({ run, found, round, now }: CorrectionInput): Correction {
  if (!isOpenToCorrection(run) || found.kind === 'unknown') return NOTHING;
  const counting = countingSubmission(found);
  if (counting !== null) return accepted(run, counting, found.kind === 'accepted');
  switch (found.kind) {
    case 'late':
      if (run.submission === 'accepted' || run.submission === 'late') return NOTHING;
      return record(run, 'late', found.submission.insertedAt.toISOString(), {
        state: 'succeeded',
        failure: null,
        reason: lateReason(run, found.submission, round.closeTime),
      });
    case 'rejected': {
      if (run.submission === 'rejected') return NOTHING;
      const reason = rejectedReason(run, found.submission);
      const failed = record(run, 'rejected', found.submission.insertedAt.toISOString(), {
        ...attemptWas(run, { outcome: 'failed', failure: 'rejected-submission', reason }),
        state: 'failed',
        failure: 'rejected-submission',
        reason,
      });
      return run.state === 'succeeded' && now < round.closeTime ? openAgain(run, failed) : failed;
    }
    default:
      return withoutSubmission(run, round, now);
  }
}

/** @param isOwn whether the run made it. */
function accepted(run: Run, submission: ListedSubmission, isOwn: boolean): Correction {
  if (run.state === 'succeeded' && run.submission === 'accepted') return NOTHING;
  const at = submission.insertedAt.toISOString();
  const known = { outcome: 'succeeded', failure: null, reason: whyAccepted(run, submission, isOwn) } as const;
  return record(run, 'accepted', at, {
    ...(isOwn && at >= (run.attempt?.startedAt ?? at) ? attemptWas(run, known) : {}),
    state: 'succeeded',
    failure: null,
    reason: known.reason ?? run.startNote,
  });
}

/** Null where there is nothing to say: what only could not be checked is as if it had been. */
function whyAccepted(run: Run, submission: ListedSubmission, isOwn: boolean): string | null {
  if (!isOwn) return `${byOtherMeans(submission)} The run itself brought none that counts.`;
  if (run.state === 'succeeded') return null;
  return `Numerai has the submission of ${run.model}, of ${submission.insertedAt.toISOString()}; it was not to be seen when the run ended.`;
}

function withoutSubmission(run: Run, round: { readonly closeTime: Date }, now: Date): Correction {
  // What Numerai has shown once is believed.
  if (run.submission !== 'unknown' && run.submission !== 'pending') return NOTHING;
  if (run.state !== 'succeeded') {
    // While the round is open, another look may find it.
    return now < round.closeTime ? NOTHING : record(run, 'missing', null, {});
  }
  if (ageMs(run.attempt?.endSeenAt ?? run.finishedAt ?? run.requestedAt, now) < TIMING.verificationGraceMs)
    return NOTHING;
  const reason = `The container ended with exit code 0, and Numerai could not be asked at the time. It has no submission of ${run.model} for round ${run.round ?? '?'}.`;
  const missing = record(run, 'missing', null, {
    ...attemptWas(run, { outcome: 'failed', failure: 'missing-submission', reason }),
    state: 'failed',
    failure: 'missing-submission',
    reason,
  });
  return now < round.closeTime ? openAgain(run, missing) : missing;
}

/** The last attempt, as it is known now. */
function attemptWas(
  { attempt }: Run,
  known: Pick<Attempt, 'outcome' | 'failure' | 'reason'>,
): Pick<Partial<Run>, 'attempt'> {
  return attempt === null ? {} : { attempt: { ...attempt, ...known } };
}

/** Its last attempt has failed after all, which counts. */
function openAgain({ countedFailures }: Run, { changes }: { readonly changes: Partial<Run> }): Correction {
  return { do: 'open-again', changes: { ...changes, countedFailures: countedFailures + 1 } };
}

function record(
  run: Run,
  submission: Run['submission'],
  at: string | null,
  changes: Partial<Run>,
): { readonly do: 'record'; readonly changes: Partial<Run> } {
  return { do: 'record', changes: { ...withSubmission(run, submission, at), ...changes } };
}
