// What a trigger asks for: a run that is on record, with its container started or the reason why it is not.

import type { Run } from '../runs/run.ts';
import { isPassing } from '../runs/stores.ts';
import { type RequestDependencies, type RunRequest, recordAndStart } from '../start/request.ts';
import { untilAborted } from '../util/clock.ts';
import { advance } from '../watch/advance.ts';
import type { WatchDependencies } from '../watch/dependencies.ts';

export interface RequestedRun {
  readonly run: Run;
  readonly duplicate: boolean;
}

/** Records and starts a run. Returns and throws as {@link recordAndStart}. */
export async function requestRun(
  dependencies: WatchDependencies & RequestDependencies,
  request: RunRequest,
): Promise<RequestedRun> {
  const { stored, duplicate, isHastened } = await recordAndStart(dependencies, request);
  if (!isHastened) return { run: stored.value, duplicate };
  try {
    // As the next tick would: what is left of the attempt before may be in the way, or the last resort be due.
    const { value: run } = await untilAborted(advance(dependencies, stored), request.signal, () => stored);
    return { run, duplicate };
  } catch (error) {
    if (!isPassing(error)) throw error;
    dependencies.log.warn({ err: error, runId: stored.value.id }, 'start left to the watcher');
    return { run: stored.value, duplicate };
  }
}
