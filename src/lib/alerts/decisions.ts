// Is there something to tell? Pure functions of what the app knows; alerts.ts carries them out.

import { hasEnded, isGood, type Run } from '../runs/run.ts';
import type { Ticks, Timer } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import type { Problem, RunFacts } from './alert.ts';

/** Longest reason that an alert carries, in UTF-16 units; the run's page has all of it. */
const REASON_MAX = 1_500;

/** As much of a run as an alert carries. */
export function runFacts(run: Run): RunFacts {
  const { id, attempt, state, reason } = run;
  return {
    id,
    attempt: attempt?.number ?? 0,
    state,
    reason: reason === null ? null : reason.slice(0, REASON_MAX),
  };
}

/**
 * What is to be reported of a run that has ended. A test run uses up no round, an operator knows what was
 * cancelled, and a round that nobody started has its own alert.
 */
export function decideOnEndedRun(run: Run): 'failure' | 'recovery' | 'nothing' {
  if (run.isTest || !hasEnded(run)) return 'nothing';
  if (isGood(run)) return 'recovery';
  if (run.failure === null || run.failure === 'cancelled' || run.failure === 'round-missed')
    return 'nothing';
  return 'failure';
}

/** Whether a round that is still open, and has no good submission yet, is about to close. */
export function isAboutToClose(closeTime: Date, now: Date, minutesBefore: number): boolean {
  const leftMs = closeTime.getTime() - now.getTime();
  return leftMs > 0 && leftMs < minutesBefore * 60_000;
}

/**
 * What one timer says of the other. Where its own last tick is old as well, the whole app was down, and
 * the other may only not have had its turn yet: the next tick tells. A timer that has never run is left
 * to the dashboard: the app may be new.
 */
export function decideOnTimer(
  ticks: Ticks,
  seenBy: Timer,
  now: Date,
): { readonly kind: 'late'; readonly alert: Problem } | { readonly kind: 'recent' | 'unclear' } {
  const isRecent = (tick: NonNullable<Ticks[Timer]>) =>
    now.getTime() - tick.at.getTime() < TIMING.tickLateMs;
  const other: Timer = seenBy === 'watcher' ? 'fallback' : 'watcher';
  const [own, watched] = [ticks[seenBy], ticks[other]];
  if (watched === undefined) return { kind: 'unclear' };
  if (isRecent(watched)) return { kind: 'recent' };
  if (own === undefined || !isRecent(own)) return { kind: 'unclear' };
  const lastTickAt = watched.at.toISOString();
  return {
    kind: 'late',
    alert:
      other === 'watcher'
        ? { kind: 'watcher-late', lastTickAt }
        : { kind: 'fallback-late', lastTickAt },
  };
}

/** How long before its end a secret is told of. */
const SECRET_WARNING_MS = 7 * 24 * 3600_000;

/** Whether a secret expires soon, or has; null: it does not expire. */
export function isExpiring(expiresOn: Date | null, now: Date): boolean {
  return expiresOn !== null && expiresOn.getTime() - now.getTime() < SECRET_WARNING_MS;
}
