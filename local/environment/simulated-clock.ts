import type { Clock } from '../../src/lib/util/clock.ts';

interface Sleeper {
  at: number;
  wake: () => void;
}

/**
 * A clock that moves only when it is advanced. Sleepers wake in the order of their times, and each reads the time
 * that it has waited for.
 */
export class SimulatedClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start: Date | string) {
    this.#now = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || milliseconds <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        // Whole milliseconds, like `Date`: otherwise the clock could not be moved to exactly this time.
        at: this.#now + Math.ceil(milliseconds),
        wake: () => this.#end(sleeper, stop, signal, resolve),
      };
      const stop = () => sleeper.wake();
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** When the next sleeper wakes; null if there is none. */
  get nextWake(): Date | null {
    const next = this.#next();
    return next === undefined ? null : new Date(next.at);
  }

  /** Moves to `moment` and wakes all sleepers up to then. Never moves backwards. */
  async advanceTo(moment: Date): Promise<void> {
    const target = moment.getTime();
    // Work that has just begun gets to its first sleep before time passes it by.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (let next = this.#next(); next !== undefined && next.at <= target; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#now = Math.max(this.#now, target);
  }

  /** Moves forward by `milliseconds`. */
  advance(milliseconds: number): Promise<void> {
    return this.advanceTo(new Date(this.#now + milliseconds));
  }

  #next(): Sleeper | undefined {
    return this.#sleepers.reduce<Sleeper | undefined>(
      (first, sleeper) => (first === undefined || sleeper.at < first.at ? sleeper : first),
      undefined,
    );
  }

  #end(sleeper: Sleeper, stop: () => void, signal: AbortSignal | undefined, resolve: () => void): void {
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    signal?.removeEventListener('abort', stop);
    resolve();
  }
}
