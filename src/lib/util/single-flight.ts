// Work that many ask for at the same time, done for all of them together.

/**
 * Makes a function that does `work` once for all who ask while it is being done: theirs begins when that has ended. So no
 * answer is older than the question, and it is never done twice at the same time.
 */
export function createSingleFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  return () => {
    if (next !== null) return next;
    const begin = () => {
      next = null;
      return work();
    };
    const asked = underWay.then(begin, begin);
    next = asked;
    underWay = asked;
    return asked;
  };
}
