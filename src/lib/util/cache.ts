// Answers that are kept for a while. Of many that ask the same at the same time, one does.

import type { Clock } from './clock.ts';

/** Gives the answer that is kept, or asks. */
export type Cache<T> = (key: string, ask: () => Promise<T>) => Promise<T>;

/** @param keptMs for how long an answer is used. What is thrown is not kept. */
export function createCache<T>(clock: Clock, keptMs: (answer: T) => number): Cache<T> {
  const kept = new Map<string, { readonly answer: T; readonly until: number }>();
  const inFlight = new Map<string, Promise<T>>();

  async function askAndKeep(key: string, ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask();
      kept.set(key, { answer, until: clock.now().getTime() + keptMs(answer) });
      return answer;
    } finally {
      inFlight.delete(key);
    }
  }

  return async (key, ask) => {
    const known = kept.get(key);
    if (known !== undefined && clock.now().getTime() < known.until) return known.answer;
    const asked = inFlight.get(key) ?? askAndKeep(key, ask);
    inFlight.set(key, asked);
    return asked;
  };
}
