// A run that waits for its next attempt: is it due, is it still of use, and is what was before it out of the way?

import type { Model } from '../config/models.ts';
import { isLongOver } from '../rounds/standing.ts';
import { endOfRun, hasEnded, type Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { beginNextAttempt } from '../start/begin-attempt.ts';
import { ageMs } from '../util/clock.ts';
import { keepLastLog } from './attempt-log.ts';
import { awaitOpening } from './await-opening.ts';
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
  const untilOpening = await awaitOpening(dependencies, stored);
  if (untilOpening !== null) return untilOpening;
  const since = run.nextAttemptAt ?? run.requestedAt;
  if (run.attempt !== null && clock.now().getTime() < Date.parse(since)) return stored;
  if (model === undefined) return giveUp(dependencies, stored, `models.json no longer has the model ${run.model}.`);
  const missed = otherTournament(run, model) ?? (await whyMissed(dependencies, run));
  if (missed !== null) return giveUp(dependencies, stored, missed);
  // The next attempt removes what is left of this one, and its log with it.
  const kept = (await keepLastLog(dependencies, stored, model, mayAskForLog)) ?? stored;
  const next = await beginNextAttempt(dependencies, kept, model);
  if (next !== kept) return next;
  // The time counts from when the removal was first asked for: Azure, or the app, may have been away before.
  if (run.waitingFor !== REMOVAL)
    return dependencies.runs.update(kept, {
      waitingFor: REMOVAL,
      nextAttemptAt: clock.now().toISOString(),
    });
  if (ageMs(since, clock.now()) < TIMING.stopGraceMs) return kept;
  return giveUp(
    dependencies,
    kept,
    `Azure has not stopped or removed what is left of attempt ${run.attempt?.number ?? 0} in ${TIMING.stopGraceMs / 60_000} minutes. Stop it in the portal, then start the model again.`,
  );
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

/** Why a start would be for another tournament than the run is; null where it would not. */
export function otherTournament(run: Run, { tournament }: Model): string | null {
  return tournament === run.tournament
    ? null
    : `In models.json, ${run.model} is now of the tournament ${tournament}, and this run is for ${run.tournament}.`;
}

/**
 * Why a start is of no use any more: its round has closed. Null where it may be of use: when in doubt,
 * start.
 */
export async function whyMissed({ rounds, clock }: WatchDependencies, run: Run): Promise<string | null> {
  if (run.round === null || run.isTest || hasEnded(run)) return null;
  const known = await rounds.rounds(run.tournament);
  if (known.kind === 'unknown') return null;
  const round = known.rounds.find((candidate) => candidate.number === run.round);
  const isOver = round === undefined ? isLongOver(run.round, known.rounds) : clock.now() >= round.closeTime;
  if (!isOver) return null;
  const closed = `Round ${run.round} closed${round === undefined ? '' : ` at ${round.closeTime.toISOString()}`}`;
  return run.state === 'waiting'
    ? `${closed}, before the next attempt could be started.`
    : `${closed}, before the container could be started.`;
}
