// The log of an attempt, without the model's secrets should the container have printed them. It is read while the
// container runs and once more after its end: what is kept grows with each read.

import { type AttemptedRun, hasAttempt } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { secretNamesOf } from '../config/secret-names.ts';
import { SecretError, type SecretStore } from '../config/secrets.ts';
import type { Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { ageMs, atMost, type Clock } from '../util/clock.ts';
import { AppError, messageOf } from '../util/errors.ts';
import type { WatchDependencies } from './dependencies.ts';
import { mayBeCut, mergeLogs, wholeLines, withNote } from './log-text.ts';

export type LogDependencies = Pick<WatchDependencies, 'platform' | 'logs' | 'secrets' | 'redaction'>;

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
  await learnSecrets(secrets, model);
  return redaction.applyToPart(log, { start: mayBeCut(log), end: mayGoOn(run) });
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
  const { runs, logs, clock, redaction, log } = dependencies;
  const run = stored.value;
  if (!hasAttempt(run) || run.attempt.logKept) return stored;
  const canHaveOne = run.attempt.acceptedAt !== null;
  if (!mayAsk && !isUrgent && canHaveOne) return null;
  try {
    if (!mayAsk && canHaveOne) throw new AppError('log-not-had', 'It could not be fetched when the attempt ended.');
    await (run.state === 'waiting'
      ? soon(clock, (signal) => keepLog(dependencies, run, model, signal))
      : keepLog(dependencies, run, model));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error, model: run.model, runId: run.id }, 'log not kept');
    const { endSeenAt, number } = run.attempt;
    const isOver = endSeenAt === null || ageMs(endSeenAt, clock.now()) >= TIMING.logPatienceMs;
    if (!isOver && !isUrgent) return null;
    const why = redaction.apply(messageOf(error));
    await soon(clock, () => logs.update(run.model, run.id, number, (kept) => withNote(kept, number, why))).catch(
      (failure: unknown) => {
        if (!(failure instanceof AppError)) throw failure;
        log.warn(
          { err: failure, model: run.model, runId: run.id, attempt: number },
          'the note on the missing log could not be stored',
        );
      },
    );
  }
  return runs.update(stored, { attempt: { ...run.attempt, logKept: true } });
}

/**
 * Another instance may have started the run, or nobody has read the keys that an existing group was given:
 * the secrets must be known here before a log is shown or kept.
 */
async function learnSecrets(secrets: SecretStore, model: Entry | undefined): Promise<void> {
  if (model === undefined)
    throw withheld('models.json no longer has the model, so nobody knows which secrets it was given.');
  try {
    await Promise.all(secretNamesOf(model).map((name) => secrets.get(name)));
  } catch (error) {
    throw error instanceof SecretError ? withheld(error.message, error) : error;
  }
}

function withheld(because: string, cause?: unknown): AppError {
  return new AppError('log-withheld', `The secrets in it could not be recognised and removed. ${because}`, { cause });
}
