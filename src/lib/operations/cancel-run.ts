// An operator stops a run.

import { hasAttempt } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { endedUnstarted, mayHaveArrived } from '../runs/attempt.ts';
import { endOfRun, hasEnded, type Run } from '../runs/run.ts';
import { isRunId } from '../runs/run-id.ts';
import { StaleRunError, type Stored } from '../runs/stores.ts';
import { AppError, ConflictError } from '../util/errors.ts';
import { advance } from '../watch/advance.ts';
import type { WatchDependencies } from '../watch/dependencies.ts';
import { readable } from './list-runs.ts';

/** Another instance may write the run while it is to be cancelled: how often to try. */
const CANCEL_TRIES = 5;

/**
 * Asks for the run to be stopped and stops its container; the watcher sees it through.
 * @returns the run as it then is.
 * @throws {NotFoundError}; {@link ConflictError} where the run has ended, or its record cannot be read.
 */
export async function cancelRun(
  dependencies: WatchDependencies,
  model: Pick<Entry, 'name'>,
  runId: string,
): Promise<Run> {
  for (let tried = 1; ; tried += 1) {
    const found = isRunId(runId) ? await dependencies.runs.get(model.name, runId) : null;
    const stored = readable(found, model, runId);
    if (hasEnded(stored.value)) {
      throw new ConflictError(
        `Run ${runId} of ${model.name} has ended (${stored.value.state}); there is nothing to cancel.`,
      );
    }
    try {
      const cancelled = await dependencies.runs.update(stored, cancellation(stored.value, dependencies.clock.now()));
      dependencies.log.info({ model: model.name, runId }, 'cancellation requested');
      return await stopNow(dependencies, cancelled);
    } catch (error) {
      if (!(error instanceof StaleRunError) || tried === CANCEL_TRIES) throw error;
    }
  }
}

/** A run that waits has nothing to stop, and ends at once; unless its start may have arrived, or be on the way. */
function cancellation(run: Run, now: Date): Partial<Run> {
  const at = now.toISOString();
  if (hasAttempt(run) && (run.state !== 'waiting' || mayHaveArrived(run.attempt))) {
    // One that is being stopped for its time has no other attempt either, once an operator has asked.
    const since = run.attempt.stop?.at ?? at;
    return {
      state: run.state === 'waiting' ? 'starting' : run.state,
      waitingFor: null,
      nextAttemptAt: null,
      attempt: { ...run.attempt, stop: { because: 'operator', at: since } },
      reason: 'An operator asked for this run to be cancelled.',
    };
  }
  const reason = 'An operator cancelled the run.';
  return {
    ...endOfRun(run, { state: 'cancelled', failure: 'cancelled', reason, finishedAt: at }),
    attempt: run.attempt && endedUnstarted(run.attempt, 'cancelled', at),
  };
}

/** Does at once what the next tick would do; if that fails, the tick does it. */
async function stopNow(dependencies: WatchDependencies, asked: Stored<Run>): Promise<Run> {
  try {
    return (await advance(dependencies, asked)).value;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    dependencies.log.warn({ err: error, runId: asked.value.id }, 'cancellation left to the watcher');
    return asked.value;
  }
}
