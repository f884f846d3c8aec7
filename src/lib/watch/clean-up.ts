// After the end of a run: it is reported, its log is kept, and what the platform still has of it is removed. The
// entry of the in-flight index goes last, so a tick that dies repeats all of it.

import { hasAttempt } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import type { Stored, StoredEntry } from '../runs/stores.ts';
import { keepLastLog } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';

/**
 * Does what is left to do for a run that has ended.
 * @param entry as the tick has read it; absent: the entry is left to the next tick.
 */
export async function cleanUp(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Model | undefined,
  entry: StoredEntry | undefined,
): Promise<void> {
  const { platform, inFlight, reportEnd } = dependencies;
  await reportEnd(stored.value);
  const kept = await keepLastLog(dependencies, stored, model);
  // A later tick may still get the log.
  if (kept === null) return;
  const run = kept.value;
  // Accepted is not done: the next tick looks again.
  if (hasAttempt(run) && (await platform.discard(run)) !== 'gone') return;
  if (entry === undefined) return;
  if (wasAddedAgain(entry, run)) await dependencies.runs.update(kept, {});
  await inFlight.remove(entry);
}

/**
 * Whether a trigger has added the entry to open the run again. It may be about to write the run: a write of ours
 * makes that one fail, and then the trigger adds the entry once more. An entry that is added after this tick has
 * read it has another ETag, and is not removed.
 */
function wasAddedAgain({ writtenAt }: StoredEntry, run: Run): boolean {
  return writtenAt.toISOString() !== run.requestedAt;
}
