// The trigger ids of further calls for a round that has its run.

import type { Asked } from '../runs/new-run.ts';
import { type Run, withTriggerId } from '../runs/run.ts';
import { isPassing, nullIfPassing, type RunStore, StaleRunError, type Stored } from '../runs/stores.ts';
import type { Log } from '../util/log.ts';

/** The id is kept where that is easy: nothing waits for it. */
const NOTE_TRIES = 3;

/**
 * Keeps the id of a further call for the same round, such as that of another slot's webhook: a submission that carries it
 * is the run's. The call is answered all the same where that fails.
 */
export async function noteTriggerId(
  { runs, log }: { readonly runs: RunStore; readonly log: Log },
  { triggerId, isTest, signal }: Pick<Asked, 'triggerId' | 'isTest'> & { readonly signal?: AbortSignal | undefined },
  holder: Stored<Run>,
): Promise<Stored<Run>> {
  const { model, id } = holder.value;
  let known = holder;
  for (let tried = 1; !isTest; tried += 1) {
    const { triggerIds } = withTriggerId(known.value, triggerId);
    if (triggerIds === known.value.triggerIds) return known;
    try {
      return await runs.update(known, { triggerIds }, signal);
    } catch (error) {
      if (!isPassing(error)) throw error;
      const fresh =
        error instanceof StaleRunError && tried < NOTE_TRIES
          ? await runs.get(model, id, signal).catch(nullIfPassing)
          : null;
      if (fresh === null || fresh === 'unreadable') {
        log.warn({ err: error, model, runId: id, triggerId }, 'trigger id not kept');
        return known;
      }
      known = fresh;
    }
  }
  return holder;
}
