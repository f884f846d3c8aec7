// A run that waits: is it due, is it still of use, and is what was before it out of the way?

import { hasAttempt, NotRemoved } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { followUpOf } from '../runs/failure.ts';
import { endOfRun, type Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { beginNextAttempt } from '../start/begin-attempt.ts';
import { discardBeforeNext } from '../start/discard.ts';
import { ageMs } from '../util/clock.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { keepLastLog } from './attempt-log.ts';
import { hasChanged } from './configuration-mark.ts';
import type { WatchDependencies } from './dependencies.ts';
import { ATTEMPTS, isLastResortDue } from './next-attempt.ts';
import { askTimeNeeded } from './time-needed.ts';
import { NOT_ASKED, type Window, windowOf } from './window.ts';

/** What is left of the attempt before may still run. */
const REMOVAL = 'what is left of the attempt before to be removed';
/** How often a round that Numerai does not list yet is looked for. */
const LOOK_AGAIN_MS = 60_000;

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
  if (model === undefined)
    return nothing(await giveUp(dependencies, stored, `models.json no longer has the model ${run.model}.`));
  const known = run.isTest ? NOT_ASKED : await dependencies.rounds.rounds(run.tournament);
  const window = windowOf(run, known);
  const now = dependencies.clock.now();
  const over = whyOver(run, window, now);
  if (over !== null) return nothing(await giveUp(dependencies, stored, over));
  const isUnlisted = run.attempt === null && known.kind === 'known' && !window.isKnown;
  const dueAt = isUnlisted ? new Date(now.getTime() + LOOK_AGAIN_MS) : dueTime(run, window);
  if (now < dueAt && !(await isDueEarly(dependencies, run, model)))
    return nothing(
      await postpone(dependencies, await discardSoon(dependencies, stored, model, mayAskForLog), window, dueAt),
    );
  if (run.attempt !== null && run.attempt.outcome === null) {
    const instead = await lastResortInstead(dependencies, stored, model, window);
    return instead === null ? { do: 'start', stored, window } : nothing(instead);
  }
  return nothing(await begin(dependencies, stored, model, window, mayAskForLog));
}

function nothing(stored: Stored<Run>): Waited {
  return { do: 'nothing', stored };
}

/** Why no attempt is of use any more; null where one may be. */
function whyOver(run: Run, { name, closeTime }: Window, now: Date): string | null {
  if (run.isTest)
    return ageMs(run.attempt?.requestedAt ?? run.requestedAt, now) > ATTEMPTS.testPatienceMs
      ? `A test waits ${ATTEMPTS.testPatienceMs / 60_000} minutes, and no longer.`
      : null;
  if (now < closeTime) return null;
  const closed = `${name.replace(/^r/, 'R')} closed at ${closeTime.toISOString()}`;
  return `${closed}, before the ${run.attempt?.outcome === null ? 'container' : 'next attempt'} could be started.`;
}

/** When the next attempt is due: never before the round opens; a first one that waits for that, when it does. */
function dueTime({ attempt, isTest, nextAttemptAt, requestedAt }: Run, { openTime, isKnown }: Window): Date {
  const planned = new Date(nextAttemptAt ?? requestedAt);
  if (isTest || !isKnown) return planned;
  return attempt === null || openTime > planned ? openTime : planned;
}

/** What only a person can fix is tried again when something has changed. */
async function isDueEarly(dependencies: WatchDependencies, { attempt }: Run, model: Model): Promise<boolean> {
  if (attempt === null || attempt.outcome === null || attempt.failure === null) return false;
  return followUpOf(attempt.failure) === 'person' && hasChanged(dependencies, attempt, model);
}

