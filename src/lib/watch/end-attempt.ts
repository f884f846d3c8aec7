// The end of an attempt. Numerai is asked and the log is kept, side by side; then what follows is decided, and
// one write records both. Any step may fail or the process die: the attempt has then not ended, and the next
// tick does it all again.

import type { AttemptedRun } from '../compute/platform.ts';
import { isKnownToNumerai, type Model } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import { endOfRun, type Run, withSubmission } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { RUNS_FOR_DURATION, usualSeconds } from '../runs/usual-duration.ts';
import { ageMs } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { type VerificationAnswer, verify } from '../verification/verify.ts';
import { keepLog, soon } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';
import type { Ending } from './ending.ts';
import { decideOnNextAttempt, type NextAttemptDecision } from './next-attempt.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Ends the current attempt, or leaves it open where Numerai's answer is still awaited. */
export async function endAttempt(
  dependencies: WatchDependencies,
  stored: Stored<Run> & { readonly value: AttemptedRun },
  model: Model | undefined,
  ending: Ending,
): Promise<Stored<Run>> {
  const now = dependencies.clock.now();
  const run = withEnding(stored.value, ending, now);
  const [answer, log] = await Promise.all([
    ask(dependencies, run, model, ending),
    tryToKeepLog(dependencies, run, model),
  ]);
  const waitedMs = ageMs(run.attempt.endSeenAt ?? run.requestedAt, now);
  const verdict = verdictOf({ run, model, ending, answer, waitedMs, log: log.text });
  const attempt: Attempt = { ...run.attempt, logKept: log.isKept };
  if (verdict === 'pending') {
    const what = `The container ended with exit code ${attempt.exitCode ?? 'unknown'}`;
    const reason =
      answer instanceof AppError
        ? `${what}. Numerai cannot be asked for the submission at the moment; the app keeps asking. ${answer.message}`
        : `${what}; waiting for Numerai to show the submission.`;
    if (run.reason === reason && stored.value.attempt.logKept === log.isKept) return stored;
    // A submission of an earlier attempt counts, whatever becomes of one that an operator forced.
    const pending = run.submission === 'accepted' ? {} : withSubmission(run, 'pending', null);
    return dependencies.runs.update(stored, { ...pending, state: 'running', attempt, reason });
  }
  const ended = { ...run, attempt: { ...attempt, ...closed(verdict, dependencies, attempt) } };
  return settle(dependencies, stored, model, ended, ending.mayRetry, verdict.run);
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
  return {
    outcome,
    failure,
    reason,
    finishedAt: attempt.finishedAt ?? clock.now().toISOString(),
    leaseUntil: null,
    costUsd: platform.price(attempt),
  };
}

async function ask(
  dependencies: WatchDependencies,
  run: AttemptedRun,
  model: Model | undefined,
  ending: Ending,
): Promise<VerificationAnswer | AppError | null> {
  const canAsk = !run.isTest && model !== undefined && isKnownToNumerai(model);
  const hasSucceeded = ending.outcome === 'succeeded';
  // A container that never ran has submitted nothing.
  if (!canAsk || (!hasSucceeded && run.attempt.startedAt === null)) return null;
  try {
    return await verify(dependencies, model, run);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    dependencies.log.warn({ err: error, model: run.model, runId: run.id }, 'Numerai not asked');
    return error;
  }
}

/** A log that cannot be read now never delays what follows. */
async function tryToKeepLog(
  dependencies: WatchDependencies,
  run: AttemptedRun,
  model: Model | undefined,
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
    dependencies.log.warn({ err: error, model: run.model, runId: run.id }, 'log not kept yet');
    return { text: null, isKept: false };
  }
}

/**
 * Decides what follows the end of an attempt, and records both.
 * @param run as it is with the attempt ended.
 * @param learned what has been learnt of the run's round and submission.
 */
export async function settle(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model | undefined,
  run: AttemptedRun,
  mayRetry: boolean,
  learned: Verdict['run'] = {},
): Promise<Stored<Run>> {
  const known: AttemptedRun = { ...run, ...learned };
  const next = await considerNext(dependencies, known, model, mayRetry);
  const now = dependencies.clock.now();
  const final = next.retry
    ? waiting(known, new Date(now.getTime() + next.waitMs), next.waitMs)
    : ended(known, next.why, now);
  const done = await dependencies.runs.update(stored, { ...known, ...final });
  const { state, failure, reason, submission, round, attempt } = done.value;
  dependencies.log.info(
    {
      model: run.model,
      runId: run.id,
      state,
      submission,
      failure: failure ?? attempt?.failure ?? null,
      exitCode: attempt?.exitCode ?? null,
      reason,
      round,
      attempt: attempt?.number ?? null,
    },
    next.retry ? 'attempt ended; another follows' : 'run ended',
  );
  return done;
}

function waiting({ attempt }: AttemptedRun, at: Date, waitMs: number): Partial<Run> {
  const when = waitMs === 0 ? '' : ` It is tried again in ${waitMs / 60_000} minutes.`;
  return {
    state: 'waiting',
    waitingFor: `Attempt ${attempt.number} ended without a submission.${when}`,
    nextAttemptAt: at.toISOString(),
    reason: withNote(attempt.reason, when === '' ? null : when.trim()),
  };
}

function ended({ attempt, ...run }: AttemptedRun, why: string | null, now: Date): Partial<Run> {
  return endOfRun(run, {
    state: attempt.outcome ?? 'failed',
    failure: attempt.failure,
    reason: withNote(attempt.reason ?? run.startNote, why),
    finishedAt: attempt.finishedAt ?? now.toISOString(),
  });
}

async function considerNext(
  { runs, rounds, clock }: WatchDependencies,
  run: AttemptedRun,
  model: Model | undefined,
  mayRetry: boolean,
): Promise<NextAttemptDecision> {
  const isOver = run.submission === 'accepted' || model === undefined || !mayRetry;
  if (run.attempt.failure === null || isOver) return { retry: false, why: null };
  const input = { run, now: clock.now(), round: null, usualSeconds: null };
  // The cheap grounds first: most failures that are not tried again need no question to anybody.
  const offhand = decideOnNextAttempt(input);
  const { round, attemptsLeft } = run;
  if (!offhand.retry && (offhand.why === null || round === null || attemptsLeft <= 0)) return offhand;
  const [known, history] = await Promise.all([
    rounds.rounds(model.tournament),
    runs.list(run.model, { limit: RUNS_FOR_DURATION }),
  ]);
  const all = known.kind === 'known' ? known.rounds : [];
  return decideOnNextAttempt({
    ...input,
    round: all.find((candidate) => candidate.number === run.round) ?? null,
    usualSeconds: usualSeconds(history.records.map((record) => record.run)),
  });
}

function withNote(reason: string | null, note: string | null): string | null {
  if (note === null) return reason;
  return reason === null ? note : `${reason} ${note}`;
}
