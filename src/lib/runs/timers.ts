// Do the timers run? And was the app deployed a moment ago? Each question has its one answer here.

import type { Tick } from './stores.ts';
import { isFarAhead, TIMING } from './timing.ts';

/** Whether a timer has written down lately that it ran. */
export function isRecentTick(tick: Tick | undefined, now: Date): boolean {
  return tick !== undefined && !isFarAhead(tick.at, now) && now.getTime() - tick.at.getTime() < TIMING.tickLateMs;
}

/** Whether a timer that ticks now writes that down: every few minutes, and in the place of what a wrong clock has written. */
export function isTickDue(last: Tick | undefined, now: Date): boolean {
  return last === undefined || isFarAhead(last.at, now) || now.getTime() - last.at.getTime() >= TIMING.tickRecordMs;
}

/**
 * When a timer that does not run until then counts as silent. One that has never run, or of which nobody knows when it did,
 * is silent once the app has been deployed for long enough: after a clock was set back, a timer of Azure's waits until it is
 * as late as it was.
 * @param deployedAt null where nobody has written it down yet; then null.
 */
export function silentFrom(tick: Tick | undefined, deployedAt: Date | null, now: Date): Date | null {
  const since = ranAt(tick, deployedAt, now);
  return since === null ? null : new Date(since.getTime() + TIMING.tickLateMs);
}

/** Since when a timer that should run has not, or null where nothing is wrong. */
export function silentSince(tick: Tick | undefined, deployedAt: Date | null, now: Date): Date | null {
  const from = silentFrom(tick, deployedAt, now);
  return from !== null && from <= now ? ranAt(tick, deployedAt, now) : null;
}

/** When a timer last ran; null where it never has, or a wrong clock has written down when: nobody knows then. */
export function lastRan(tick: Tick | undefined, now: Date): Date | null {
  return tick === undefined || isFarAhead(tick.at, now) ? null : tick.at;
}

function ranAt(tick: Tick | undefined, deployedAt: Date | null, now: Date): Date | null {
  return lastRan(tick, now) ?? deployedAt;
}

/** A role, a policy or a name that a deployment has made is known everywhere after this, milliseconds. */
const FRESH_MS = 60 * 60_000;

/**
 * Whether the app was deployed, rolled back or configured anew so lately that a permission that is missing, or a resource
 * that is not found, may be there in a moment: Azure says that a role assignment takes up to ten minutes, and now and
 * then it takes longer.
 * @param deployedAt null where nobody has written it down yet.
 */
export function isFreshDeployment(deployedAt: Date | null, now: Date): boolean {
  return deployedAt !== null && now.getTime() - deployedAt.getTime() < FRESH_MS;
}
