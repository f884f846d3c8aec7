// Answers that are kept for a while. Of many that ask the same at the same time, one does.

import { type Clock, untilAborted } from './clock.ts';

export interface Question<T> {
  /** The same for the same question. */
  readonly key: string;
  readonly ask: () => Promise<T>;
  /** Of this caller alone: the question goes on for the others, and so needs a deadline of its own. */
  readonly signal: AbortSignal | undefined;
  /** Gives, or throws, what a caller gets that stops waiting. */
  readonly otherwise: () => T;
}

/** @param keptMs for how long an answer is used. What is thrown is not kept. */
export function createCache<T>(
  clock: Clock,
  keptMs: (answer: T) => number,
): (question: Question<T>) => Promise<T> {
  const kept = new Map<string, { readonly answer: T; readonly until: number }>();
  const inFlight = new Map<string, Promise<T>>();

  async function askAndKeep({ key, ask }: Question<T>): Promise<T> {
    try {
      const answer = await ask();
      kept.set(key, { answer, until: clock.now().getTime() + keptMs(answer) });
      return answer;
    } finally {
      inFlight.delete(key);
    }
  }

  return async (question) => {
    const { key, signal, otherwise } = question;
    const known = kept.get(key);
    if (known !== undefined && clock.now().getTime() < known.until) return known.answer;
    const asked = inFlight.get(key) ?? askAndKeep(question);
    inFlight.set(key, asked);
    return untilAborted(asked, signal, otherwise);
  };
}