/** What is left of the attempt before is not kept until the next one is due: it costs, or may yet start by itself. */
async function discardSoon(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model,
  mayAskForLog: boolean,
): Promise<Stored<Run>> {
  const { attempt } = stored.value;
  if (attempt === null || attempt.outcome === null || attempt.acceptedAt === null || attempt.isDiscarded) return stored;
  const kept = await keepLastLog(dependencies, stored, model, { mayAsk: mayAskForLog });
  // A later tick may still get the log, which goes with what is left.
  if (kept === null) return stored;
  const run = kept.value;
  try {
    if (!hasAttempt(run) || (await discardBeforeNext(dependencies, run)) === 'going') return kept;
    return await dependencies.runs.update(kept, { attempt: { ...run.attempt, isDiscarded: true } });
  } catch (error) {
    if (!(error instanceof NotRemoved) && !(error instanceof ExternalCallError)) throw error;
    // The next tick tries again, and the next attempt does not begin before it is done.
    dependencies.log.warn({ err: error, model: run.model, runId: run.id }, 'attempt not discarded yet');
    return kept;
  }
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

/** The unstarted attempt gives way to the last resort where that is all that can help; null where it does not. */
async function lastResortInstead(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model,
  window: Window,
): Promise<Stored<Run> | null> {
  const { attempt, isTest } = stored.value;
  if (model.lastResort === null || attempt === null || attempt.lastResort || isTest) return null;
  const { failure } = attempt;
  const needsPerson = failure !== null && failure !== 'permission' && followUpOf(failure) === 'person';
  const now = dependencies.clock.now();
  const needed = await askTimeNeeded(dependencies, model.name);
  if (!needsPerson && !isLastResortDue({ now, window, needed, model }, null)) return null;
  const at = now.toISOString();
  const changes = {
    waitingFor: 'the last resort to begin',
    nextAttemptAt: at,
    lastResortNext: true,
    attempt: { ...attempt, outcome: 'failed', finishedAt: at, endSeenAt: at, logKept: true },
  } as const;
  await dependencies.reportTrouble({ ...stored.value, ...changes });
  return dependencies.runs.update(stored, changes);
}

async function begin(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model,
  { closeTime }: Window,
  mayAskForLog: boolean,
): Promise<Stored<Run>> {
  const { clock, runs } = dependencies;
  // The next attempt removes what is left of this one, and its log with it.
  const log = { isUrgent: true, mayAsk: mayAskForLog };
  const kept = (await keepLastLog(dependencies, stored, model, log)) ?? stored;
  let refusal: string | null = null;
  try {
    const next = await beginNextAttempt(dependencies, kept, model, { closeTime });
    if (next !== kept) return next;
  } catch (error) {
    if (error instanceof ExternalCallError && error.service === 'resource-manager')
      return waitForSight(dependencies, kept, error);
    if (!(error instanceof NotRemoved)) throw error;
    refusal = error.message;
  }
  const run = kept.value;
  const waitingFor = refusal === null ? REMOVAL : `${REMOVAL}: ${refusal.replace(/\.$/, '')}`;
  // The time counts from when the removal was first asked for: Azure, or the app, may have been away before.
  if (!run.waitingFor?.startsWith(REMOVAL))
    return runs.update(kept, { waitingFor, nextAttemptAt: clock.now().toISOString() });
  if (ageMs(run.nextAttemptAt ?? run.requestedAt, clock.now()) < TIMING.stopGraceMs)
    return run.waitingFor === waitingFor ? kept : runs.update(kept, { waitingFor });
  return giveUp(
    dependencies,
    kept,
    `Azure has not stopped or removed what is left of attempt ${run.attempt?.number ?? 0} in ${TIMING.stopGraceMs / 60_000} minutes. ${refusal ?? ''} Stop it in the portal, then start the model again.`.replace(
      '  ',
      ' ',
    ),
  );
}

/** Nobody knows whether the attempt before still runs: no other starts before that is known. */
async function waitForSight(
  { runs, log }: WatchDependencies,
  stored: Stored<Run>,
  error: ExternalCallError,
): Promise<Stored<Run>> {
  const { model, id: runId, attempt, waitingFor: known } = stored.value;
  log.warn({ err: error, model, runId }, 'next attempt waits until Azure can be asked');
  const waitingFor = `Azure to say whether attempt ${attempt?.number ?? 0} still runs, since two must not run side by side: ${error.message.replace(/\.$/, '')}`;
  return known === waitingFor ? stored : runs.update(stored, { waitingFor });
}

function giveUp({ runs, clock }: WatchDependencies, stored: Stored<Run>, why: string): Promise<Stored<Run>> {
  const { attempt, startNote } = stored.value;
  const at = clock.now().toISOString();
  // The run's own reason still announces the next attempt.
  const reason = attempt?.reason ?? startNote;
  const note = `It is not tried again: ${why}`;
  const outcome = attempt?.outcome ?? 'failed';
  const end = endOfRun(stored.value, {
    state: outcome === 'succeeded' ? 'failed' : outcome,
    failure: attempt?.failure ?? 'round-missed',
    reason: reason === null ? note : `${reason} ${note}`,
    finishedAt: at,
  });
  const isOpen = attempt !== null && attempt.outcome === null;
  const closed = { outcome: 'failed', finishedAt: at, endSeenAt: at, leaseUntil: null, logKept: true } as const;
  return runs.update(stored, { ...end, ...(isOpen ? { attempt: { ...attempt, ...closed } } : {}) });
}
