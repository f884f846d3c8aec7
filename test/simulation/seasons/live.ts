// Lets a season happen: the script, and the app's timers. A timer fires in one instance at a time: a tick that is
// due while one runs is left out.

import type { Round } from '../../../local/emulators/numerai/schedules.ts';
import type { ExternalCalls } from '../world/external-calls.ts';
import { MINUTE } from './scenarios.ts';
import { scriptOf } from './script.ts';
import type { Season } from './season.ts';

/** The app's timers, as far as there are any. */
export interface Timers {
  /** @returns whether anything is in flight. */
  readonly watch?: () => Promise<boolean>;
  /** @returns whether it started anything. */
  readonly fallback?: () => Promise<boolean>;
}

/** The fallback ticks every five minutes, as in Azure; hours from any opening and closing, every hour will do. */
const FALLBACK_MS = 5 * MINUTE;
const IDLE_FALLBACK_MS = 60 * MINUTE;
const BEFORE_MS = 30 * MINUTE;
const AFTER_MS = 90 * MINUTE;

/** Says that something has been started, so that the watcher has work. */
export class Started {
  #resolve: () => void = () => {};
  #promise = Promise.resolve();

  constructor() {
    this.#wait();
  }

  say(): void {
    this.#resolve();
  }

  /** Resolves when it is said, at once where it has been since it was last asked. */
  async heard(): Promise<void> {
    await this.#promise;
    this.#wait();
  }

  #wait(): void {
    this.#promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

/** Throws what the app threw, if it did. */
export async function live(season: Season, calls: ExternalCalls, timers: Timers, started: Started): Promise<void> {
  const { world, end } = season;
  const { clock } = world;
  const failures: unknown[] = [];
  const launch = (work: () => Promise<unknown>) => void work().catch((error: unknown) => failures.push(error));
  const sleepUntil = (at: number) => clock.sleep(at - clock.now().getTime());

  launch(async () => {
    for (const { at, happen } of scriptOf(season)) {
      await sleepUntil(at);
      launch(async () => happen());
    }
  });
  const { watch, fallback } = timers;
  if (fallback !== undefined)
    launch(async () => {
      const isAround = aroundRounds(season.rounds);
      for (;;) {
        const now = clock.now().getTime();
        if (await fallback()) started.say();
        await sleepUntil(now + (isAround(now) ? FALLBACK_MS : IDLE_FALLBACK_MS));
      }
    });
  if (watch !== undefined)
    launch(async () => {
      for (;;) {
        await started.heard();
        do await sleepUntil((Math.floor(clock.now().getTime() / MINUTE) + 1) * MINUTE);
        while (await watch());
      }
    });
  await calls.run(() => failures.length > 0, end);
  if (failures.length > 0) throw failures[0];
}

function aroundRounds(rounds: readonly Round[]): (now: number) => boolean {
  const near = rounds.flatMap(({ openTime, closeStakingTime }) =>
    [openTime.getTime(), closeStakingTime.getTime()].map((at) => [at - BEFORE_MS, at + AFTER_MS]),
  );
  return (now) => near.some(([from = 0, to = 0]) => now >= from && now <= to);
}
