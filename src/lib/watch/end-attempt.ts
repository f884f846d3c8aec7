// The end of an attempt. Numerai is asked and the log is kept, side by side; then what follows is decided, and
// one write records both. Any step may fail or the process die: the attempt has then not ended, and the next
// tick does it all again.

import { isDeepStrictEqual } from 'node:util';
import { LOG_WITHHELD } from '../compute/given-secrets.ts';
import { type AttemptedRun, LOG_ELSEWHERE } from '../compute/platform.ts';
import { type Entry, isJob } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { ageMs } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { type VerificationAnswer, verify } from '../verification/verify.ts';
import { keepLog, noteMissing, soon } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';
import { type Ending, withLog } from './ending.ts';
import { settle } from './settle.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Ends the current attempt, or leaves it open where Numerai's answer is still awaited. */
export async function endAttempt(
  dependencies: WatchDependencies,
  stored: Stored<Run> & { readonly value: AttemptedRun },
  model: Entry | undefined,
  ending: Ending,
): Promise<Stored<Run>> {
  const now = dependencies.clock.now();
  const run = withEnding(stored.value, ending, now);
  const [answer, log] = await Promise.all([
    ask(dependencies, run, model, ending),
    tryToKeepLog(dependencies, run, model),
  ]);
  const waitedMs = ageMs(run.attempt.endSeenAt ?? run.requestedAt, now);
  const verdict = verdictOf({ run, model, ending: withLog(ending, log.text), answer, waitedMs, log: log.text });
  const attempt: Attempt = { ...run.attempt, logKept: log.isKept };
  if (verdict.outcome === 'pending') {
    const { reason } = verdict;
    const isKnown = run.reason === reason && isDeepStrictEqual(run.slots, { ...run, ...verdict.run }.slots);
    if (isKnown && stored.value.attempt.logKept === log.isKept) return stored;
    return dependencies.runs.update(stored, { ...run, ...verdict.run, state: 'running', attempt, reason });
  }
  const ended = { ...run, attempt: { ...attempt, ...closed(verdict, dependencies, attempt) } };
  return settle(dependencies, stored, model, { ...ended, ...verdict.run }, ending.mayRetry);
}

/** The run with all that the ending says of its attempt, but its outcome. */
function withEnding(run: AttemptedRun, ending: Ending, now: Date): AttemptedRun {
  const { attempt } = run;
  return {
    ...run,
    attempt: {
      ...attempt,
      exitCode: ending.exitCode ?? attempt.exitCode,
      startedAt: ending.startedAt ?? attempt.startedAt,
      finishedAt: ending.finishedAt ?? attempt.finishedAt,
      endSeenAt: attempt.endSeenAt ?? now.toISOString(),
    },
  };
}

function closed(
  { outcome, failure, reason }: Verdict,
  { platform, clock }: WatchDependencies,
  attempt: Attempt,
): Partial<Attempt> {
  const finishedAt = attempt.finishedAt ?? clock.now().toISOString();
  const costUsd = platform.price({ ...attempt, finishedAt });
  return { outcome, failure, reason, finishedAt, leaseUntil: null, costUsd };
}

async function ask(
  dependencies: WatchDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
  ending: Ending,
): Promise<VerificationAnswer | null> {
  const hasSucceeded = ending.outcome === 'succeeded';
  // A container that never ran has submitted nothing; one that nobody could see may have run.
  const { startedAt, outOfSightSince } = run.attempt;
  const mayHaveRun = startedAt !== null || outOfSightSince !== null || ending.isAbsence === true;
  if (run.isTest || run.slots.length === 0 || (!hasSucceeded && !mayHaveRun)) return null;
  if (model === undefined || isJob(model)) return null;
  const answer = await verify(dependencies, model, run);
  for (const each of answer.slots)
    if ('error' in each)
      dependencies.log.warn(
        { err: each.error, model: run.model, runId: run.id, slot: each.slot.model },
        'Numerai not asked',
      );
  return answer;
}

/** A log that cannot be read now never delays what follows. */
async function tryToKeepLog(
  dependencies: WatchDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
): Promise<{ text: string | null; isKept: boolean }> {
  const { attempt } = run;
  if (attempt.acceptedAt === null) return { text: null, isKept: true };
  try {
    const text = await soon(dependencies.clock, (signal) =>
      attempt.logKept
        ? dependencies.logs.load(run.model, run.id, attempt.number)
        : keepLog(dependencies, run, model, signal),
    );
    return { text, isKept: true };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const level = error.code === LOG_ELSEWHERE ? 'debug' : 'warn';
    dependencies.log[level]({ err: error, model: run.model, runId: run.id }, 'log not kept yet');
    // The next attempt may leave no time to try again.
    if (error.code === LOG_WITHHELD || error.code === LOG_ELSEWHERE) await noteMissing(dependencies, run, error);
    return { text: null, isKept: false };
  }
}
