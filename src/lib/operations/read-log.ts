// The log of an attempt for a person: kept where it has ended, else as the platform has it now.

import { hasAttempt } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { RunRecord } from '../runs/stores.ts';
import { NotFoundError } from '../util/errors.ts';
import { fetchLog, type LogDependencies } from '../watch/attempt-log.ts';

/**
 * The attempt of that number, as somebody wrote it; without one the last attempt, null where there was none.
 * @throws {NotFoundError}
 */
export function attemptOf({ run, earlier }: RunRecord, number: string | null): Attempt | null {
  if (!number) return run.attempt;
  const attempt = [...earlier, run.attempt].find((each) => String(each?.number) === number);
  if (attempt) return attempt;
  throw new NotFoundError(`Run ${run.id} of model ${run.model} has no attempt ${number.slice(0, 40)}.`);
}

/** The log as far as it is kept. Of a model that models.json no longer has nobody knows the secrets in a newer one. */
export async function keptLog(
  { logs }: Pick<LogDependencies, 'logs'>,
  { run }: Pick<RunRecord, 'run'>,
  attempt: Attempt | null,
): Promise<string | null> {
  return attempt === null ? null : logs.load(run.model, run.id, attempt.number);
}

/** The log as it is now; null where there is none (yet). */
export async function readLog(
  dependencies: LogDependencies,
  { run }: Pick<RunRecord, 'run'>,
  attempt: Attempt | null,
  model: Model | undefined,
): Promise<string | null> {
  if (attempt === null) return null;
  const kept = await dependencies.logs.load(run.model, run.id, attempt.number);
  const isCurrent = attempt.number === run.attempt?.number;
  const isLive = isCurrent && attempt.outcome === null && attempt.acceptedAt !== null;
  return kept !== null || !isLive || !hasAttempt(run) ? kept : fetchLog(dependencies, run, model);
}
