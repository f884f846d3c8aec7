// The log of an attempt for a person: what is kept of it, and while its container runs what the platform has now.

import { hasAttempt } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { RunRecord } from '../runs/stores.ts';
import { AppError, NotFoundError } from '../util/errors.ts';
import { currentLog, type LogDependencies } from '../watch/attempt-log.ts';

/**
 * The attempt of that number, as somebody wrote it; without one the last attempt, null where there was none.
 * @throws {NotFoundError}
 */
export function attemptOf({ run, earlier }: RunRecord, number: string | null): Attempt | null {
  if (!number) return run.attempt;
  const attempt = [...earlier, run.attempt].find((each) => String(each?.number) === number);
  if (attempt) return attempt;
  throw new NotFoundError(`Run ${run.id} of ${run.model} has no attempt ${number.slice(0, 40)}.`);
}

/** Why an attempt has no log, or none yet, as a sentence. */
export function whyNoLog(attempt: Attempt | null): string {
  if (attempt === null) return 'There is no log: nothing was started.';
  if (attempt.outcome === null && attempt.acceptedAt === null && attempt.refusals > 0)
    return 'There is no log: the start was refused.';
  if (attempt.outcome === null) return 'Nothing has been written yet.';
  if (attempt.acceptedAt === null) return 'There is no log: the start was not accepted, so no container ran.';
  if (!attempt.logKept)
    return 'The log is still being fetched. Within about ten minutes it appears here, or why there is none.';
  return attempt.startedAt === null
    ? 'There is no log: the container never ran.'
    : 'There is no log: the container wrote none, or the log could not be stored.';
}

/**
 * The log as it is now; null where there is none (yet).
 * @throws {AppError} where the platform, or the vault, cannot be asked now, and nothing has been kept yet.
 */
export async function readLog(
  dependencies: LogDependencies,
  { run }: Pick<RunRecord, 'run'>,
  attempt: Attempt | null,
  model: Entry | undefined,
): Promise<string | null> {
  if (attempt === null) return null;
  const kept = await dependencies.logs.load(run.model, run.id, attempt.number);
  const isCurrent = attempt.number === run.attempt?.number;
  const isLive = isCurrent && attempt.outcome === null && attempt.acceptedAt !== null && !attempt.logKept;
  if (!isLive || !hasAttempt(run)) return kept;
  try {
    return (await currentLog(dependencies, run, model, kept ?? '')) || null;
  } catch (error) {
    if (kept === null || !(error instanceof AppError)) throw error;
    return `${kept}[the app] What the container has written since cannot be read now. ${dependencies.redaction.apply(error.message)}\n`;
  }
}
