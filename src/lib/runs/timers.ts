// Do the timers run? And was the app deployed a moment ago? Each question has its one answer here.

import type { Tick } from './stores.ts';
import { TIMING } from './timing.ts';

/** Whether a timer has written down lately that it ran. */
export function isRecentTick(tick: Tick | undefined, now: Date): boolean {
  return tick !== undefined && now.getTime() - tick.at.getTime() < TIMING.tickLateMs;
}

/**
 * When a timer that does not run until then counts as silent: one that has never run, once the app has been deployed for
 * long enough.
 * @param deployedAt null where nobody has written it down yet; then null.
 */
export function silentFrom(tick: Tick | undefined, deployedAt: Date | null): Date | null {
  const since = tick?.at ?? deployedAt;
  return since === null ? null : new Date(since.getTime() + TIMING.tickLateMs);
}

/** Since when a timer that should run has not, or null where nothing is wrong. */
export function silentSince(tick: Tick | undefined, deployedAt: Date | null, now: Date): Date | null {
  const from = silentFrom(tick, deployedAt);
  return from !== null && from <= now ? (tick?.at ?? deployedAt) : null;
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
