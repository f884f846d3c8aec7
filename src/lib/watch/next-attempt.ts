// Is another attempt worth it, and when? A pure function of the run whose attempt has ended, of the time that the
// round leaves, and of what the model usually needs.

import type { Attempt } from '../runs/attempt.ts';
import {
  type Failure,
  FIX_OF_ORDINARY,
  followUpOf,
  isOfEveryContainer,
  isUpToPerson,
  waitsFor,
} from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { backoffMs } from '../start/backoff.ts';
import { ageMs } from '../util/clock.ts';
import {
  ATTEMPTS,
  attemptsLeft,
  isKeptForLate,
  keptMomentOf,
  keptUntil,
  lastMomentOf,
  latestLastResort,
  latestPlanOf,
  type Prospect,
  waitAfter,
} from './moments.ts';
import { isOver, type Window } from './window.ts';

export type NextAttempt =
  /** `at` is null where it is not tried again by itself, but waits for a change of the configuration or of a secret. */
  | { readonly do: 'again'; readonly at: Date | null; readonly waitingFor: string; readonly lastResort: boolean }
  | { readonly do: 'end'; readonly why: string | null };

export interface NextAttemptInput extends Prospect {
  /** The run with its attempt as it ended. */
  readonly run: Pick<Run, 'isTest' | 'countedFailures' | 'requestedAt'> & {
    readonly attempt: Pick<
      Attempt,
      'number' | 'failure' | 'previousFailure' | 'stop' | 'acceptedAt' | 'finishedAt' | 'lastResort'
    >;
  };
  readonly now: Date;
}

const MINUTE = 60_000;

/** Decides what follows an attempt that has failed. */
export function decideOnNextAttempt(input: NextAttemptInput): NextAttempt {
  const { run, now, window } = input;
  const { failure, stop } = run.attempt;
  // An operator wants this to stop, whatever it ended with in the meantime.
  if (failure === null || stop?.because === 'operator') return end(null);
  const follows = followUpOf(failure);
  if (follows === 'nothing') return end(null);
  if (run.isTest) return afterTest(input, failure);
  if (isOver(window, now)) return end(`It is not tried again, since ${window.name} is closed.`);
  if (now < window.openTime) return again(input, window.openTime, `${window.name} to open`);
  if (run.attempt.lastResort) return afterLastResort(input, failure);
  // What a person has to fix is not waited for where something else may do.
  if (isUpToPerson(failure)) return lastResort(input, failure) ?? ordinary(input, failure);
  const next = ordinary(input, failure);
  const isInTime = next.do === 'again' && next.at !== null && next.at <= latestLastResort(input);
  const isUseful = isInTime && stop?.because !== 'last-resort';
  return isUseful ? next : (lastResort(input, failure) ?? next);
}

/** A person waits at the other end: only what passes by itself is tried again, and not for long. */
function afterTest({ run, now }: NextAttemptInput, failure: Failure): NextAttempt {
  const isPassing = followUpOf(failure) === 'passing' && ageMs(run.requestedAt, now) < ATTEMPTS.testPatienceMs;
  if (!isPassing) return end(null);
  const at = new Date(now.getTime() + MINUTE);
  return { do: 'again', at, waitingFor: waitsFor(failure), lastResort: false };
}

function ordinary(input: NextAttemptInput, failure: Failure): NextAttempt {
  const { run, now, needed, window } = input;
  if (now > lastMomentOf(input)) return end(tooLate(window, now, needed.typicalMs));
  const kept = keptMomentOf(input);
  const at = (time: number): NextAttempt =>
    again(input, new Date(Math.max(now.getTime(), Math.min(time, latestPlanOf(input)))), waitsFor(failure));
  const left = window.closeTime.getTime() - now.getTime();
  const since = now.getTime() - Math.max(Date.parse(run.requestedAt), window.openTime.getTime());
  switch (followUpOf(failure)) {
    case 'passing':
      return at(now.getTime() + backoffMs('refused', since, left));
    case 'not-ready':
      return at(endOf(input) + backoffMs('notReady', since, left));
    case 'person':
      // Once before the close, at once where that moment has come; besides where the configuration or a secret has changed.
      return hasHadItsTry(run, kept) ? again(input, null, waitsFor(failure)) : at(kept);
    default:
      return afterCounted(input, at);
  }
}

/** When the attempt ended, in milliseconds: that may be noticed late, by a clock that is ahead of Azure's or behind it. */
function endOf({ run: { attempt }, now }: NextAttemptInput): number {
  return attempt.finishedAt === null ? now.getTime() : Math.min(now.getTime(), Date.parse(attempt.finishedAt));
}

