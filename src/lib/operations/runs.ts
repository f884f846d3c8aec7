// What an operator can do to a run, and how runs are looked up.

import type { Services } from '../../services.ts';
import type { Model } from '../config/models.ts';
import { hasEnded, type Run, type RunState } from '../runs/run.ts';
import { isRunId } from '../runs/run-id.ts';
import { StaleRunError, type Stored } from '../storage/run-store.ts';
import { AppError, ConflictError, NotFoundError } from '../util/errors.ts';
import { moveOn } from '../watch/tick.ts';

/** @throws {NotFoundError} */
export async function findRun(
  services: Pick<Services, 'runs'>,
  model: Model,
  runId: string,
): Promise<Stored<Run>> {
  const stored = isRunId(runId) ? await services.runs.getRun(model.name, runId) : null;
  if (stored === null)
    throw new NotFoundError(
      `Model ${model.name} has no run ${JSON.stringify(runId.slice(0, 40))}.`,
    );
  return stored;
}

/** Somebody else may write the run while it is to be cancelled: so often is it looked at again. */
const CANCEL_TRIES = 5;

/**
 * Asks for the run to be stopped and stops its container group; the watcher sees it through.
 * @returns the run as it then is.
 * @throws {NotFoundError}; {@link ConflictError} where the run has ended.
 */
export async function cancelRun(services: Services, model: Model, runId: string): Promise<Run> {
  for (let tried = 1; ; tried += 1) {
    const stored = await findRun(services, model, runId);
    if (hasEnded(stored.value)) {
      throw new ConflictError(
        `Run ${runId} of model ${model.name} has ended (${stored.value.state}); there is nothing to cancel.`,
      );
    }
    try {
      const asked =
        stored.value.stopRequest === null
          ? await services.runs.updateRun(stored, {
              stopRequest: { because: 'operator', at: services.clock.now().toISOString() },
              reason: 'An operator asked for this run to be cancelled.',
            })
          : stored;
      services.log.info({ model: model.name, runId }, 'cancellation asked for');
      return await stopNow(services, asked);
    } catch (error) {
      if (!(error instanceof StaleRunError) || tried === CANCEL_TRIES) throw error;
    }
  }
}

/** Does at once what the next tick would do; if that fails, the tick does it. */
async function stopNow(services: Services, asked: Stored<Run>): Promise<Run> {
  try {
    return (await moveOn(services, asked)).value;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    services.log.warn({ err: error, runId: asked.value.id }, 'cancellation left to the watcher');
    return asked.value;
  }
}

export interface RunsPageRequest {
  readonly models: readonly Model[];
  readonly state: RunState | null;
  readonly limit: number;
  /** Id of the last run of the page before. */
  readonly after: string | null;
}

export interface RunsPage {
  readonly runs: readonly Run[];
  /** `after` of the following page; null on the last one. */
  readonly next: string | null;
}

/** Rows of a model that one page may read: a rare state must not make a page scan the whole history. */
const SCANNED_AT_MOST = 500;

/** Runs of some models, newest first, a page at a time. A page may be short and still have a next one. */
export async function listRuns(
  services: Pick<Services, 'runs'>,
  request: RunsPageRequest,
): Promise<RunsPage> {
  const { limit, state } = request;
  const scan = state === null ? limit + 1 : SCANNED_AT_MOST;
  const perModel = await Promise.all(
    request.models.map((model) =>
      services.runs.listRuns(model.name, { limit: scan, after: request.after ?? undefined }),
    ),
  );
  // Beyond the oldest row of a list that was cut, that model may have rows that we have not seen.
  const oldestOfCut = perModel
    .filter((runs) => runs.length === scan)
    .map((runs) => runs.at(-1)?.id ?? '');
  const horizon = oldestOfCut.sort().at(-1) ?? '';
  const seen = perModel
    .flat()
    .filter((run) => run.id >= horizon)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const matching = seen.filter((run) => state === null || run.state === state);
  const runs = matching.slice(0, limit);
  const more = matching.length > limit || horizon !== '';
  const last = matching.length > limit ? runs.at(-1)?.id : (seen.at(-1)?.id ?? null);
  return { runs, next: more ? (last ?? null) : null };
}
