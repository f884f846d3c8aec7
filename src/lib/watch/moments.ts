// The times that bound the attempts of a round: the latest one for an attempt, for the one that is kept for late, and
// for the last resort. Pure functions of the round, of what the model usually needs, and of how many attempts it has.

import type { Entry } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import { followUpOf } from '../runs/failure.ts';
import { type Run, USUAL_MAX_ATTEMPTS } from '../runs/run.ts';
import type { TimeNeeded } from '../runs/usual-duration.ts';
import type { Window } from './window.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const ATTEMPTS = {
  /** After a container that failed the next one waits so long, in milliseconds: the first follows at once. */
  waitsMs: [0, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
  /** In a round that stays open for hours they come back: one more for each of these. */
  comeBackMs: 4 * HOUR,
  /** The last resort is begun so long before it is too late for it. */
  lastResortMarginMs: 2 * MINUTE,
  /** A test waits so long for what passes. */
  testPatienceMs: 15 * MINUTE,
  /** What cannot succeed now is held for as long at most. */
  holdMs: HOUR,
  /** What is planned begins with the watcher's next tick, which may be that much later. */
  tickMs: MINUTE,
} as const;

/** A model in its round. */
export interface Prospect {
  /** When a submission counts. */
  readonly window: Window;
  readonly needed: TimeNeeded;
  readonly model: Pick<Entry, 'maxAttempts' | 'lastResort'>;
}

/** A run whose attempt has failed. */
export interface Failed {
  readonly run: Pick<Run, 'countedFailures'> & { readonly attempt: Pick<Attempt, 'failure' | 'lastResort'> };
}

/** When an attempt must begin to end before the close. */
export function lastMomentOf({ window, needed }: Pick<Prospect, 'window' | 'needed'>): Date {
  return new Date(window.closeTime.getTime() - needed.typicalMs);
}

/** The latest time to plan an attempt for, in milliseconds. */
export function latestPlanOf(prospect: Pick<Prospect, 'window' | 'needed'>): number {
  return lastMomentOf(prospect).getTime() - ATTEMPTS.tickMs;
}

/** When the attempt that is kept for late begins, in milliseconds, to end before the close even where it is slow. */
export function keptMomentOf(prospect: Pick<Prospect, 'window' | 'needed'>): number {
  const { window, needed } = prospect;
  return Math.min(latestPlanOf(prospect), window.closeTime.getTime() - needed.slowMs);
}

/** When the last resort must begin to end before the close; the close itself where the model has none. */
export function latestLastResort({ window, model }: Pick<Prospect, 'window' | 'model'>): Date {
  return new Date(window.closeTime.getTime() - (model.lastResort?.minutes ?? 0) * MINUTE);
}

/** How long what cannot succeed now may be held at most: what can help in the end is then still in time. */
export function heldUntil(prospect: Prospect, now: Date): Date {
  const inTime = Math.min(keptMomentOf(prospect), latestLastResort(prospect).getTime());
  return new Date(Math.min(inTime, now.getTime() + ATTEMPTS.holdMs));
}

/** How many attempts of its container may fail yet within the round. */
export function attemptsLeft({ run, window, model }: Pick<Prospect, 'window' | 'model'> & Failed): number {
  return attemptsAllowed(model, window) - run.countedFailures;
}

/** How many attempts may fail within a round that is open for so long. */
export function attemptsAllowed(
  { maxAttempts }: Pick<Entry, 'maxAttempts'>,
  { openTime, closeTime }: Pick<Window, 'openTime' | 'closeTime'>,
): number {
  return (
    maxAttempts ?? USUAL_MAX_ATTEMPTS + Math.floor((closeTime.getTime() - openTime.getTime()) / ATTEMPTS.comeBackMs)
  );
}

/** How long the next attempt waits where so many have failed. */
export function waitAfter(failed: number): number {
  return ATTEMPTS.waitsMs[Math.min(failed, ATTEMPTS.waitsMs.length) - 1] ?? 0;
}

/** Whether the attempt that is planned is one that is kept for late. */
export function isKeptForLate(failed: Pick<Prospect, 'window' | 'model'> & Failed): boolean {
  const { failure, lastResort } = failed.run.attempt;
  const follows = failure === null ? 'nothing' : followUpOf(failure);
  const isLast = failed.window.isDeadline && failed.run.countedFailures > 1 && attemptsLeft(failed) === 1;
  return follows === 'person' || (follows === 'counted' && (lastResort || isLast));
}

/** When an attempt that is kept for late is due, as its round is now. @param endedAt when the one before ended. */
export function keptUntil(failed: Pick<Prospect, 'window' | 'needed'> & Failed, endedAt: Date): Date {
  const { countedFailures, attempt } = failed.run;
  const isCounted = attempt.failure !== null && followUpOf(attempt.failure) === 'counted' && !attempt.lastResort;
  const waited = endedAt.getTime() + (isCounted ? waitAfter(countedFailures) : 0);
  return new Date(Math.min(latestPlanOf(failed), Math.max(keptMomentOf(failed), waited)));
}
