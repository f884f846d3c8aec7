// A run that waits: is it due, is it still of use, and is what was before it out of the way?

import { hasAttempt } from '../compute/platform.ts';
import { calledIn, type Entry } from '../config/models.ts';
import { isLeased, mayHaveArrived } from '../runs/attempt.ts';
import { followUpOf } from '../runs/failure.ts';
import { type Run, waitsForChange } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { hasChanged } from '../start/configuration-mark.ts';
import { nothingLeft } from '../start/nothing-left.ts';
import { askTimeNeeded, askWindow } from './ask.ts';
import { awaitOpening } from './await-opening.ts';
import { beginWhenClear, discardSoon } from './begin-when-clear.ts';
import type { WatchDependencies } from './dependencies.ts';
import { giveUp } from './give-up.ts';
import { lastResortInstead } from './last-resort.ts';
import { isKeptForLate, keptMomentOf, keptUntil } from './moments.ts';
import { type Due, dueWhileAway } from './numerai-away.ts';
import { whyOfNoUse } from './of-use.ts';
import type { Window } from './window.ts';

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
  model: Entry | undefined,
  mayAskForLog: boolean,
): Promise<Waited> {
  const run = stored.value;
  const now = dependencies.clock.now();
  // Its start may be on the way.
  if (run.attempt !== null && isLeased(run.attempt, now)) return nothing(stored);
  const untilOpening = await awaitOpening(dependencies, stored);
  if (untilOpening !== null) return nothing(untilOpening);
  if (model === undefined)
    return nothing(await giveUp(dependencies, stored, `models.json no longer has the ${calledIn(run, run.model)}.`));
  const hasEnded = run.attempt === null || run.attempt.outcome !== null;
  const done = hasEnded ? nothingLeft(run, model, now) : null;
  if (done !== null) return nothing(await dependencies.runs.update(stored, done));
  const window = await askWindow(dependencies, run, model);
  const ofNoUse = whyOfNoUse(run, model, window, now);
  // The look at what may have arrived comes first.
  const mayArrive = run.attempt !== null && mayHaveArrived(run.attempt);
  if (ofNoUse !== null)
    return mayArrive ? { do: 'start', stored, window } : nothing(await giveUp(dependencies, stored, ofNoUse));
  const hadItsTry = waitsForChange(run);
  const later = hadItsTry ? await laterTry(dependencies, run, window) : null;
  if (hadItsTry && later === null && !(await isDueEarly(dependencies, run, model)))
    return nothing(await discardSoon(dependencies, stored, model, mayAskForLog));
  const planned = later ?? (await beforeClose(dependencies, run, model, window, dueTime(run, window)));
  const due = await dueWhileAway(dependencies, run, model, window, planned);
  if (now < due.at && !(await isDueEarly(dependencies, run, model)))
    return nothing(
      await postpone(dependencies, await discardSoon(dependencies, stored, model, mayAskForLog), window, due),
    );
  if (run.attempt !== null && run.attempt.outcome === null) {
    const instead = mayArrive ? null : await lastResortInstead(dependencies, stored, model, window);
    return instead === null ? { do: 'start', stored, window } : nothing(instead);
  }
  return nothing(await beginWhenClear(dependencies, stored, model, window, mayAskForLog));
}

function nothing(stored: Stored<Run>): Waited {
  return { do: 'nothing', stored };
}

/** When the next attempt is due: never before the round opens; a first one has only waited for that. */
function dueTime({ attempt, isTest, nextAttemptAt, requestedAt }: Run, { openTime, isKnown }: Window): Date {
  const planned = new Date((attempt === null ? null : nextAttemptAt) ?? requestedAt);
  return !isTest && isKnown && openTime > planned ? openTime : planned;
}

/** The moment of its try before the close, where that is later now than its try was: the round may have been extended. */
async function laterTry(
  dependencies: WatchDependencies,
  { model: name, tournament, attempt }: Run,
  window: Window,
): Promise<Date | null> {
  const kept = keptMomentOf({ window, needed: await askTimeNeeded(dependencies, { name, tournament }) });
  return attempt?.acceptedAt != null && Date.parse(attempt.acceptedAt) < kept ? new Date(kept) : null;
}

/** It may have been planned while nobody knew the close, or before the close was moved. */
async function beforeClose(
  dependencies: WatchDependencies,
  run: Run,
  model: Entry,
  window: Window,
  dueAt: Date,
): Promise<Date> {
  const now = dependencies.clock.now();
  if (run.isTest || !window.isKnown || !hasAttempt(run) || dueAt <= now) return dueAt;
  const isKept = run.attempt.outcome !== null && !run.lastResortNext && isKeptForLate({ run, window, model });
  if (!isKept && dueAt < window.closeTime) return dueAt;
  const needed = await askTimeNeeded(dependencies, model);
  const kept = keptUntil({ run, window, needed }, new Date(run.attempt.finishedAt ?? run.requestedAt));
  return new Date(Math.max(kept.getTime(), window.openTime.getTime()));
}

/** What only a person can fix is tried again as soon as something has changed. */
async function isDueEarly(dependencies: WatchDependencies, { attempt }: Run, model: Entry): Promise<boolean> {
  if (attempt === null || attempt.outcome === null || attempt.failure === null) return false;
  const mayHelp = followUpOf(attempt.failure) === 'person' || attempt.lastResort;
  return mayHelp && hasChanged(dependencies, attempt, model);
}

/** The record says when it is due, as Numerai has the round now. */
async function postpone(
  { runs }: WatchDependencies,
  stored: Stored<Run>,
  { name, openTime }: Window,
  { at, waitingFor }: Due,
): Promise<Stored<Run>> {
  const nextAttemptAt = at.toISOString();
  if (stored.value.nextAttemptAt === nextAttemptAt) return stored;
  const waitsForOpening = stored.value.attempt === null || at.getTime() === openTime.getTime();
  const until = waitsForOpening ? `${name} to open` : waitingFor;
  return runs.update(stored, { nextAttemptAt, ...(until === null ? {} : { waitingFor: until }) });
}
