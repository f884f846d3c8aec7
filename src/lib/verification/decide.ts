// Did the submission arrive? A pure function of the run and of what Numerai lists for the model.

import type { Round } from '../rounds/round.ts';
import { TIMING } from '../runs/timing.ts';
import type { ListedSubmission } from './submission-source.ts';

export type FoundSubmission =
  | { readonly kind: 'accepted' | 'late'; readonly submission: ListedSubmission }
  | { readonly kind: 'none' };

/** What a submission must match. Times are ISO 8601. */
export interface SubmissionQuery {
  /** Null where it is not known. */
  readonly round: number | null;
  /** Where the round is not known, only what was made since counts. */
  readonly requestedAt: string;
  readonly triggerId: string | null;
}

/**
 * Looks for a submission: the newest of its round. Where the round is not known, the newest that was made
 * since it was requested. Numerai takes a late submission over into the next round; such a one, made before
 * the round opened, is from old data and does not count.
 */
export function findSubmission(
  query: SubmissionQuery,
  submissions: readonly ListedSubmission[],
  rounds: readonly Round[],
): FoundSubmission {
  const since = Date.parse(query.requestedAt) - TIMING.numeraiClockSkewMs;
  const own = rounds.find((candidate) => candidate.number === query.round);
  const candidates = submissions.filter((submission) =>
    query.round === null
      ? submission.insertedAt.getTime() >= since
      : submission.round === query.round && (own === undefined || submission.insertedAt >= own.openTime),
  );
  const matching = candidates.filter(
    (submission) => query.triggerId !== null && submission.triggerId === query.triggerId,
  );
  const submission = newest(matching) ?? newest(candidates);
  if (submission === null) return { kind: 'none' };
  const round = rounds.find((candidate) => candidate.number === submission.round);
  // Any submission of the round that was on time will do: the container may have sent it twice.
  const onTime =
    round === undefined ? submission : newest(candidates.filter((candidate) => candidate.insertedAt < round.closeTime));
  return onTime === null ? { kind: 'late', submission } : { kind: 'accepted', submission: onTime };
}

/**
 * As {@link findSubmission}, but only of what was submitted since the attempt started, or with the run's own
 * trigger id: for a container that failed, what somebody else submitted before proves nothing.
 */
export function findOwnSubmission(
  query: SubmissionQuery & { readonly startedAt: string | null },
  submissions: readonly ListedSubmission[],
  rounds: readonly Round[],
): FoundSubmission {
  const since = Date.parse(query.startedAt ?? query.requestedAt) - TIMING.numeraiClockSkewMs;
  const own = submissions.filter(
    ({ insertedAt, triggerId }) =>
      insertedAt.getTime() >= since || (query.triggerId !== null && triggerId === query.triggerId),
  );
  return findSubmission(query, own, rounds);
}

function newest(submissions: readonly ListedSubmission[]): ListedSubmission | null {
  return submissions.reduce<ListedSubmission | null>(
    (latest, submission) => (latest === null || submission.insertedAt > latest.insertedAt ? submission : latest),
    null,
  );
}
