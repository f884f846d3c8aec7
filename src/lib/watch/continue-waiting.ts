// A run that waits for its next attempt: is it due, is it still of use, and is what was before it out of the way?

import { NotRemoved } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { endOfRun, hasEnded, type Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { beginNextAttempt } from '../start/begin-attempt.ts';
import { ageMs } from '../util/clock.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { keepLastLog } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';

const REMOVAL = 'What is left of the attempt before is being removed.';

/**
 * Begins the next attempt once it is due, or ends the run where there will be none.
 * @param mayAskForLog false where this tick has asked for the log of the attempt before already.
 */
export async function continueWaiting(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model | undefined,
  mayAskForLog: boolean,
): Promise<Stored<Run>> {
  const { clock } = dependencies;
  const run = stored.value;
  const since = run.nextAttemptAt ?? run.requestedAt;
  if (clock.now().getTime() < Date.parse(since)) return stored;
  if (model === undefined) return giveUp(dependencies, stored, `models.json no longer has the model ${run.model}.`);
  const missed = await whyMissed(dependencies, run, model);
  if (missed !== null) return giveUp(dependencies, stored, missed);
  // The next attempt removes what is left of this one, and its log with it.
  const kept = (await keepLastLog(dependencies, stored, model, mayAskForLog)) ?? stored;
  let refusal: string | null = null;
  try {
    const next = await beginNextAttempt(dependencies, kept, model);
    if (next !== kept) return next;
  } catch (error) {
    if (error instanceof ExternalCallError && error.service === 'resource-manager')
      return waitForSight(dependencies, kept, error);
    if (!(error instanceof NotRemoved)) throw error;
    refusal = error.message;
  }
  const waitingFor = refusal === null ? REMOVAL : `${REMOVAL} ${refusal}`;
  // The time counts from when the removal was first asked for: Azure, or the app, may have been away before.
  if (!run.waitingFor?.startsWith(REMOVAL))
    return dependencies.runs.update(kept, { waitingFor, nextAttemptAt: clock.now().toISOString() });
  if (ageMs(since, clock.now()) < TIMING.stopGraceMs)
    return run.waitingFor === waitingFor ? kept : dependencies.runs.update(kept, { waitingFor });
  return giveUp(
    dependencies,
    kept,
    `Azure has not stopped or removed what is left of attempt ${run.attempt?.number ?? 0} in ${TIMING.stopGraceMs / 60_000} minutes. ${refusal ?? ''} Stop it in the portal, then start the model again.`.replace(
      '  ',
      ' ',
    ),
  );
}

/** Nobody knows whether the attempt before still runs: no other starts before that is known, or the round closes. */
async function waitForSight(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  error: ExternalCallError,
): Promise<Stored<Run>> {
  const { runs, clock, log } = dependencies;
  const { model, id: runId, round, attempt, nextAttemptAt, requestedAt, waitingFor: known } = stored.value;
  log.warn({ err: error, model, runId }, 'next attempt waits until Azure can be asked');
  const number = attempt?.number ?? 0;
  const patienceMs = round === null ? TIMING.assumedRoundMs : TIMING.longestRoundMs;
  if (ageMs(nextAttemptAt ?? requestedAt, clock.now()) >= patienceMs)
    return giveUp(
      dependencies,
      stored,
      `Azure could not be asked whether attempt ${number} still runs: ${error.message}`,
    );
  const waitingFor = `Azure cannot be asked whether attempt ${number} still runs, and two must not run side by side: ${error.message}`;
  return known === waitingFor ? stored : runs.update(stored, { waitingFor });
}

function giveUp({ runs, clock }: WatchDependencies, stored: Stored<Run>, why: string): Promise<Stored<Run>> {
  const { attempt } = stored.value;
  // The run's own reason still announces the next attempt.
  const reason = attempt?.reason ?? stored.value.startNote;
  const note = `It is not tried again: ${why}`;
  const outcome = attempt?.outcome ?? 'failed';
  const end = endOfRun(stored.value, {
    state: outcome === 'succeeded' ? 'failed' : outcome,
    failure: attempt?.failure ?? 'round-missed',
    reason: reason === null ? note : `${reason} ${note}`,
    finishedAt: clock.now().toISOString(),
  });
  return runs.update(stored, end);
}

/**
 * Why a start is of no use any more: its round has closed. Null where it may be of use: when in doubt,
 * start.
 */
export async function whyMissed({ rounds, clock }: WatchDependencies, run: Run, model: Model): Promise<string | null> {
  if (run.round === null || run.isTest || hasEnded(run)) return null;
  const known = await rounds.rounds(model.tournament);
  if (known.kind === 'unknown') return null;
  const round = known.rounds.find((candidate) => candidate.number === run.round);
  if (round === undefined || clock.now() < round.closeTime) return null;
  const closed = `Round ${round.number} closed at ${round.closeTime.toISOString()}`;
  return run.state === 'waiting'
    ? `${closed}, before the next attempt could be started.`
    : `${closed}, before the container could be started.`;
}
