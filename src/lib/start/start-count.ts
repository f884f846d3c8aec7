// The day's count of starts, as one process keeps it. The counter is one row: a process takes from it what its starts
// need, those that wait at the same time in one write. Where the counter cannot be reached the round goes first: what was
// started is counted with the next write, and the process alone keeps to the bound.

import type { DayOfStarts, StartCounter, Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { atMost, type Clock, utcDay } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';

/** How many executions may be started on a day. */
export interface Bounds {
  readonly starts: number;
  readonly testStarts: number;
}
export type Kind = keyof Bounds;

export interface CountDependencies {
  readonly counter: StartCounter;
  readonly clock: Clock;
  readonly bounds: Bounds;
}

/** One start of the day, taken. */
export interface Taken {
  /** It was refused: the next one of this process has it, since it is repeated soon. */
  keep(): void;
  /** It was not needed: it goes back to the day, for all processes. */
  giveBack(): void;
}

export interface StartCount {
  /** Takes one start of the day; null where the bound is reached, less what is to stay free. */
  take(kind: Kind, keptFree: number): Promise<Taken | null>;
  /** The day (UTC) that is counted. */
  day(): string;
}

/** A start waits no longer for the counter, and leaves it alone for a while after that. */
const COUNTER_MS = 2_000;
const LEFT_ALONE_MS = 20_000;
/** Instances that count at the same time make each other try again. */
const TRIES = 10;

/** Makes the count of this process. */
export function createStartCount({ counter, clock, bounds }: CountDependencies): StartCount {
  /** As it was last read or written. */
  let known: Stored<DayOfStarts> | null = null;
  let today = '';
  /** Counted, and not used: refused, or taken for those that wait. */
  let spare = { starts: 0, testStarts: 0 };
  let uncounted = { starts: 0, testStarts: 0 };
  const waiting = { starts: 0, testStarts: 0 };
  let leftAloneUntil = 0;
  let queue: Promise<unknown> = Promise.resolve();

  /** The count of today; of yesterday's row nothing but the ETag is used. */
  function countOf(kind: Kind): number {
    return (known?.value.day === today ? known.value[kind] : 0) + uncounted[kind];
  }

  function turnDay(): void {
    // Another instance's clock may be ahead, so that it counts the next day already. What is further ahead was written by
    // a clock that was wrong: it must not hold up what is started until then.
    const now = clock.now();
    const soon = utcDay(new Date(now.getTime() + TIMING.farAheadMs));
    const day = known?.value.day === soon ? soon : utcDay(now);
    if (day === today) return;
    today = day;
    spare = { starts: 0, testStarts: 0 };
    uncounted = { starts: 0, testStarts: 0 };
  }

  function soon<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return atMost(clock, COUNTER_MS, work, () => {
      throw new AppError('counter-late', 'The counter of starts does not answer.');
    });
  }

  async function read(): Promise<void> {
    known = (await soon((signal) => counter.read(signal))) ?? {
      value: { day: '', starts: 0, testStarts: 0 },
      etag: '',
    };
    turnDay();
  }

  /** @returns false where the bound is reached. */
  async function count(kind: Kind, keptFree: number): Promise<boolean> {
    let isFresh = false;
    for (let tried = 0; tried < TRIES; tried += 1) {
      if (known === null) {
        await read();
        isFresh = true;
      }
      const room = bounds[kind] - keptFree - countOf(kind);
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
  async function takeOne(kind: Kind, keptFree: number): Promise<boolean> {
    turnDay();
    if (spare[kind] > 0 && keptFree === 0) {
      spare[kind] -= 1;
      return true;
    }
    try {
      if (clock.now().getTime() >= leftAloneUntil) return await count(kind, keptFree);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      leftAloneUntil = clock.now().getTime() + LEFT_ALONE_MS;
    }
    if (countOf(kind) >= bounds[kind] - keptFree) return false;
    uncounted[kind] += 1;
    return true;
  }

  /**
   * What nobody here waits for is counted no longer, so that other processes have it: all but one, for the next call.
   * Where that fails it stays spare.
   */
  async function returnSpare(kind: Kind): Promise<void> {
    turnDay();
    for (let tried = 0; tried < TRIES && waiting[kind] === 0 && spare[kind] > 1; tried += 1) {
      if (known === null) await read();
      if (known === null || known.value.day !== today) return;
      const returned = spare[kind] - 1;
      const { etag: last, value } = known;
      const next = { ...value, [kind]: Math.max(0, value[kind] - returned) };
      const etag = await soon((signal) => counter.write(next, last, signal));
      known = etag === null ? null : { value: next, etag };
      if (etag !== null) spare[kind] -= returned;
    }
  }

  return {
    day: () => today,

    async take(kind, keptFree) {
      waiting[kind] += 1;
      const taking = queue
        .then(() => takeOne(kind, keptFree))
        .finally(() => {
          waiting[kind] -= 1;
        });
      queue = taking.catch(() => undefined);
      if (!(await taking)) return null;
      const day = today;
      const keep = (): void => {
        if (day === today) spare[kind] += 1;
      };
      const giveBack = (): void => {
        keep();
        // Those that wait for one have the spare ones first.
        queue = queue.then(() => returnSpare(kind)).catch(() => undefined);
      };
      return { keep, giveBack };
    },
  };
}
