// Did the submission arrive, and whose is it? Pure functions of what is looked for and of what Numerai lists for the
// model.

import type { Round } from '../rounds/round.ts';
import { TIMING } from '../runs/timing.ts';
import type { ListedSubmission } from './submission-source.ts';

export type FoundSubmission =
  /** `late`: valid, but after the close, or put into another round. */
  | { readonly kind: 'accepted' | 'late'; readonly submission: ListedSubmission }
  /** Numerai has it, and it is not valid. */
  | { readonly kind: 'rejected'; readonly submission: ListedSubmission; readonly other: ListedSubmission | null }
  /** `other` was made by other means, valid and on time; null where there is no such one either. */
  | { readonly kind: 'none'; readonly other: ListedSubmission | null };

/** What Numerai has for a slot and a round. */
export type RoundSubmission =
  | FoundSubmission
  /** Numerai could not be asked; `why` is a sentence. */
  | { readonly kind: 'unknown'; readonly why: string };

/** What is looked for. Times are ISO 8601. */
export interface SubmissionQuery {
  /** Null where it is not known. */
  readonly round: number | null;
  /** When the attempt, or the run, began: what was submitted before is not its own. */
  readonly since: string;
  /** Up to then, submissions are on record as those of earlier attempts; null where there are none. */
  readonly known: string | null;
  /** The trigger ids of the run, one of which its container was given; none where it was given none. */
  readonly triggerIds: readonly string[];
  /** Whether earlier submissions of the model tell if this container sends its id: the last resort is another image. */
  readonly isUsualContainer: boolean;
}

/** What Numerai says of a submission that does not count; which values there are is not documented. */
const NOT_VALID = /fail|invalid|error|reject/i;

/** Whether a submission may count at all. */
export function isValid({ status, errorInfo }: ListedSubmission): boolean {
  return (errorInfo ?? '').trim() === '' && !NOT_VALID.test(status ?? '');
}

/**
 * Looks for a submission: the newest valid one that was made since, of the round where that is known. One that carries
 * one of the run's trigger ids is its own whatever round Numerai put it in. Numerai takes what misses a round over into the
 * next: such a one, made before the round opened, is from old data and does not count.
 */
export function findSubmission(
  query: SubmissionQuery,
  submissions: readonly ListedSubmission[],
  rounds: readonly Round[],
): FoundSubmission {
  const asked = rounds.find(({ number }) => number === query.round);
  const isOfRound = ({ round, insertedAt }: ListedSubmission) =>
    query.round === null || (round === query.round && (asked === undefined || insertedAt >= asked.openTime));
  const isOnTime = (submission: ListedSubmission) => {
    const { round, insertedAt } = submission;
    if (query.round !== null && round !== null && round !== query.round) return false;
    const closing = asked ?? rounds.find(({ number }) => number === round);
    return closing === undefined || insertedAt < closing.closeTime;
  };
  const carriesId = ({ triggerId }: ListedSubmission) => triggerId !== null && query.triggerIds.includes(triggerId);
  const since = sinceOf(query);
  const mayTell = query.isUsualContainer && query.triggerIds.length > 0;
  const sendsIds = mayTell && sendsTriggerIds(submissions, since);
  const isOwn = (submission: ListedSubmission) =>
    submission.insertedAt.getTime() >= since && (carriesId(submission) || (isOfRound(submission) && !sendsIds));

  const own = submissions.filter(isOwn);
  const valid = own.filter(isValid);
  const onTime = valid.filter(isOnTime);
  const accepted = newest(onTime.filter(carriesId)) ?? newest(onTime);
  if (accepted !== null) return { kind: 'accepted', submission: accepted };
  const late = newest(valid.filter(carriesId)) ?? newest(valid);
  if (late !== null) return { kind: 'late', submission: late };
  const isOther = (submission: ListedSubmission) =>
    query.round !== null && isOfRound(submission) && isValid(submission) && isOnTime(submission);
  const other = newest(submissions.filter(isOther));
  const rejected = newest(own);
  return rejected === null ? { kind: 'none', other } : { kind: 'rejected', submission: rejected, other };
}

/** The submission that counts for the round, however made; null where there is none, or nobody knows. */
export function countingSubmission(found: RoundSubmission): ListedSubmission | null {
  switch (found.kind) {
    case 'accepted':
      return found.submission;
    case 'none':
    case 'rejected':
      return found.other;
    default:
      return null;
  }
}

/** Whether every slot has a submission that counts; not where there are none. */
export function isAllSubmitted(found: readonly { readonly found: RoundSubmission }[]): boolean {
  return found.length > 0 && found.every((each) => countingSubmission(each.found) !== null);
}

/** Why Numerai could not be asked for some slot, in a sentence; null where it could for all. */
export function whyUnknown(found: readonly { readonly found: RoundSubmission }[]): string | null {
  const unknown = found.map((each) => each.found).find(({ kind }) => kind === 'unknown');
  return unknown?.kind === 'unknown' ? unknown.why : null;
}

/** In milliseconds. What is on record already is not found once more. */
function sinceOf({ since, known }: SubmissionQuery): number {
  const begun = Date.parse(since) - TIMING.numeraiClockSkewMs;
  return known === null ? begun : Math.max(begun, Date.parse(known) + 1);
}

/** Whether the model's submissions carry trigger ids: the newest from before tells, since an image may change. */
function sendsTriggerIds(submissions: readonly ListedSubmission[], before: number): boolean {
  const last = newest(submissions.filter(({ insertedAt }) => insertedAt.getTime() < before));
  return last !== null && last.triggerId !== null;
}

function newest(submissions: readonly ListedSubmission[]): ListedSubmission | null {
  return submissions.reduce<ListedSubmission | null>(
    (latest, submission) => (latest === null || submission.insertedAt > latest.insertedAt ? submission : latest),
    null,
  );
}
