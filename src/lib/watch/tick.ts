// One tick of the watcher: it moves every run that has not ended towards its end. It keeps nothing between
// ticks; two at once do no harm, since every change is conditional.

import { type InFlightState, StaleRunError, type StoredEntry } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { advance } from './advance.ts';
import { cleanHour } from './clean-hour.ts';
import type { WatchDependencies } from './dependencies.ts';
import { noteDeployment } from './deployment.ts';
import { pruneALittle } from './prune.ts';

/** Runs that are looked at side by side. */
const AT_ONCE = 16;

export interface WatchResult extends Pick<InFlightState, 'ticks' | 'deployedAt'> {
  readonly inFlight: number;
  /** Runs that could not be moved on; the next tick tries again. */
  readonly failures: number;
  /** Whether the tick was recorded, as it is every few minutes. */
  readonly isRecorded: boolean;
}

/** One tick. An idle one makes a single query. @returns the timers' ticks as they were before this one. */
export async function watch(dependencies: WatchDependencies): Promise<WatchResult> {
  const found = await dependencies.inFlight.read();
  const deployedAt = await noteDeployment(dependencies, found);
  const failures = await moveOn(dependencies, found.entries);
  const isRecorded = await recordNowAndThen(dependencies, found, failures);
  return { inFlight: found.entries.length, failures, isRecorded, ticks: found.ticks, deployedAt };
}

/** Moves the runs on. @returns how many it could not move on; the next tick tries those again. */
export async function moveOn(dependencies: WatchDependencies, entries: readonly StoredEntry[]): Promise<number> {
  let failures = 0;
  await forEachAtMost(AT_ONCE, entries, async (entry) => {
    try {
      await follow(dependencies, entry);
    } catch (error) {
      if (error instanceof StaleRunError) return;
      failures += 1;
      dependencies.log.warn(
        { err: error, model: entry.model, runId: entry.runId },
        'run not moved on; the next tick tries again',
      );
    }
  });
  return failures;
}

async function follow(dependencies: WatchDependencies, entry: StoredEntry): Promise<void> {
  const { runs, inFlight, clock, log } = dependencies;
  const stored = await runs.get(entry.model, entry.runId);
  if (stored === 'unreadable') {
    log.error({ model: entry.model, runId: entry.runId }, 'run in flight cannot be read');
    return;
  }
  if (stored !== null) {
    await advance(dependencies, stored, entry);
    return;
  }
  // The claim was lost to another trigger, or is still on its way: give it time, then make sure that it
  // can never come.
  const ageMs = clock.now().getTime() - entry.writtenAt.getTime();
  if (ageMs < TIMING.entryGraceMs) return;
  if (await runs.voidRun(entry.model, entry.runId)) await inFlight.remove(entry);
}

/**
 * Every few minutes only: that is cheap, and often enough. Old runs are removed on the same occasion, and after an hour
 * without a failure somebody outside is told. The first failure is written down at once, since it ends such an hour.
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
  if (last !== undefined && now.getTime() - last.at.getTime() < TIMING.tickRecordMs && !isBroken) return false;
  const swept = await pruneALittle(dependencies, memory.get(SWEPT) ?? '').catch((error: unknown) => {
    log.warn({ err: error }, 'old runs not cleared');
    return memory.get(SWEPT) ?? '';
  });
  memory.set(SWEPT, swept);
  if (heartbeat !== null) {
    const isTold = hour.isOver && (await heartbeat(`hour since ${hour.cleanSince?.toISOString()}`));
    const cleanSince = isTold ? now : hour.cleanSince;
    if (cleanSince === null) memory.delete(CLEAN_SINCE);
    else memory.set(CLEAN_SINCE, cleanSince.toISOString());
  }
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
