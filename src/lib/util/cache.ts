// Answers that are kept for a while. Of many that ask the same at the same time, one does.

import type { Clock } from './clock.ts';

/** Gives the answer that is kept, where it is no older than the caller takes; else asks. */
export type Cache<T> = (key: string, ask: () => Promise<T>, atMostOldMs?: number) => Promise<T>;

/** @param keptMs for how long an answer is used. What is thrown is not kept. */
export function createCache<T>(clock: Clock, keptMs: (answer: T) => number): Cache<T> {
  const kept = new Map<string, { readonly answer: T; readonly at: number; readonly until: number }>();
  const inFlight = new Map<string, Promise<T>>();

  async function askAndKeep(key: string, ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask();
      const at = clock.now().getTime();
      kept.set(key, { answer, at, until: at + keptMs(answer) });
      return answer;
    } finally {
      inFlight.delete(key);
    }
  }

  return async (key, ask, atMostOldMs = Number.POSITIVE_INFINITY) => {
    const known = kept.get(key);
    const now = clock.now().getTime();
    // What is from the future was kept before the clock was set back: nobody knows how old it is.
    const isKept = known !== undefined && known.at <= now && now < Math.min(known.until, known.at + atMostOldMs);
    if (isKept) return known.answer;
    const asked = inFlight.get(key) ?? askAndKeep(key, ask);
    inFlight.set(key, asked);
    return asked;
  };
}
