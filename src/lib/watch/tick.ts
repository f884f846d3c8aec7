// One tick of the watcher: it moves every run that has not ended towards its end. It keeps nothing between
// ticks; two at once do no harm, since every change is conditional.

import type { Run } from '../runs/run.ts';
import { StaleRunError, type StoredEntry, type Tick, type Ticks } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { advance } from './advance.ts';
import type { WatchDependencies } from './dependencies.ts';
import { removeLeftovers } from './leftovers.ts';
import { pruneALittle } from './prune.ts';
import { keepRunningLogs } from './running-logs.ts';

/** Runs that are looked at side by side. */
const AT_ONCE = 16;

export interface WatchResult {
  readonly inFlight: number;
  /** Runs that could not be moved on; the next tick tries again. */
  readonly failures: number;
  /** Whether the tick was recorded, as it is every few minutes. */
  readonly isRecorded: boolean;
  /** The timers' ticks as they were before this one. */
  readonly ticks: Ticks;
}

/** One tick. An idle one makes a single query. */
export async function watch(dependencies: WatchDependencies): Promise<WatchResult> {
  const { entries, leftovers, ticks } = await dependencies.inFlight.read();
  let failures = 0;
  const followed: Run[] = [];
  await forEachAtMost(AT_ONCE, entries, async (entry) => {
    try {
      const run = await follow(dependencies, entry);
      if (run !== null) followed.push(run);
    } catch (error) {
      if (error instanceof StaleRunError) return;
      failures += 1;
      dependencies.log.warn(
        { err: error, model: entry.model, runId: entry.runId },
        'run not moved on; the next tick tries again',
      );
    }
  });
  await removeLeftovers(dependencies, leftovers);
  const isRecorded = await recordNowAndThen(dependencies, ticks.watcher);
  // As often: what a container wrote outlives its end only where it was read before.
  if (isRecorded) await keepRunningLogs(dependencies, followed);
  return { inFlight: entries.length, failures, isRecorded, ticks };
}

/** @returns the run as it then is; null where there is none to follow. */
async function follow(dependencies: WatchDependencies, entry: StoredEntry): Promise<Run | null> {
  const { runs, inFlight, clock, log } = dependencies;
  const stored = await runs.get(entry.model, entry.runId);
  if (stored === 'unreadable') {
    log.error({ model: entry.model, runId: entry.runId }, 'run in flight cannot be read');
    return null;
  }
  if (stored !== null) return (await advance(dependencies, stored, entry)).value;
  // The claim was lost to another trigger, or is still on its way: give it time, then make sure that it
  // can never come.
  const ageMs = clock.now().getTime() - entry.writtenAt.getTime();
  if (ageMs >= TIMING.entryGraceMs && (await runs.voidRun(entry.model, entry.runId))) await inFlight.remove(entry);
  return null;
}

/** Every few minutes only: that is cheap, and often enough. Old runs are removed on the same occasion. */
async function recordNowAndThen(dependencies: WatchDependencies, last: Tick | undefined): Promise<boolean> {
  const { clock, inFlight, log } = dependencies;
  const now = clock.now();
  if (last !== undefined && now.getTime() - last.at.getTime() < TIMING.tickRecordMs) return false;
  const note = await pruneALittle(dependencies, last?.note ?? '').catch((error: unknown) => {
    log.warn({ err: error }, 'old runs not cleared');
    return last?.note ?? '';
  });
  await inFlight.recordTick('watcher', { at: now, note });
  return true;
}
