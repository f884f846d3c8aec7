// Does the fallback start this model? Pure functions of the round, the run there is, and the time.

import { documentedWindow } from '../rounds/documented-hours.ts';
import type { Round } from '../rounds/round.ts';
import { holdsRound, type Run } from '../runs/run.ts';
import { utcDay } from '../util/clock.ts';

export type FallbackDecision =
  /** Too early: the webhook may still come. */
  | 'wait'
  /** The round has its run, good or bad: a bad one has had its retries. */
  | 'covered'
  /** Ask Numerai whether there is a submission; start where there is none. */
  | 'start-unless-submitted';

export interface FallbackInput {
  readonly round: Round;
  /** The run that holds or held the round's claim. */
  readonly run: Run | null;
  readonly now: Date;
  readonly graceMinutes: number;
}

/** What the fallback does about a model while the round is open. */
export function decideOnFallback({
  round,
  run,
  now,
  graceMinutes,
}: FallbackInput): FallbackDecision {
  if (run !== null && (holdsRound(run) || hadItsAttempts(run, round))) return 'covered';
  return isPastGrace(round.openTime, now, graceMinutes) ? 'start-unless-submitted' : 'wait';
}

/** A run that is opened again keeps the time of its first request: its end says when it was last tried. */
function hadItsAttempts({ requestedAt, finishedAt }: Run, { openTime }: Round): boolean {
  return Date.parse(finishedAt ?? requestedAt) >= openTime.getTime();
}

function isPastGrace(opened: Date, now: Date, graceMinutes: number): boolean {
  return now.getTime() >= opened.getTime() + graceMinutes * 60_000;
}

/**
 * Where Numerai cannot be asked: the days (UTC) whose claims count for the documented window that is open
 * now and past its grace, today first. Empty where nothing is to be done.
 */
export function daysToCover(now: Date, graceMinutes: number): readonly string[] {
  const window = documentedWindow(now);
  if (window === null || !isPastGrace(window.opens, now, graceMinutes)) return [];
  const today = utcDay(now);
  const opened = utcDay(window.opens);
  return today === opened ? [today] : [today, opened];
}

/** Rounds that closed since the last review, oldest first; none on the very first look. */
export function roundsToReview(
  rounds: readonly Round[],
  lastReviewed: number | null,
  now: Date,
): readonly Round[] {
  if (lastReviewed === null) return [];
  return rounds
    .filter((round) => round.number > lastReviewed && round.closeTime <= now)
    .sort((a, b) => a.number - b.number);
}
