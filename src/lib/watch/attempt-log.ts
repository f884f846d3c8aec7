// The log of an attempt, without the model's secrets should the container have printed them. It is read while the
// container runs and once more after its end: what is kept grows with each read.

import { learnSecrets } from '../compute/given-secrets.ts';
import { type AttemptedRun, hasAttempt, LOG_ELSEWHERE } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { ageMs, atMost, type Clock } from '../util/clock.ts';
import { AppError, messageOf } from '../util/errors.ts';
import type { WatchDependencies } from './dependencies.ts';
import { hasNote, LOG_KEPT_BYTES, mayBeCut, mergeLogs, wholeLines, withNote } from './log-text.ts';

export type LogDependencies = Pick<WatchDependencies, 'platform' | 'logs' | 'secrets' | 'redaction'>;

const NOT_HAD = 'log-not-had';

/** More of a log than is kept is of no use. */
const UNITS_READ = 1.5 * LOG_KEPT_BYTES;

/**
 * The log as the platform has it now, or the end of it where it has no more.
 * @returns an empty text where there is none (yet).
 * @throws {AppError} where the platform cannot be asked now, or the secrets in the log cannot be recognised.
 */
async function fetchLog(
  { platform, secrets, redaction }: LogDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const log = (await platform.log(run, signal)) ?? '';
  if (log === '') return '';
  await learnSecrets({ secrets }, run.attempt, model);
  // A container may also have been killed in the middle of a line.
  return redaction.applyToPart(log.slice(-UNITS_READ), { start: mayBeCut(log), end: true });
}

/** Whether the container may still write. */
const mayGoOn = ({ attempt }: AttemptedRun): boolean => attempt.endSeenAt === null;

/** What is kept of a log and what the platform has now, in one. Throws as {@link fetchLog}. */
export async function currentLog(
  dependencies: LogDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
  kept: string,
): Promise<string> {
  return mergeLogs(kept, await fetchLog(dependencies, run, model));
}

/**
 * Fetches the log and adds it to what is kept.
 * @returns what is kept then; null where there is nothing, or nothing to add yet. Throws as {@link fetchLog}.
 */
export async function keepLog(
  dependencies: LogDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
  signal?: AbortSignal,
): Promise<string | null> {
  const { logs, redaction } = dependencies;
  const fetched = await fetchLog(dependencies, run, model, signal);
  // What may be half a line is kept with the next read.
  const read = mayGoOn(run) ? wholeLines(fetched) : fetched;
  if (read === '') return mayGoOn(run) ? null : logs.load(run.model, run.id, run.attempt.number);
  return logs.update(run.model, run.id, run.attempt.number, (kept) => mergeLogs(redaction.apply(kept), read));
}

/**
 * Does with a log what something else waits for.
 * @throws {AppError} where that takes more than a few seconds; the work then goes on alone.
 */
export function soon<T>(clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return atMost(clock, TIMING.logSoonMs, work, () => {
    throw new AppError('log-late', `It took longer than ${TIMING.logSoonMs / 1000} s.`);
  });
}

/**
 * Keeps the log of the attempt that has ended, where it has one; after a while without success, why there is none.
 * @param isUrgent whether the next attempt waits for it: what is not kept now is then lost.
 * @param mayAsk false where the platform has just been asked in vain.
 * @returns the run with its log kept; null where a later tick may still get it.
 */
export async function keepLastLog(
  dependencies: LogDependencies & Pick<WatchDependencies, 'runs' | 'clock' | 'log'>,
  stored: Stored<Run>,
  model: Entry | undefined,
  { isUrgent = false, mayAsk = true }: { readonly isUrgent?: boolean; readonly mayAsk?: boolean } = {},
): Promise<Stored<Run> | null> {
  const { runs, clock, log } = dependencies;
  const run = stored.value;
  if (!hasAttempt(run) || run.attempt.logKept) return stored;
  const canHaveOne = run.attempt.acceptedAt !== null;
  if (!mayAsk && !isUrgent && canHaveOne) return null;
  try {
    if (!mayAsk && canHaveOne) throw new AppError(NOT_HAD, 'It could not be fetched when the attempt ended.');
    await (run.state === 'waiting'
      ? soon(clock, (signal) => keepLog(dependencies, run, model, signal))
      : keepLog(dependencies, run, model));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { endSeenAt } = run.attempt;
    const isOver = endSeenAt === null || ageMs(endSeenAt, clock.now()) >= TIMING.logPatienceMs;
    const isLast = isOver || isUrgent;
    // That it is on its way is as expected, at each tick.
    const level = error.code === LOG_ELSEWHERE && !isLast ? 'debug' : 'warn';
    log[level]({ err: error, model: run.model, runId: run.id }, 'log not kept');
    if (!isLast) return null;
    await noteMissing(dependencies, run, error);
  }
  return runs.update(stored, { attempt: { ...run.attempt, logKept: true } });
}

/** Puts into the place of what cannot be kept why that is; a log that comes after all takes the place of the note. */
export async function noteMissing(
  { logs, clock, redaction, log }: LogDependencies & Pick<WatchDependencies, 'clock' | 'log'>,
  { model, id: runId, attempt: { number } }: AttemptedRun,
  error: AppError,
): Promise<void> {
  const why = redaction.apply(messageOf(error));
  // That it was not fetched says less than a note from when it was tried.
  const noted = (kept: string) => (error.code === NOT_HAD && hasNote(kept) ? kept : withNote(kept, number, why));
  try {
    await soon(clock, () => logs.update(model, runId, number, noted));
  } catch (failure) {
    if (!(failure instanceof AppError)) throw failure;
    log.warn({ err: failure, model, runId, attempt: number }, 'the note on the missing log could not be stored');
  }
}
