// Does the fallback start this model, or take its run up again? Pure functions of what is open, the run there is, and
// the time.

import { dayClaim, roundClaim } from '../claims/keys.ts';
import { hasAttempt } from '../compute/platform.ts';
import type { Tournament } from '../config/models.ts';
import { documentedWindow } from '../rounds/documented-hours.ts';
import type { RoundList } from '../rounds/last-known.ts';
import { openRound, type Round } from '../rounds/round.ts';
import type { RoundsKnown } from '../rounds/round-cache.ts';
import { followUpOf, NEXT_ATTEMPT } from '../runs/failure.ts';
import { holdsRound, type Run } from '../runs/run.ts';
import { utcDay } from '../util/clock.ts';
import { lastMomentOf } from '../watch/moments.ts';
import { decideOnNextAttempt, type NextAttempt, type NextAttemptInput } from '../watch/next-attempt.ts';

/** What is open for a tournament: a round; where Numerai cannot be asked, the documented hours. */
export interface Opening {
  /** Null where Numerai cannot be asked. */
  readonly round: Round | null;
  readonly openTime: Date;
  readonly closeTime: Date;
  /** Keys of the claims that count for it, the one that a start takes first. */
  readonly claims: readonly string[];
  /** Why the round is not known; empty where it is. */
  readonly why: string;
}

/** Null where nothing is open. */
export function openingOf(tournament: Tournament, known: RoundsKnown, now: Date): Opening | null {
  if (known.kind === 'known') {
    const round = openRound(known.rounds, now);
    if (round === null) return null;
    const { openTime, closeTime } = round;
    return { round, openTime, closeTime, claims: [roundClaim(tournament, round.number)], why: '' };
  }
  const window = documentedWindow(now);
  if (window === null) return null;
  const days = new Set([now, window.opens].map(utcDay));
  return {
    round: null,
    openTime: window.opens,
    closeTime: window.closes,
    claims: [...days].map((day) => dayClaim(tournament, day)),
    why: known.why,
  };
}

/** What is about to close, as somebody is told of it. */
export interface Closing extends Opening {
  /** Its number; null where nobody knows it. */
  readonly number: number | null;
  /** When Numerai last said when it closes, where it cannot be asked now; null where it can, or never said. */
  readonly asOf: Date | null;
}

/**
 * What closes next: as Numerai says, as it said last, or by the documented hours. Null where nothing is open.
 * @param last what Numerai listed last, where it cannot be asked now.
 */
export function closingOf(
  tournament: Tournament,
  opening: Opening | null,
  last: RoundList | null,
  now: Date,
): Closing | null {
  if (opening !== null && opening.round !== null) return { ...opening, number: opening.round.number, asOf: null };
  const round = last === null ? null : openRound(last.rounds, now);
  if (last === null || round === null) return opening && { ...opening, number: null, asOf: null };
  const { openTime, closeTime, number } = round;
  const days = new Set([now, openTime].map(utcDay));
  const claims = [roundClaim(tournament, number), ...[...days].map((day) => dayClaim(tournament, day))];
  return { why: '', ...opening, round: null, openTime, closeTime, claims, number, asOf: last.at };
}

/**
 * Which of the runs of an opening's claims counts: a good one, or one under way; else that of the first claim. So the
 * weekend has one start a day where Numerai cannot be asked.
 */
export function runThatCounts(runs: readonly (Run | null)[]): Run | null {
  return runs.find((run) => run !== null && holdsRound(run)) ?? runs[0] ?? null;
}

/** Whether the webhook has had its time: before, there is nothing to decide. */
export function isPastGrace(openTime: Date, now: Date, graceMinutes: number): boolean {
  return now.getTime() >= openTime.getTime() + graceMinutes * 60_000;
}

/** Whether the run that holds or held the claim is all that is due: a bad one has had its retries. */
export function covers(run: Run, openTime: Date): boolean {
  return holdsRound(run) || hadItsAttempts(run, openTime);
}

/** A run that is opened again keeps the time of its first request: its end says when it was last tried. */
function hadItsAttempts({ requestedAt, finishedAt }: Run, openTime: Date): boolean {
  return Date.parse(finishedAt ?? requestedAt) >= openTime.getTime();
}

/** Whether a run that has ended without a good submission has another attempt, now that its round is open (again). */
export function decideOnTakingUp({
  run,
  ...input
}: Omit<NextAttemptInput, 'run'> & { readonly run: Run }): NextAttempt {
  const failure = run.attempt?.failure ?? run.failure;
  const { now, window } = input;
  if (run.state === 'cancelled' || run.isTest) return { do: 'end', why: null };
  // Nothing was tried yet in the round as it is now, or for slots that were added since.
  const hasAdded = run.state === 'succeeded' && run.slots.some(({ submission }) => submission === 'missing');
  const isUntried = !hasAttempt(run) || failure === 'round-missed' || run.attempt.acceptedAt === null || hasAdded;
  if (!isUntried) return decideOnNextAttempt({ ...input, run });
  const isInTime = now >= window.openTime && now <= lastMomentOf(input);
  if (!isInTime || (failure !== null && failure !== 'round-missed' && followUpOf(failure) === 'nothing'))
    return { do: 'end', why: null };
  return { do: 'again', at: now, waitingFor: NEXT_ATTEMPT, lastResort: false };
}

/** Rounds that closed since the last review, oldest first. */
export function roundsToReview(rounds: readonly Round[], lastReviewed: number, now: Date): readonly Round[] {
  return rounds
    .filter((round) => round.number > lastReviewed && round.closeTime <= now)
    .sort((a, b) => a.number - b.number);
}
