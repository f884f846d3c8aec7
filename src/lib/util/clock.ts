// Time as a dependency: nothing in the app reads the system's clock or waits by itself.

import { setTimeout } from 'node:timers/promises';

/** The time, and waiting. The app has one; tests drive their own. */
export interface Clock {
  /** The present moment. */
  now(): Date;
  /**
   * Resolves after `milliseconds`; at once and without an error when `signal` is aborted, so that a
   * caller that has stopped waiting leaves no timer behind.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The day in UTC, such as `2026-04-28`. */
export function utcDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The hour of a moment in UTC: `2026-04-07T12`. */
export function utcHour(moment: Date): string {
  return moment.toISOString().slice(0, 13);
}

/** A time in UTC for people, to the minute: `2026-04-28 12:40 UTC`. */
export function utcMinute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** To the second, where minutes do not tell two times apart: `2026-04-28 12:40:05 UTC`. */
export function utcSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** As {@link utcMinute}, without the day where that is the day of `now`: `12:40 UTC`. */
export function utcMinuteFrom(now: Date, time: Date): string {
  return utcMinute(time).replace(`${utcDay(now)} `, '');
}

/** Milliseconds from `since` (ISO 8601) to `now`. */
export function ageMs(since: string, now: Date): number {
  return now.getTime() - Date.parse(since);
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    setTimeout(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    }),
};

/**
 * Runs `work` with a signal that is aborted after `milliseconds`, or when `outer` is. The work decides
 * what an abort means; nothing is thrown here.
 */
export async function withTimeLimit<T>(
  clock: Clock,
  milliseconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const done = new AbortController();
  clock.sleep(milliseconds, done.signal).then(() => {
    if (!done.signal.aborted) limit.abort();
  });
  try {
    return await work(outer === undefined ? limit.signal : AbortSignal.any([outer, limit.signal]));
  } finally {
    done.abort();
  }
}

/**
 * Waits for `work` for at most `milliseconds`, or until `outer` is aborted: then the result is what `otherwise` gives or
 * throws, and the work goes on alone unless it heeds its signal.
 */
export function atMost<T>(
  clock: Clock,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
  otherwise: () => T,
  outer?: AbortSignal,
): Promise<T> {
  return withTimeLimit(clock, milliseconds, outer, (signal) => untilAborted(work(signal), signal, otherwise));
}

/**
 * Waits for `work`, but no longer than until `signal` is aborted: then the result is what `otherwise`
 * gives or throws, and the work goes on alone.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined, otherwise: () => T): Promise<T> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<void>();
  if (signal.aborted) aborted.resolve();
  const onAbort = () => aborted.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([aborted.promise.then(otherwise), work]).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
}
