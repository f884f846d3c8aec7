// Time as a dependency: nothing in the app reads the system's clock or waits by itself.

/** What tells the time and waits. The app has one; tests drive their own. */
export interface Clock {
  /** The present moment. */
  now(): Date;
  /**
   * Resolves after `milliseconds`; at once and without an error when `signal` is aborted, so that a
   * caller that has stopped waiting leaves no timer behind.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
