// After the end of a run: it is reported, its log is kept, and what the platform still has of it is removed, or
// listed where that is refused. The entry of the in-flight index goes last, when the run is in its model's summary, so a
// tick that dies repeats all of it.

import { hasAttempt } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import type { Stored, StoredEntry } from '../runs/stores.ts';
import { sumUp } from '../runs/sum-up.ts';
import { TIMING } from '../runs/timing.ts';
import { discardAtEnd, listLeftover } from '../start/discard.ts';
import { ageMs } from '../util/clock.ts';
import { together } from '../util/sentences.ts';
import { keepLastLog } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';

/**
 * Does what is left to do for a run that has ended.
 * @param entry as the tick has read it; absent: the entry is left to the next tick.
 */
export async function cleanUp(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Entry | undefined,
  entry: StoredEntry | undefined,
): Promise<void> {
  const { runs, inFlight, clock, reportEnd } = dependencies;
  await reportEnd(stored.value);
  const kept = await keepLastLog(dependencies, stored, model);
  // A later tick may still get the log.
  if (kept === null) return;
  const run = kept.value;
  const isLate = ageMs(run.finishedAt ?? run.requestedAt, clock.now()) >= TIMING.clearingMs;
  const why = hasAttempt(run) ? await discardAtEnd(dependencies, run, model, isLate) : null;
  if (why === 'later' || entry === undefined) return;
  let last = kept;
  if (why !== null && hasAttempt(run)) {
    if (dependencies.platform.isOwn(run)) await listLeftover(dependencies, run, why);
    else last = await sayAtTheRun(dependencies, kept, why);
  }
  if (wasAddedAgain(entry, run)) await runs.update(last, {});
  await sumUp(dependencies, run.model);
  await inFlight.remove(entry);
}

/** Another attempt may be started in an existing group: nothing in it may be stopped later for this one. */
async function sayAtTheRun({ runs, log }: WatchDependencies, stored: Stored<Run>, why: string): Promise<Stored<Run>> {
  const { model, id: runId, reason } = stored.value;
  log.error({ model, runId, reason: why }, 'not stopped after the end of its run');
  const note = `${why} Its container may still be running: stop it in the portal.`;
  return runs.update(stored, { reason: together(reason, note) });
}

/**
 * Whether a trigger has added the entry to open the run again. It may be about to write the run: a write of ours
 * makes that one fail, and then the trigger adds the entry once more. An entry that is added after this tick has
 * read it has another ETag, and is not removed.
 */
function wasAddedAgain({ writtenAt }: StoredEntry, run: Run): boolean {
  return writtenAt.toISOString() !== run.requestedAt;
}
