import type { Clock } from '../../../src/lib/util/clock.ts';
import { refusals } from './errors.ts';

const MINUTE = 60_000;

/** Refuses calls beyond a number in any minute of the clock. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perMinute: number;
  #times: number[] = [];

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  take(): void {
    const now = this.#clock.now().getTime();
    this.#times = this.#times.filter((time) => time > now - MINUTE);
    if (this.#times.length >= this.#perMinute) throw refusals.rateLimit();
    this.#times.push(now);
  }
}
