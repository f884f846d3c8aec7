// Moving one run on as far as it goes now.

import { hasAttempt } from '../compute/platform.ts';
import { endOfRun, hasEnded, type Run } from '../runs/run.ts';
import type { Stored, StoredEntry } from '../runs/stores.ts';
import { cleanUp } from './clean-up.ts';
import { continueWaiting } from './continue-waiting.ts';
import type { WatchDependencies } from './dependencies.ts';
import { observe } from './observe.ts';

/** An end may lead to the next attempt at once, and that to another end; more than this waits for the next tick. */
const MAX_STEPS = 8;

/**
 * Moves one run on as far as it goes now.
 * @param entry of the in-flight index, where the caller has read it: it goes with the last step.
 * @returns the run as it then is.
 */
export async function advance(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  entry?: StoredEntry,
): Promise<Stored<Run>> {
  let current = stored;
  // What has just been started, or looked at, need not be looked at again.
  let mayObserve = true;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { value: run } = current;
    const model = dependencies.entries.find((candidate) => candidate.name === run.model);
    if (hasEnded(run)) {
      await cleanUp(dependencies, current, model, entry);
      return current;
    }
    const before = current;
    if (run.state === 'waiting') {
      const waited = await continueWaiting(dependencies, current, model, mayObserve);
      current = waited.stored;
      // What comes of it may be seen at the next tick.
      if (waited.do === 'start') return observe(dependencies, current, model, waited.window);
      mayObserve = false;
    } else if (!hasAttempt(run)) {
      current = await endWithoutAttempt(dependencies, current);
    } else if (mayObserve) {
      current = await observe(dependencies, current, model);
      mayObserve = false;
    }
    if (current.etag === before.etag) return current;
  }
  return current;
}

/** Its row says that an attempt is under way, and not which: nobody can follow that. A later trigger starts anew. */
function endWithoutAttempt({ runs, clock }: WatchDependencies, stored: Stored<Run>): Promise<Stored<Run>> {
  const reason = `The record of this run has the state ${stored.value.state}, but its attempt is missing or cannot be read, so the app cannot follow it. Its container may still be running: look in the portal, then start it again.`;
  const finishedAt = clock.now().toISOString();
  return runs.update(stored, endOfRun(stored.value, { state: 'failed', failure: 'not-started', reason, finishedAt }));
}
