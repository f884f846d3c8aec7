// What follows the end of an attempt: another one, or the end of the run. One write records the end and what follows.

import type { AttemptedRun } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { followUpOf } from '../runs/failure.ts';
import { endOfRun, type Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { configurationOf } from '../start/configuration-mark.ts';
import { together } from '../util/sentences.ts';
import { askTimeNeeded, askWindow } from './ask.ts';
import type { WatchDependencies } from './dependencies.ts';
import { decideOnNextAttempt, type NextAttempt } from './next-attempt.ts';

/**
 * Decides what follows the end of an attempt, and records both.
 * @param run as it is with the attempt ended.
 * @param mayRetry false where its container may still run.
 */
export async function settle(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Entry | undefined,
  run: AttemptedRun,
  mayRetry: boolean,
): Promise<Stored<Run>> {
  const { failure } = run.attempt;
  const isCounted = failure !== null && followUpOf(failure) === 'counted' && !run.attempt.lastResort;
  const known: AttemptedRun = {
    ...run,
    countedFailures: run.countedFailures + Number(isCounted),
    attempt: { ...run.attempt, configurationMark: await markOf(dependencies, run, model) },
  };
  const next = await considerNext(dependencies, known, model, mayRetry);
  const now = dependencies.clock.now();
  const final: Run = { ...known, ...(next.do === 'again' ? waiting(known, next) : ended(known, next.why, now)) };
  // Before it is on record: a report that fails is repeated with all of this.
  if (next.do === 'again') await dependencies.reportTrouble(final);
  const done = await dependencies.runs.update(stored, final);
  logEnd(dependencies, done.value, next);
  return done;
}

/** What only a person can fix is tried again when the mark is another one than at the start; where that had none, than now. */
async function markOf(
  dependencies: WatchDependencies,
  { attempt: { failure, lastResort, configurationMark: known } }: AttemptedRun,
  model: Entry | undefined,
): Promise<string | null> {
  if (known !== null || failure === null || model === undefined) return known;
  return followUpOf(failure) === 'person' || lastResort
    ? ((await configurationOf(dependencies, model))?.mark ?? null)
    : null;
}

function waiting({ attempt }: AttemptedRun, { at, waitingFor, lastResort }: NextAttempt & { do: 'again' }) {
  return {
    state: 'waiting',
    waitingFor,
    nextAttemptAt: at?.toISOString() ?? null,
    lastResortNext: lastResort,
    reason: attempt.reason,
  } as const;
}

function ended({ attempt, ...run }: AttemptedRun, why: string | null, now: Date): Partial<Run> {
  return endOfRun(run, {
    state: attempt.outcome ?? 'failed',
    failure: attempt.failure,
    reason: together(attempt.reason ?? run.startNote, why),
    finishedAt: attempt.finishedAt ?? now.toISOString(),
  });
}

async function considerNext(
  dependencies: WatchDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
  mayRetry: boolean,
): Promise<NextAttempt> {
  const { failure, stop } = run.attempt;
  const isOver = run.submission === 'accepted' || model === undefined || !mayRetry;
  if (failure === null || isOver) return { do: 'end', why: null };
  // The cheap grounds first: what nothing follows needs no question to anybody.
  if (followUpOf(failure) === 'nothing' || stop?.because === 'operator') return { do: 'end', why: null };
  const [window, needed] = await Promise.all([askWindow(dependencies, run, model), askTimeNeeded(dependencies, model)]);
  return decideOnNextAttempt({ run, now: dependencies.clock.now(), window, needed, model });
}

function logEnd({ log }: WatchDependencies, run: Run, next: NextAttempt): void {
  const { model, id: runId, state, failure, reason, submission, round, attempt } = run;
  const facts = {
    model,
    runId,
    state,
    submission,
    failure: failure ?? attempt?.failure ?? null,
    exitCode: attempt?.exitCode ?? null,
    reason,
    round,
    attempt: attempt?.number ?? null,
  };
  log.info(facts, next.do === 'again' ? 'attempt ended; another follows' : 'run ended');
}
