// Questions that many ask at the same time, and that are asked once.

/** Asks, or waits for the answer to the same question that is under way. */
export type Share<T> = (
  /** What is asked; the same for the same question. */
  key: string,
  ask: () => Promise<T>,
  /** Of this caller alone: the question goes on for the others, and so needs a deadline of its own. */
  signal: AbortSignal | undefined,
  /** Gives, or throws, what a caller gets who stops waiting. */
  otherwise: () => T,
) => Promise<T>;

/** Makes a {@link Share} that knows of no question yet. */
export function createShare<T>(): Share<T> {
  const underway = new Map<string, Promise<T>>();
  return (key, ask, signal, otherwise) => {
    const known = underway.get(key);
    if (known !== undefined) return waitFor(known, signal, otherwise);
    const asked = ask().finally(() => underway.delete(key));
    underway.set(key, asked);
    return waitFor(asked, signal, otherwise);
  };
}

function waitFor<T>(
  answer: Promise<T>,
  signal: AbortSignal | undefined,
  otherwise: () => T,
): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const stop = () => {
      try {
        resolve(otherwise());
      } catch (error) {
        reject(error);
      }
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
