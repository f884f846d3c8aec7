// Lets a season happen to a policy: the script, the timers, and the lives of its instances. A timer fires in one
// instance at a time: a tick that is due while one runs is left out.

import type { Attempt } from '../app/record.ts';
import { HOUR, MINUTE } from './draw.ts';
import type { SeasonPlan } from './plan.ts';
import type { Living, Policy } from './policy.ts';
import { scriptOf } from './script.ts';
import { createSeason, type Season } from './season.ts';

/** Around openings and closes, and while there is work, the timers fire as in Azure; the watcher is let off a little. */
const AROUND_MS = 5 * MINUTE;
/** Where nothing is to be done, every hour will do; at the same moments, or each would miss the other. */
const IDLE_MS = HOUR;
const BEFORE_MS = HOUR;
const AFTER_MS = 30 * MINUTE;

/** A season as it went. */
export interface Lived {
  readonly season: Season;
  readonly attempts: readonly Attempt[] | null;
}

/** Throws what the policy threw, if it did. The season is the caller's to close. */
export async function live(plan: SeasonPlan, policy: Policy): Promise<Lived> {
  const season = await createSeason(plan, policy.groupsFor(plan.models));
  const { world, conditions, calls } = season;
  const { clock } = world;
  await policy.prepare(season);
  const failures: unknown[] = [];
  const launch = (work: () => Promise<unknown>) => void work().catch((error: unknown) => failures.push(error));
  const sleepUntil = (at: number, signal?: AbortSignal) => clock.sleep(at - clock.now().getTime(), signal);
  const now = () => clock.now().getTime();

  let count = 0;
  let living: Living | null = null;
  const alive = (): Living => {
    living ??= policy.start(season, ++count);
    return living;
  };
  const audience = {
    call: async (model: string, body: string) => {
      if (!conditions.appRuns(now())) return;
      const asked = alive();
      hasWork();
      await Promise.race([asked.webhook(model, body), asked.died]);
      hasWork();
    },
    die: () => {
      living?.die();
      living = null;
    },
  };
  const [watching, covering] = [new Wakeable(), new Wakeable()];
  /** Both timers go on as they do in Azure: each sees whether the other does. */
  const hasWork = () => {
    watching.hasWork();
    covering.hasWork();
  };
  launch(async () => {
    for (const { at, happen } of scriptOf(season, audience)) {
      await sleepUntil(at);
      launch(async () => happen());
    }
  });
  const nextQuietTick = quietTicks(plan);
  const tick =
    (work: ((app: Living) => (() => Promise<number>) | undefined) | undefined) =>
    async (): Promise<number | undefined> => {
      if (!conditions.appRuns(now()) || conditions.find('timers', now()) !== undefined) return undefined;
      const app = alive();
      const does = work?.(app);
      return does === undefined ? 0 : Promise.race([does(), app.died]);
    };
  const fallback = tick((app) => app.fallback);
  const watch = tick((app) => app.watch);
  if (alive().fallback !== undefined)
    launch(async () => {
      for (;;) {
        // One that died, or had no turn, may have left work.
        if ((await fallback()) !== 0) hasWork();
        await sleepUntil(now() + 1);
        await covering.rest((signal) => sleepUntil(nextQuietTick(now()), signal));
        await sleepUntil(nextMultiple(now() - 1, AROUND_MS));
      }
    });
  if (alive().watch !== undefined)
    launch(async () => {
      for (;;) {
        await watching.rest((signal) => sleepUntil(nextQuietTick(now()), signal));
        await sleepUntil(nextMultiple(now() - 1, MINUTE));
        if ((await watch()) !== 0) hasWork();
        // The tick is over within its minute, mostly; the next one is at the next.
        await sleepUntil(now() + 1);
      }
    });
  try {
    await calls.run(() => failures.length > 0, plan.end);
    if (failures.length > 0) throw failures[0];
    audience.die();
    return { season, attempts: await policy.record(season) };
  } catch (error) {
    await season.close();
    throw error;
  }
}

/** A rest that ends when there is work. */
class Wakeable {
  #work = false;
  #waker: AbortController | null = null;

  hasWork(): void {
    this.#work = true;
    this.#waker?.abort();
  }

  /** Ends at once where there was work since the last rest. */
  async rest(sleep: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (!this.#work) {
      this.#waker = new AbortController();
      await sleep(this.#waker.signal);
      this.#waker = null;
    }
    this.#work = false;
  }
}

const nextMultiple = (at: number, every: number) => (Math.floor(at / every) + 1) * every;

function quietTicks({ rounds }: SeasonPlan): (at: number) => number {
  const edges = new Set(
    rounds.flatMap(({ plannedOpen, open }) => [plannedOpen, ...open.flatMap(({ from, to }) => [from, to])]),
  );
  const sorted = [...edges].sort((one, other) => one - other);
  const isAround = (at: number) => sorted.some((edge) => at >= edge - BEFORE_MS && at <= edge + AFTER_MS);
  return (at) => {
    const soon = nextMultiple(at, AROUND_MS);
    return isAround(soon) ? soon : nextMultiple(at, IDLE_MS);
  };
}
