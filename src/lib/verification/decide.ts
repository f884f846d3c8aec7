// Did the submission arrive? A pure function of the run and of what Numerai lists for the model.

import type { NumeraiSubmission } from '../numerai/numerai.ts';
import type { Round } from '../rounds/round.ts';
import type { Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';

export type Proof =
  | { readonly kind: 'accepted'; readonly submission: NumeraiSubmission }
  | { readonly kind: 'late'; readonly submission: NumeraiSubmission }
  | { readonly kind: 'none' };

/**
 * Looks for the submission of a run: the newest of its round. Where the round is not known, the newest
 * that was made since the run was requested. Numerai takes a late submission over into the next round;
 * such a one, made before the round opened, is from old data and proves nothing.
 */
export function findProof(
  run: Pick<Run, 'round' | 'requestedAt' | 'triggerId'>,
  submissions: readonly NumeraiSubmission[],
  rounds: readonly Round[],
): Proof {
  const since = Date.parse(run.requestedAt) - TIMING.azureClockSkewMs;
  const own = rounds.find((candidate) => candidate.number === run.round);
  const candidates = submissions.filter((submission) =>
    run.round === null
      ? submission.insertedAt.getTime() >= since
      : submission.round === run.round &&
        (own === undefined || submission.insertedAt >= own.openTime),
  );
  const matching = candidates.filter(
    (submission) => run.triggerId !== null && submission.triggerId === run.triggerId,
  );
  const submission = newest(matching) ?? newest(candidates);
  if (submission === null) return { kind: 'none' };
  const round = rounds.find((candidate) => candidate.number === submission.round);
  // Any submission of the round that was on time will do: the container may have sent it twice.
  const onTime =
    round === undefined
      ? submission
      : newest(candidates.filter((candidate) => candidate.insertedAt < round.closeTime));
  return onTime === null ? { kind: 'late', submission } : { kind: 'accepted', submission: onTime };
}

/**
 * As {@link findProof}, but only of what was submitted since the container started, or with the run's own
 * trigger id: for a container that failed, what somebody else submitted before proves nothing.
 */
export function findOwnProof(
  run: Pick<Run, 'round' | 'requestedAt' | 'startedAt' | 'triggerId'>,
  submissions: readonly NumeraiSubmission[],
  rounds: readonly Round[],
): Proof {
  const since = Date.parse(run.startedAt ?? run.requestedAt) - TIMING.azureClockSkewMs;
  const own = submissions.filter(
    ({ insertedAt, triggerId }) =>
      insertedAt.getTime() >= since || (run.triggerId !== null && triggerId === run.triggerId),
  );
  return findProof(run, own, rounds);
}

function newest(submissions: readonly NumeraiSubmission[]): NumeraiSubmission | null {
  return submissions.reduce<NumeraiSubmission | null>(
    (latest, submission) =>
      latest === null || submission.insertedAt > latest.insertedAt ? submission : latest,
    null,
  );
}

/** The reason of a run whose container ended well without a submission. */
export function missingReason(run: Pick<Run, 'model' | 'round'>, log: string | null): string {
  const last = (log ?? '').trimEnd().split('\n').slice(-5).join('\n').slice(-600);
  const of = run.round === null ? 'since then' : `for round ${run.round}`;
  return `The container ended with exit code 0, but Numerai has no submission of ${run.model} ${of}. ${
    last === '' ? 'It wrote no log.' : `Its last log lines: ${last}`
  }`;
}
