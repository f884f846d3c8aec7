// What a later answer of Numerai changes in the record of a run that has ended: a pure function.

import type { Attempt } from '../runs/attempt.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import { isAccepted, judgedAs, type Slot, type Submission, shortfall, withSlots } from '../runs/slots.ts';
import { TIMING } from '../runs/timing.ts';
import { ageMs, utcMinute } from '../util/clock.ts';
import { together } from '../util/sentences.ts';
import { countingSubmission } from '../verification/decide.ts';
import { byOtherMeans, lateReason, nameOf, rejectedReasons } from '../verification/reasons.ts';
import type { ListedSubmission } from '../verification/submission-source.ts';
import type { SlotOfRound } from '../verification/verify.ts';

export type Correction =
  | { readonly do: 'nothing' }
  | { readonly do: 'record'; readonly changes: Partial<Run> }
  /** Another attempt follows, if the policy has one; `changes` is what Numerai said meanwhile. */
  | { readonly do: 'open-again'; readonly changes: Partial<Run> };

export interface CorrectionInput {
  readonly run: Run;
  /** What Numerai has for the run's slots. */
  readonly found: readonly SlotOfRound[];
  readonly round: { readonly closeTime: Date };
  readonly now: Date;
}

/** A slot as it is judged now. */
interface Judged {
  readonly slot: Slot;
  readonly isNew: boolean;
  /** What Numerai has of it; null where that is nothing, or it was not asked. */
  readonly submission: ListedSubmission | null;
  /** Whether the run made that. */
  readonly isOwn: boolean;
}

const NOTHING: Correction = { do: 'nothing' };

/** Whether a later answer may change anything: nobody can be asked about a run without slots. */
export function isOpenToCorrection(run: Run): boolean {
  return hasEnded(run) && !run.isTest && run.slots.length > 0;
}

/** Decides on a run that has ended. */
export function correctionOf(input: CorrectionInput): Correction {
  const { run } = input;
  if (!isOpenToCorrection(run)) return NOTHING;
  const judged = run.slots.map((slot) => judge(input, slot));
  const after = withSlots(judged.map(({ slot }) => slot));
  const isWon = after.submission === 'accepted';
  if (!judged.some(({ isNew }) => isNew) && (!isWon || run.state === 'succeeded')) return NOTHING;
  if (isWon) return won(run, judged, after);
  const lost = judged.filter(({ slot }) => slot.submission === 'missing' || slot.submission === 'rejected');
  return lost.length > 0 ? withoutAll(input, judged, after) : withoutWorse(input, judged, after);
}

function judge({ run, found, round, now }: CorrectionInput, slot: Slot): Judged {
  const known = { slot, isNew: false, submission: null, isOwn: false };
  const answer = found.find((each) => each.slot.model === slot.model)?.found;
  if (answer === undefined || answer.kind === 'unknown') return known;
  const as = (submission: Submission, sent: ListedSubmission | null, isOwn = true): Judged => ({
    slot: judgedAs(slot, submission, sent),
    isNew: slot.submission !== submission,
    submission: sent,
    isOwn,
  });
  const counting = countingSubmission(answer);
  if (counting !== null) {
    const isOwn = answer.kind === 'accepted';
    return isAccepted(slot) ? { ...known, submission: counting, isOwn } : as('accepted', counting, isOwn);
  }
  if (answer.kind === 'late') return isAccepted(slot) ? known : as('late', answer.submission);
  if (answer.kind === 'rejected') return as('rejected', answer.submission);
  // What Numerai has shown once is believed.
  if (slot.submission !== 'unknown' && slot.submission !== 'pending') return known;
  const endedMs = ageMs(run.attempt?.endSeenAt ?? run.finishedAt ?? run.requestedAt, now);
  // While the round is open, another look at what failed may find it.
  const isEarly = run.state === 'succeeded' ? endedMs < TIMING.verificationGraceMs : now < round.closeTime;
  return isEarly ? known : as('missing', null);
}

type Slots = ReturnType<typeof withSlots>;

