// A run that waits: is it due, is it still of use, and is what was before it out of the way?

import type { Model } from '../config/models.ts';
import { mayHaveArrived } from '../runs/attempt.ts';
import { followUpOf } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { ageMs } from '../util/clock.ts';
import { awaitOpening } from './await-opening.ts';
import { beginWhenClear, discardSoon } from './begin-when-clear.ts';
import { hasChanged } from './configuration-mark.ts';
import { isLeased } from './decide.ts';
import type { WatchDependencies } from './dependencies.ts';
import { giveUp } from './give-up.ts';
import { lastResortInstead } from './last-resort.ts';
import { ATTEMPTS, keptMomentOf } from './next-attempt.ts';
import { askTimeNeeded } from './time-needed.ts';
import { NOT_ASKED, type Window, windowOf } from './window.ts';

/** `start`: its current attempt is due, which nobody has started yet; else the run as it is after this step. */
export type Waited =
  | { readonly do: 'nothing'; readonly stored: Stored<Run> }
  | { readonly do: 'start'; readonly stored: Stored<Run>; readonly window: Window };

/**
 * Begins the next attempt once it is due, or ends the run where there will be none.
 * @param mayAskForLog false where this tick has asked for the log of the attempt before already.
 */
export async function continueWaiting(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model | undefined,
  mayAskForLog: boolean,
): Promise<Waited> {
  const run = stored.value;
  const now = dependencies.clock.now();
  // Its start may be on the way.
  if (run.attempt !== null && isLeased(run.attempt, now)) return nothing(stored);
  const untilOpening = await awaitOpening(dependencies, stored);
  if (untilOpening !== null) return nothing(untilOpening);
  if (model === undefined)
    return nothing(await giveUp(dependencies, stored, `models.json no longer has the model ${run.model}.`));
  const known = run.isTest ? NOT_ASKED : await dependencies.rounds.rounds(run.tournament);
  const window = windowOf(run, known);
  const over = otherTournament(run, model) ?? whyOver(run, window, now);
  // The look at what may have arrived comes first.
  const isOpen = run.attempt !== null && mayHaveArrived(run.attempt);
  if (over !== null)
    return isOpen ? { do: 'start', stored, window } : nothing(await giveUp(dependencies, stored, over));
  const dueAt = await beforeClose(dependencies, run, window, dueTime(run, window));
  if (now < dueAt && !(await isDueEarly(dependencies, run, model)))
    return nothing(
      await postpone(dependencies, await discardSoon(dependencies, stored, model, mayAskForLog), window, dueAt),
    );
  if (run.attempt !== null && run.attempt.outcome === null) {
    const instead = isOpen ? null : await lastResortInstead(dependencies, stored, model, window);
    return instead === null ? { do: 'start', stored, window } : nothing(instead);
  }
  return nothing(await beginWhenClear(dependencies, stored, model, window, mayAskForLog));
}

function nothing(stored: Stored<Run>): Waited {
  return { do: 'nothing', stored };
}

/** Why no attempt is of use any more; null where one may be. */
export function whyOver(run: Run, { name, closeTime }: Window, now: Date): string | null {
  if (run.isTest)
    return ageMs(run.attempt?.requestedAt ?? run.requestedAt, now) > ATTEMPTS.testPatienceMs
      ? `A test waits ${ATTEMPTS.testPatienceMs / 60_000} minutes, and no longer.`
      : null;
  if (now < closeTime) return null;
  const closed = `${name.replace(/^r/, 'R')} closed at ${closeTime.toISOString()}`;
  return `${closed}, before the ${run.attempt?.outcome === null ? 'container' : 'next attempt'} could be started.`;
}

/** When the next attempt is due: never before the round opens; a first one has only waited for that. */
function dueTime({ attempt, isTest, nextAttemptAt, requestedAt }: Run, { openTime, isKnown }: Window): Date {
  const planned = new Date((attempt === null ? null : nextAttemptAt) ?? requestedAt);
  return !isTest && isKnown && openTime > planned ? openTime : planned;
}

/** It may have been planned while nobody knew the close, or before the close was moved. */
async function beforeClose(dependencies: WatchDependencies, run: Run, window: Window, dueAt: Date): Promise<Date> {
  if (run.isTest || !window.isKnown || dueAt < window.closeTime) return dueAt;
  const kept = keptMomentOf({ window, needed: await askTimeNeeded(dependencies, run.model) });
  return new Date(Math.max(kept.getTime(), window.openTime.getTime()));
}

/** Why a start would be for another tournament than the run is; null where it would not. */
export function otherTournament(run: Run, { tournament }: Model): string | null {
  return tournament === run.tournament
    ? null
    : `In models.json, ${run.model} is now of the tournament ${tournament}, and this run is for ${run.tournament}.`;
}

/** What only a person can fix is tried again when something has changed. */
async function isDueEarly(dependencies: WatchDependencies, { attempt }: Run, model: Model): Promise<boolean> {
  if (attempt === null || attempt.outcome === null || attempt.failure === null) return false;
  return followUpOf(attempt.failure) === 'person' && hasChanged(dependencies, attempt, model);
}

/** The record says when it is due, as Numerai has the round now. */
async function postpone(
  { runs }: WatchDependencies,
  stored: Stored<Run>,
  { name, openTime }: Window,
  dueAt: Date,
): Promise<Stored<Run>> {
  const nextAttemptAt = dueAt.toISOString();
  if (stored.value.nextAttemptAt === nextAttemptAt) return stored;
  const waitsForOpening = stored.value.attempt === null || dueAt.getTime() === openTime.getTime();
  return runs.update(stored, { nextAttemptAt, ...(waitsForOpening ? { waitingFor: `${name} to open` } : {}) });
}
