// After the end of a run: it is reported, its log is kept, and what the platform still has of it is removed. The
// entry of the in-flight index goes last, so a tick that dies repeats all of it.

import { hasAttempt } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { keepLogOrSayWhyNot } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Does what is left to do for a run that has ended. */
export async function cleanUp(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model | undefined,
): Promise<void> {
  const { platform, inFlight, runs, reportEnd } = dependencies;
  const run = stored.value;
  await reportEnd(run);
  if (hasAttempt(run)) {
    if (!run.attempt.logKept) {
      if (!(await keepLogOrSayWhyNot(dependencies, run, model))) return;
      await runs.update(stored, { attempt: { ...run.attempt, logKept: true } });
    }
    // Accepted is not done: the next tick looks again.
    if ((await platform.discard(run)) !== 'gone') return;
  }
  await inFlight.remove({ runId: run.id });
}
