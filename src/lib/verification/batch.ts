// Questions that are asked at about the same time go together: those of one turn of the event loop, and those that come
// while others are under way.

/** Asks about all of them at once; each has its answer. Rejects where none has. */
type AskAll<T> = (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/** Makes a function that asks about one thing, together with the others that are asked about at the time. */
export function createBatch<T>(askAll: AskAll<T>): (key: string) => Promise<T> {
  let next: Promise<ReadonlyMap<string, T>> | null = null;
  let keys = new Set<string>();
  let underWay: Promise<unknown> = Promise.resolve();

  async function askTogether(): Promise<ReadonlyMap<string, T>> {
    await underWay;
    await new Promise((resolve) => setImmediate(resolve));
    const together = [...keys];
    keys = new Set();
    next = null;
    const asked = askAll(together);
    underWay = asked.catch(() => {});
    return asked;
  }

  return async (key) => {
    keys.add(key);
    next ??= askTogether();
    const answer = (await next).get(key);
    if (answer === undefined) throw new Error(`There is no answer for ${key}.`);
    return answer;
  };
}
