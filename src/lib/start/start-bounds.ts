// How many executions may be started on a day (UTC), by all callers together: for rounds, and beside them for tests, so
// that tests use up nothing that a round needs. What counts is a start that was sent and not refused.

import { Refusal } from '../compute/platform.ts';
import { TooManyStartsError } from '../util/errors.ts';
import { type Bounds, type CountDependencies, createStartCount, type Kind } from './start-count.ts';

export interface StartBounds {
  /**
   * Holds one start of the day while `work` is done, which another start may have after that.
   * @throws {TooManyStartsError} where there is none left; whatever `work` throws.
   */
  holding<T>(isTest: boolean, work: () => Promise<T>): Promise<T>;
  /**
   * Sends a start as one of the day's.
   * @throws {Refusal} where there is none left; whatever `send` throws.
   */
  within<T>(isTest: boolean, send: () => Promise<T>): Promise<T>;
}

/** Gets each bound that is reached, once a day. It must not throw. */
type OnExceeded = (error: TooManyStartsError) => Promise<void>;
/** The bounds as one invocation has them. */
type BoundsFor = (onExceeded: OnExceeded) => StartBounds;

/** What is not set: enough for every attempt of every model, a few times over. */
export function boundsOf(
  settings: { readonly maxStartsPerDay: number | undefined; readonly maxTestStartsPerDay: number },
  models: number,
): Bounds {
  return {
    starts: settings.maxStartsPerDay ?? Math.max(50, 20 * models),
    testStarts: settings.maxTestStartsPerDay,
  };
}

const DAY_MS = 24 * 3_600_000;

/** Makes the bounds of this process. */
export function createStartBounds(dependencies: CountDependencies): BoundsFor {
  const { clock, bounds } = dependencies;
  const count = createStartCount(dependencies);
  const reported = new Set<string>();

  function exceededNow(kind: Kind): TooManyStartsError {
    const today = count.day();
    return new TooManyStartsError({
      isTest: kind === 'testStarts',
      bound: bounds[kind],
      day: today,
      retryAfterMs: Math.max(1000, Date.parse(`${today}T00:00:00Z`) + DAY_MS - clock.now().getTime()),
    });
  }

  async function refuse(kind: Kind, onExceeded: OnExceeded): Promise<TooManyStartsError> {
    const error = exceededNow(kind);
    const key = `${error.day} ${kind}`;
    if (!reported.has(key)) await onExceeded(error);
    reported.add(key);
    return error;
  }

  /** @returns what gives it back. */
  async function take(isTest: boolean, onExceeded: OnExceeded): Promise<() => void> {
    const kind = isTest ? 'testStarts' : 'starts';
    const giveBack = await count.take(kind);
    if (giveBack === null) throw await refuse(kind, onExceeded);
    return giveBack;
  }

  return (onExceeded) => ({
    async holding(isTest, work) {
      const giveBack = await take(isTest, onExceeded);
      return work().finally(giveBack);
    },

    async within(isTest, send) {
      const giveBack = await take(isTest, onExceeded).catch((error: unknown) => {
        if (!(error instanceof TooManyStartsError)) throw error;
        const { message: reason, retryAfterMs } = error;
        throw new Refusal({ failure: 'not-started', reason }, { retryAfterMs });
      });
      try {
        return await send();
      } catch (error) {
        // Nothing runs so far; what may arrive yet is counted when it is repeated.
        if (error instanceof Refusal) giveBack();
        throw error;
      }
    },
  });
}
