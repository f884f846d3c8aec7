// What a trigger asks for: a run that is on record, with its container started or the reason why it is not.

import type { Run } from '../runs/run.ts';
import { isPassing } from '../runs/stores.ts';
import { type RequestDependencies, type RunRequest, recordAndStart } from '../start/request.ts';
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
  const { stored, duplicate } = await recordAndStart(dependencies, request);
  const wasRefused = !duplicate && stored.value.attempt?.outcome != null;
  if (!wasRefused || stored.value.state === 'waiting') return { run: stored.value, duplicate };
  try {
    // A start that was refused for good: what follows is decided at once.
    return { run: (await advance(dependencies, stored)).value, duplicate };
  } catch (error) {
    if (!isPassing(error)) throw error;
    dependencies.log.warn({ err: error, runId: stored.value.id }, 'end left to the watcher');
    return { run: stored.value, duplicate };
  }
}