/** Whether the attempt was itself the try before the close, which followed what only a person can fix. */
function hasHadItsTry({ attempt: { previousFailure, acceptedAt } }: NextAttemptInput['run'], kept: number): boolean {
  const isRepeated = previousFailure !== null && followUpOf(previousFailure) === 'person';
  return isRepeated && (acceptedAt === null || Date.parse(acceptedAt) >= kept);
}

/** The container had its chance. What is left of `maxAttempts` is spread, so that one is kept for late. */
function afterCounted(input: NextAttemptInput, at: (time: number) => NextAttempt): NextAttempt {
  const { run, window } = input;
  if (attemptsLeft(input) <= 0) return end(`This was attempt ${run.attempt.number}, the last one.`);
  const waited = endOf(input) + waitAfter(run.countedFailures);
  if (!window.isDeadline && waited >= window.closeTime.getTime())
    return end('It is not tried again, since its next time comes before.');
  return at(isKeptForLate(input) ? keptUntil(input, new Date(endOf(input))).getTime() : waited);
}

/** The cheaper container, now; null where the model has none, it cannot help either, or the time is too short for it. */
function lastResort({ run, now, model, window }: NextAttemptInput, failure: Failure): NextAttempt | null {
  if (model.lastResort === null || isOfEveryContainer(failure)) return null;
  // Where the ordinary one was stopped for it nothing else can help, however long that took.
  if (run.attempt.stop?.because !== 'last-resort' && now > latestLastResort({ window, model })) return null;
  return { do: 'again', at: now, waitingFor: 'the last resort to begin', lastResort: true };
}

/**
 * The last resort had its chance, unless nothing of it ran. Where it was begun early, since the ordinary container could
 * not run, that one is tried once more before the close, and earlier where somebody has changed something.
 */
function afterLastResort(input: NextAttemptInput, failure: Failure): NextAttempt {
  const { now, window, model } = input;
  const neededMs = (model.lastResort?.minutes ?? 0) * MINUTE;
  const follows = followUpOf(failure);
  const isFree = follows === 'passing' || follows === 'not-ready';
  if (!isFree) {
    const at = new Date(keptMomentOf(input));
    const hasOrdinary = now < at && attemptsLeft(input) > 0;
    const waitingFor = isOfEveryContainer(failure) ? waitsFor(failure) : FIX_OF_ORDINARY;
    return hasOrdinary ? { do: 'again', at, waitingFor, lastResort: false } : end('It was the last resort.');
  }
  const at = new Date(now.getTime() + MINUTE);
  return at.getTime() + neededMs > window.closeTime.getTime()
    ? end(tooLate(window, now, neededMs))
    : { do: 'again', at, waitingFor: waitsFor(failure), lastResort: true };
}

/**
 * Whether the last resort is due instead of an ordinary attempt that is not over: it cannot end before the close any
 * more. @param begun when the attempt was accepted, and whether its container runs; null where it was not accepted.
 */
export function isLastResortDue(
  { now, window, needed, model }: Pick<NextAttemptInput, 'now' | 'window' | 'needed' | 'model'>,
  begun: { readonly at: Date; readonly isRunning: boolean } | null,
): boolean {
  if (model.lastResort === null) return false;
  const latest = latestLastResort({ window, model }).getTime();
  if (now.getTime() > latest) return false;
  // With the next tick it might be too late for the last resort as well.
  if (begun === null) return now > lastMomentOf({ window, needed }) || now.getTime() >= latest - MINUTE;
  // One whose image is still pulled when it should have ended has all of its work before it.
  const isUnusual = now.getTime() - begun.at.getTime() > (begun.isRunning ? 2 * needed.slowMs : needed.typicalMs);
  const endsAt = begun.at.getTime() + needed.typicalMs;
  return now.getTime() >= latest - ATTEMPTS.lastResortMarginMs && (isUnusual || endsAt > window.closeTime.getTime());
}

function tooLate({ name, closeTime }: Window, now: Date, neededMs: number): string {
  const left = Math.max(0, Math.round((closeTime.getTime() - now.getTime()) / MINUTE));
  return `It is not tried again: ${name} closes in ${left} min, and the model needs about ${Math.ceil(neededMs / MINUTE)} min.`;
}

function again({ run }: Pick<NextAttemptInput, 'run'>, at: Date | null, waitingFor: string): NextAttempt {
  return { do: 'again', at, waitingFor, lastResort: run.attempt.lastResort };
}

function end(why: string | null): NextAttempt {
  return { do: 'end', why };
}
