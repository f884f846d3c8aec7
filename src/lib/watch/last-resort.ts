// The last resort in the place of an attempt that nobody could start, or that will not end in time.

import type { AttemptedRun } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { endedUnstarted } from '../runs/attempt.ts';
import { isOfEveryContainer, isUpToPerson } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { askTimeNeeded, askWindow } from './ask.ts';
import type { WatchDependencies } from './dependencies.ts';
import { isLastResortDue } from './next-attempt.ts';
import type { Window } from './window.ts';

/** The unstarted attempt gives way to the last resort where that is all that can help; null where it does not. */
export async function lastResortInstead(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Entry,
  window: Window,
): Promise<Stored<Run> | null> {
  const { attempt, isTest } = stored.value;
  if (model.lastResort === null || attempt === null || attempt.lastResort || isTest) return null;
  const { failure } = attempt;
  if (failure !== null && isOfEveryContainer(failure)) return null;
  const now = dependencies.clock.now();
  const needed = await askTimeNeeded(dependencies, model);
  if (!(failure !== null && isUpToPerson(failure)) && !isLastResortDue({ now, window, needed, model }, null))
    return null;
  const at = now.toISOString();
  const changes = {
    waitingFor: 'the last resort to begin',
    nextAttemptAt: at,
    lastResortNext: true,
    attempt: endedUnstarted(attempt, 'failed', at),
  } as const;
  await dependencies.reportTrouble({ ...stored.value, ...changes });
  return dependencies.runs.update(stored, changes);
}

/** Asked only where there is a last resort, and an ordinary attempt that has been accepted. */
export async function canOnlyLastResortHelp(
  dependencies: WatchDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
): Promise<boolean> {
  const { acceptedAt, startedAt, lastResort, stop } = run.attempt;
  if (model?.lastResort == null || acceptedAt === null || lastResort || stop !== null || run.isTest) return false;
  const [window, needed] = await Promise.all([askWindow(dependencies, run, model), askTimeNeeded(dependencies, model)]);
  const now = dependencies.clock.now();
  const begun = { at: new Date(acceptedAt), isRunning: startedAt !== null };
  return isLastResortDue({ now, window, needed, model }, begun);
}
