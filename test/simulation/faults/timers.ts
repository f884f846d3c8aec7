// The timers of a history, each over all its instances: ticks as they are due, until the history is at rest.

import { isExpected } from '../app/instance.ts';
import type { Instances } from '../app/instances.ts';
import type { ExternalCalls } from '../world/external-calls.ts';
import { type History, ROUND_MS, type TimerPlan } from './history.ts';

export const TICK_MS = 60_000;
export const FALLBACK_TICK_MS = 5 * 60_000;
/** Not with the watcher. */
export const FALLBACK_AT_MS = 20_000;

/** Who got no good answer asks again. */
export const ASK_AGAIN_MS = 3 * 60_000;

interface TimersOptions {
  readonly history: History;
  readonly instances: Instances;
  readonly calls: ExternalCalls;
  readonly sinceOpening: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly isOver: () => boolean;
  /** Whether anything is yet to happen that is planned. */
  readonly isAnythingComing: () => boolean;
  /** When all disturbances are over, and the round is reviewed. */
  readonly calmAfter: number;
  /** Whether something is listed that Azure would not remove: that is tried again within the hour. */
  readonly isAnythingLeft: () => Promise<boolean>;
  readonly lookAtOverview: () => Promise<void>;
}

export class Timers {
  /** True once a tick in the calm found nothing left to do. */
  atRest = false;
  readonly #options: TimersOptions;
  /** Then nothing comes before the next tick of the fallback. */
  #isIdle = false;

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  /** All of the history's timers, each a task that lasts as long as it does. */
  tasks(): (() => Promise<void>)[] {
    const { history } = this.#options;
    const watchers = Array.from({ length: history.watchers }, (_, place) => () => this.#watch(place));
    const callers = history.httpEveryMs === null ? [] : [() => this.#call(history.httpEveryMs ?? 0)];
    return [...watchers, ...(history.fallback ? [() => this.#cover()] : []), ...callers];
  }

  async #watch(place: number): Promise<void> {
    const { history, instances, calls, sinceOpening, sleep, isOver, isAnythingComing, calmAfter } = this.#options;
    for (let tick = 1; !isOver(); tick += 1) {
      await sleep(tick * TICK_MS - sinceOpening());
      if (this.#isStopped('watcher')) continue;
      if (this.#isIdle && history.fallback && !isAnythingComing() && sinceOpening() <= calmAfter) continue;
      const ticking = instances.at(place);
      // A trigger that comes while it ticks may not have been seen by it.
      const wasCalm = !isAnythingComing();
      const watched = ticking.watch().catch((error: unknown) => {
        if (!isExpected(error)) throw error;
        return null;
      });
      const result = await Promise.race([watched, ticking.died]);
      // Whatever died or failed, and wherever another instance is.
      if (!this.#isIdle) await calls.hold(this.#options.lookAtOverview);
      if (result === undefined || result === null || isOver()) continue;
      const { inFlight, failures } = result;
      this.#isIdle = inFlight === 0 && failures === 0 && wasCalm;
      if (this.#isIdle && sinceOpening() > calmAfter) this.atRest = !(await calls.hold(this.#options.isAnythingLeft));
    }
  }

  async #cover(): Promise<void> {
    const { instances, sinceOpening, sleep, isOver } = this.#options;
    for (let tick = 1; !isOver(); tick += 1) {
      await sleep(tick * FALLBACK_TICK_MS + FALLBACK_AT_MS - sinceOpening());
      if (this.#isStopped('fallback')) continue;
      const ticking = instances.at(0);
      const ticked = ticking.fallback().catch((error: unknown) => {
        if (!isExpected(error)) throw error;
      });
      await Promise.race([ticked, ticking.died]);
      this.#isIdle = false;
    }
  }

  /** Calls by HTTP, such as those of a status page. They go to one instance: each takes the place of the timers by itself. */
  async #call(everyMs: number): Promise<void> {
    const { history, instances, sinceOpening, sleep, isOver } = this.#options;
    const until = history.opensAfterMs + (history.extended?.byMs ?? 0) + ROUND_MS;
    for (let call = 1; !isOver() && call * everyMs < until; call += 1) {
      await sleep(call * everyMs + CALL_AT_MS - sinceOpening());
      if (isOver()) return;
      const called = instances.at(history.instances - 1);
      await Promise.race([called.deputize(), called.died]);
      if (this.#isStopped('watcher') || this.#isStopped('fallback')) this.#isIdle = false;
    }
  }

  #isStopped(timer: TimerPlan['of']): boolean {
    const now = this.#options.sinceOpening();
    return this.#options.history.timers.some(({ of, from, to }) => of === timer && from <= now && now < to);
  }
}

/** With neither timer. */
export const CALL_AT_MS = 35_000;
