// How many executions may be started on a day (UTC), whoever asks: for rounds, and beside them for tests, so that tests
// use up nothing that a round needs. What counts is a start that was sent and not refused.

import { Refusal } from '../compute/platform.ts';
import type { DayOfStarts, StartCounter, Stored } from '../runs/stores.ts';
import { type Clock, untilAborted, utcDay, withTimeLimit } from '../util/clock.ts';
import { AppError, TooManyStartsError } from '../util/errors.ts';

export interface Bounds {
  readonly starts: number;
  readonly testStarts: number;
}
type Kind = keyof Bounds;

export interface StartBounds {
  /**
   * Holds one start of the day while `work` is done. The first that `work` sends within `held` is this one; where it
   * sends none, another may have it after that.
   * @param without what is asked where there is none left; null where it needs one as well.
   * @throws {TooManyStartsError} where there is none left; whatever `work` throws.
   */
  holding<T>(isTest: boolean, work: (held: StartBounds) => Promise<T>, without: () => Promise<T | null>): Promise<T>;
  /**
   * Sends a start as one of the day's.
   * @throws {Refusal} where there is none left; whatever `send` throws.
   */
  within<T>(isTest: boolean, send: () => Promise<T>): Promise<T>;
}

interface BoundsDependencies {
  readonly counter: StartCounter;
  readonly clock: Clock;
  readonly bounds: Bounds;
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

/** A start waits no longer for the counter, and leaves it alone for a while after that. */
const COUNTER_MS = 2_000;
const LEFT_ALONE_MS = 20_000;
/** Instances that count at the same time make each other try again. */
const TRIES = 10;

/**
 * Makes the bounds of this process. The counter is one row: a process takes from it what its starts need, those that
 * wait at the same time in one write. Where the counter cannot be reached the round goes first: what was started is
 * counted with the next write, and the process alone keeps to the bound.
 */
export function createStartBounds({ counter, clock, bounds }: BoundsDependencies): BoundsFor {
  /** As it was last read or written. */
  let known: Stored<DayOfStarts> | null = null;
  let today = '';
  /** Counted, and not used: refused, or taken for those that wait. */
  let spare = { starts: 0, testStarts: 0 };
  let uncounted = { starts: 0, testStarts: 0 };
  const reported = new Set<string>();
  const waiting = { starts: 0, testStarts: 0 };
  let leftAloneUntil = 0;
  let queue: Promise<unknown> = Promise.resolve();

  /** The count of today; of yesterday's row nothing but the ETag is used. */
  function countOf(kind: Kind): number {
    return (known?.value.day === today ? known.value[kind] : 0) + uncounted[kind];
  }

  function turnDay(): void {
    // Another instance's clock may be ahead.
    const day = [utcDay(clock.now()), known?.value.day ?? ''].sort().at(-1) ?? '';
    if (day === today) return;
    today = day;
    spare = { starts: 0, testStarts: 0 };
    uncounted = { starts: 0, testStarts: 0 };
  }

  function soon<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withTimeLimit(clock, COUNTER_MS, undefined, (signal) =>
      untilAborted(work(signal), signal, () => {
        throw new AppError('counter-late', 'The counter of starts does not answer.');
      }),
    );
  }

  async function read(): Promise<void> {
    known = (await soon((signal) => counter.read(signal))) ?? {
      value: { day: '', starts: 0, testStarts: 0 },
      etag: '',
    };
    turnDay();
  }

  /** @returns false where the bound is reached. */
  async function count(kind: Kind): Promise<boolean> {
    let isFresh = false;
    for (let tried = 0; tried < TRIES; tried += 1) {
      if (known === null) {
        await read();
        isFresh = true;
      }
      const room = bounds[kind] - countOf(kind);
      if (room <= 0 && isFresh && uncounted[kind] === 0) return false;
      if ((room > 0 || isFresh) && known !== null) {
        const taken = Math.max(0, Math.min(room, Math.max(1, waiting[kind])));
        const value = { day: today, starts: countOf('starts'), testStarts: countOf('testStarts') };
        const next = { ...value, [kind]: value[kind] + taken };
        const { etag: last } = known;
        const etag = await soon((signal) => counter.write(next, last, signal));
        if (etag !== null) {
          known = { value: next, etag };
          uncounted = { starts: 0, testStarts: 0 };
          spare[kind] += Math.max(0, taken - 1);
          return taken > 0;
        }
      }
      known = null;
    }
    throw new AppError('counter-race', 'Too many instances count their starts at once.');
  }

  /** @returns whether something may be started; one is counted then. */
  async function take(kind: Kind): Promise<boolean> {
    turnDay();
    if (spare[kind] > 0) {
      spare[kind] -= 1;
      return true;
    }
    try {
      if (clock.now().getTime() >= leftAloneUntil) return await count(kind);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      leftAloneUntil = clock.now().getTime() + LEFT_ALONE_MS;
    }
    if (countOf(kind) >= bounds[kind]) return false;
    uncounted[kind] += 1;
    return true;
  }

  function exceededNow(kind: Kind): TooManyStartsError {
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

  /** @returns what gives it back; null where there is none left. */
  async function takeOne(kind: Kind): Promise<(() => void) | null> {
    waiting[kind] += 1;
    const taking = queue
      .then(() => take(kind))
      .finally(() => {
        waiting[kind] -= 1;
      });
    queue = taking.catch(() => undefined);
    if (!(await taking)) return null;
    const day = today;
    return () => {
      if (day === today) spare[kind] += 1;
    };
  }

  return (onExceeded) => {
    const all: StartBounds = {
      async holding(isTest, work, without) {
        const kind = kindOf(isTest);
        const giveBack = await takeOne(kind);
        if (giveBack === null) {
          const done = await without();
          if (done !== null) return done;
          throw await refuse(kind, onExceeded);
        }
        let isHeld = true;
        const held: StartBounds = {
          ...all,
          within(isOfTest, send) {
            if (!isHeld || isOfTest !== isTest) return all.within(isOfTest, send);
            isHeld = false;
            return sendOne(giveBack, send);
          },
        };
        return work(held).finally(() => {
          if (isHeld) giveBack();
          isHeld = false;
        });
      },

      async within(isTest, send) {
        const kind = kindOf(isTest);
        const giveBack = await takeOne(kind);
        if (giveBack !== null) return sendOne(giveBack, send);
        const { message: reason, retryAfterMs } = await refuse(kind, onExceeded);
        throw new Refusal({ failure: 'not-started', reason }, { retryAfterMs });
      },
    };
    return all;
  };
}

async function sendOne<T>(giveBack: () => void, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    // Certainly nothing runs.
    if (error instanceof Refusal) giveBack();
    throw error;
  }
}

const DAY_MS = 24 * 3_600_000;

const kindOf = (isTest: boolean): Kind => (isTest ? 'testStarts' : 'starts');
