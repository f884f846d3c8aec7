// Questions that many ask at the same time, and that are asked once.

import { untilAborted } from './clock.ts';

/** Asks, or waits for the answer to the same question that is in flight. */
export type SingleFlight<T> = (
  /** What is asked; the same for the same question. */
  key: string,
  ask: () => Promise<T>,
  /** Of this caller alone: the question goes on for the others, and so needs a deadline of its own. */
  signal: AbortSignal | undefined,
  /** Gives, or throws, what a caller gets that stops waiting. */
  otherwise: () => T,
) => Promise<T>;

/** Makes a {@link SingleFlight} with no question in flight. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const inFlight = new Map<string, Promise<T>>();
  return (key, ask, signal, otherwise) => {
    let answer = inFlight.get(key);
    if (answer === undefined) {
      answer = ask().finally(() => inFlight.delete(key));
      inFlight.set(key, answer);
    }
    return untilAborted(answer, signal, otherwise);
  };
}
