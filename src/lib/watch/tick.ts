// One tick of the watcher: it moves every run that has not ended towards its end. It keeps nothing between
// ticks; two at once do no harm, since every change is conditional.

import { startDueJobs } from '../jobs/start-due.ts';
import type { Run } from '../runs/run.ts';
import { type InFlightState, StaleRunError, type StoredEntry } from '../runs/stores.ts';
import { isTickDue } from '../runs/timers.ts';
import { TIMING } from '../runs/timing.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { AppError } from '../util/errors.ts';
import { advance } from './advance.ts';
import { cleanHour } from './clean-hour.ts';
import type { WatchDependencies } from './dependencies.ts';
import { noteDeployment } from './deployment.ts';
import { removeKept } from './kept.ts';
import { removeLeftovers } from './leftovers.ts';
import { sumUpOutdated } from './outdated.ts';
import { pruneALittle } from './prune.ts';
import { keepRunningLogs } from './running-logs.ts';
import { byUrgency } from './urgency.ts';

/** Runs that are looked at side by side. */
const AT_ONCE = 16;

export interface WatchResult extends Pick<InFlightState, 'ticks' | 'deployedAt'> {
  readonly inFlight: number;
  /** Runs whose record the tick has changed. */
  readonly moved: number;
  /** Jobs that it has started. */
  readonly started: number;
  /** Runs that could not be moved on, and jobs that could not be started; the next tick tries again. */
  readonly failures: number;
  /** Whether the tick was recorded, as it is every few minutes. */
  readonly isRecorded: boolean;
}

/** One tick. An idle one makes a single query. @returns the timers' ticks as they were before this one. */
export async function watch(dependencies: WatchDependencies): Promise<WatchResult> {
  const found = await dependencies.inFlight.read();
  const deployedAt = await noteDeployment(dependencies, found);
  const { followed, ...done } = await moveOnAndStart(dependencies, { ...found, deployedAt });
  await removeLeftovers(dependencies, found.leftovers);
  await removeKept(dependencies, found.kept);
  await sumUpOutdated(dependencies, found.outdated);
  const isRecorded = await recordNowAndThen(dependencies, found, done.failures);
  // As often: what a container wrote outlives its end only where it was read before.
  if (isRecorded) await keepRunningLogs(dependencies, followed);
  return { inFlight: found.entries.length, ...done, isRecorded, ticks: found.ticks, deployedAt };
}

/** Moves the runs on, then starts the jobs whose time has come. @param found as it was just read. */
export async function moveOnAndStart(
  dependencies: WatchDependencies,
  found: InFlightState,
): Promise<Moved & { readonly started: number }> {
  const moved = await moveOn(dependencies, found.entries);
  const { started, failures } = await startDueJobs(dependencies, found, moved.followed);
  return { ...moved, started, failures: moved.failures + failures };
}

interface Moved {
  /** Runs that could not be moved on; the next tick tries those again. */
  readonly failures: number;
  /** Those whose record was changed. */
  readonly moved: number;
  /** All that could be read and moved on, as they then are. */
  readonly followed: readonly Run[];
}

async function moveOn(dependencies: WatchDependencies, entries: readonly StoredEntry[]): Promise<Moved> {
  let failures = 0;
  let moved = 0;
  const followed: Run[] = [];
  await forEachAtMost(AT_ONCE, byUrgency(entries, dependencies.entries), async (entry) => {
    try {
      const found = await follow(dependencies, entry);
      if (found === null) return;
      const { run, isMoved } = found;
      followed.push(run);
      if (isMoved) moved += 1;
      // It was left where it is.
      if (run.attempt?.outOfSightSince) failures += 1;
    } catch (error) {
      if (error instanceof StaleRunError) return;
      failures += 1;
      dependencies.log.warn(
        { err: error, model: entry.model, runId: entry.runId },
        'run not moved on; the next tick tries again',
      );
    }
  });
  return { failures, moved, followed };
}

/** @returns the run as it then is; null where there is none to follow. */
async function follow(
  dependencies: WatchDependencies,
  entry: StoredEntry,
): Promise<{ readonly run: Run; readonly isMoved: boolean } | null> {
  const { runs, inFlight, clock, log } = dependencies;
  const stored = await runs.get(entry.model, entry.runId);
  if (stored === 'unreadable') {
    log.error({ model: entry.model, runId: entry.runId }, 'run in flight cannot be read');
    return null;
  }
  if (stored !== null) {
    const { value: run, etag } = await advance(dependencies, stored, entry);
    return { run, isMoved: etag !== stored.etag };
  }
  // The claim was lost to another trigger, or is still on its way: give it time, then make sure that it
  // can never come.
  const ageMs = clock.now().getTime() - entry.writtenAt.getTime();
  if (ageMs >= TIMING.entryGraceMs && (await runs.voidRun(entry.model, entry.runId))) await inFlight.remove(entry);
  return null;
}

/**
 * Every few minutes only: that is cheap, and often enough. Old runs are removed on the same occasion, and after an hour
 * without a failure the heartbeat is sent. The first failure is written down at once, since it ends such an hour.
 */
async function recordNowAndThen(
  dependencies: WatchDependencies,
  { ticks }: InFlightState,
  failures: number,
): Promise<boolean> {
  const { clock, inFlight, log, heartbeat } = dependencies;
  const now = clock.now();
  const last = ticks.watcher;
  const memory = new URLSearchParams(last?.note);
  const hour = cleanHour(last, timeOf(memory.get(CLEAN_SINCE)), failures, now);
  const isBroken = hour.cleanSince === null && memory.has(CLEAN_SINCE);
  if (!isTickDue(last, now) && !isBroken) return false;
  const swept = await pruneALittle(dependencies, memory.get(SWEPT) ?? '').catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error }, 'old runs not cleared');
    return memory.get(SWEPT) ?? '';
  });
  memory.set(SWEPT, swept);
  const isSent = heartbeat !== null && hour.isOver && (await heartbeat(`hour since ${hour.cleanSince?.toISOString()}`));
  const cleanSince = isSent ? now : hour.cleanSince;
  // Without a heartbeat nobody needs it, and the end of such an hour would be written down in vain.
  if (heartbeat === null || cleanSince === null) memory.delete(CLEAN_SINCE);
  else memory.set(CLEAN_SINCE, cleanSince.toISOString());
  await inFlight.recordTick('watcher', { at: now, note: memory.toString() });
  return true;
}

/** What the note of the watcher's tick holds: how far the clearing of old runs is, and since when all went well. */
const SWEPT = 'swept';
const CLEAN_SINCE = 'cleanSince';

function timeOf(text: string | null): Date | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time);
}