/** Every slot has a submission that counts. */
function won(run: Run, judged: readonly Judged[], after: Slots): Correction {
  const news = judged.filter(({ isNew }) => isNew);
  const last = (news.length > 0 ? news : judged).filter(({ submission }) => submission !== null).at(-1);
  const sent = last?.submission ?? null;
  const reason = last === undefined || sent === null ? null : whyWon(run, last, sent, judged);
  const isOfAttempt = last?.isOwn && sent !== null && mayBeOf(run.attempt, sent);
  return {
    do: 'record',
    changes: {
      ...after,
      ...(isOfAttempt ? attemptWas(run, { outcome: 'succeeded', failure: null, reason }) : {}),
      state: 'succeeded',
      failure: null,
      reason: reason ?? run.startNote,
    },
  };
}

/** Whether the attempt may have made it: it was begun before. */
function mayBeOf(attempt: Attempt | null, { insertedAt }: ListedSubmission): boolean {
  const begunAt = attempt?.startedAt ?? attempt?.acceptedAt ?? null;
  return begunAt !== null && insertedAt.toISOString() >= begunAt;
}

/** Null where there is nothing to say: what only could not be checked is as if it had been. */
function whyWon(
  run: Run,
  { slot, isOwn }: Judged,
  submission: ListedSubmission,
  judged: readonly Judged[],
): string | null {
  if (!isOwn) return together(byOtherMeans(submission), whatIsOwn(judged));
  if (run.state === 'succeeded') return null;
  return `Numerai has the submission of ${nameOf(run, slot)}, of ${utcMinute(submission.insertedAt)}; it was not to be seen when the run ended.`;
}

/** Null where Numerai could not be asked who made some of them. */
function whatIsOwn(judged: readonly Judged[]): string | null {
  if (judged.some(({ isOwn }) => isOwn)) return "The run's own submissions are in as well.";
  return judged.every(({ submission }) => submission !== null) ? 'The run itself brought none that counts.' : null;
}

/** Some slot has none, or one that Numerai does not accept: news of that make a run that was taken for good fail. */
function withoutAll({ run, round, now }: CorrectionInput, judged: readonly Judged[], after: Slots): Correction {
  const short = shortfall({ ...run, ...after });
  const news = judged.filter(({ isNew }) => isNew);
  const rejected = news.flatMap(({ slot, submission }) =>
    slot.submission === 'rejected' && submission !== null ? [{ slot, submission }] : [],
  );
  const missing = news.filter(({ slot }) => slot.submission === 'missing');
  const hasFailed = rejected.length > 0 || (missing.length > 0 && run.state === 'succeeded');
  if (!hasFailed) {
    // What it failed with stays; but where that is what was missing, less may be missing now.
    const reason = short !== null && run.failure === 'missing-submission' ? `${short}.` : run.reason;
    return { do: 'record', changes: { ...after, reason } };
  }
  const failure = missing.length > 0 ? 'missing-submission' : 'rejected-submission';
  const reason = together(
    short && `${short}.`,
    short === null && missing.length > 0 ? missingAfterAll(run) : null,
    ...rejectedReasons(run, rejected),
  );
  const attempt = attemptWas(run, { outcome: 'failed', failure, reason });
  const changes = { ...after, ...attempt, state: 'failed', failure, reason } as const;
  // Its last attempt has failed after all, which counts.
  return run.state === 'succeeded' && now < round.closeTime
    ? { do: 'open-again', changes: { ...changes, countedFailures: run.countedFailures + 1 } }
    : { do: 'record', changes };
}

function missingAfterAll(run: Run): string {
  return `The container ended with exit code 0, and Numerai could not be asked at the time. It has no submission of ${run.model} for round ${run.round ?? '?'}.`;
}

/** Nothing is lost, but some of it is late, or still not known. */
function withoutWorse({ run, round }: CorrectionInput, judged: readonly Judged[], after: Slots): Correction {
  const isKnown = !after.slots.some(({ submission }) => submission === 'unknown' || submission === 'pending');
  const late = judged.find(({ isNew, slot }) => isNew && slot.submission === 'late')?.submission ?? null;
  if (!isKnown || late === null) return { do: 'record', changes: after };
  const short = shortfall({ ...run, ...after });
  const reason = together(short && `${short}.`, lateReason(run, late, round.closeTime));
  return { do: 'record', changes: { ...after, state: 'succeeded', failure: null, reason } };
}

/** The last attempt, as it is known now. */
function attemptWas(
  { attempt }: Run,
  known: Pick<Attempt, 'outcome' | 'failure' | 'reason'>,
): Pick<Partial<Run>, 'attempt'> {
  return attempt === null ? {} : { attempt: { ...attempt, ...known } };
}
