// A history of a job: its times within half an hour, watchers, deaths, faults, and who else asks for it. Plain data, drawn
// from a seed. All times are milliseconds after noon.

import type { Fate } from '../../world/fate.ts';
import { between, chance, pick, type Random, randomFrom } from '../../world/random.ts';
import type { ContainerPlan, History } from '../history.ts';
import { disturbances, fates } from '../random-history.ts';

const MINUTE = 60_000;

interface AskPlan {
  readonly at: number;
  readonly by: 'webhook' | 'operator';
  readonly triggerId: string | null;
  readonly instance: number;
}

export interface JobHistory extends Pick<History, 'at' | 'disturbances' | 'skewMs' | 'instances' | 'watchers'> {
  readonly name: string;
  readonly seed: number;
  /** Its times are so many minutes apart, from noon to 12:24. */
  readonly everyMinutes: number;
  readonly overlap: 'skip' | 'allow';
  readonly maxAttempts: number;
  /** By the number of the start; the last one repeats. */
  readonly containers: readonly Pick<ContainerPlan, 'seconds' | 'exitCode'>[];
  readonly asks: readonly AskPlan[];
  /** All instances die at these times, and others take their place. */
  readonly restarts: readonly number[];
  /** When an operator cancels what runs; null: nobody does. */
  readonly cancelledAt: number | null;
}

/** No time of the job is later. */
export const LAST_MINUTE = 24;

/** A job each minute that does its work in half a minute, and nothing else. */
export function plainJob(changes: Partial<JobHistory> = {}): JobHistory {
  return {
    name: 'job',
    seed: 1,
    everyMinutes: 1,
    overlap: 'skip',
    maxAttempts: 3,
    containers: [{ seconds: 20, exitCode: 0 }],
    asks: [],
    restarts: [],
    cancelledAt: null,
    instances: 1,
    watchers: 1,
    at: new Map(),
    disturbances: [],
    skewMs: [0],
    ...changes,
  };
}

export function randomJob(seed: number): JobHistory {
  const random = randomFrom(seed + 9_000_000);
  const instances = between(random, 1, 4);
  const at = fates(random, 250);
  return plainJob({
    name: `job, seed ${seed}`,
    seed,
    everyMinutes: pick(random, [1, 1, 2, 5] as const),
    overlap: pick(random, ['skip', 'skip', 'allow'] as const),
    maxAttempts: between(random, 1, 3),
    containers: [
      ...Array.from({ length: between(random, 0, 6) }, () => ({
        seconds: pick(random, [2, 20, 50, 90, 200] as const),
        exitCode: chance(random, 0.4) ? pick(random, [1, 75, 137] as const) : 0,
      })),
      { seconds: pick(random, [2, 20, 90] as const), exitCode: 0 },
    ],
    asks: chance(random, 0.4) ? asks(random, instances) : [],
    restarts: chance(random, 0.4) ? [between(random, 2, 20) * MINUTE + between(random, 0, 59_000)] : [],
    cancelledAt: chance(random, 0.15) ? between(random, 2, 20) * MINUTE : null,
    instances,
    watchers: between(random, 1, Math.min(4, instances + 1)),
    at,
    disturbances: disturbances(random),
    skewMs: Array.from({ length: instances }, () => (chance(random, 0.5) ? 0 : between(random, -9_000, 9_000))),
  });
}

function asks(random: Random, instances: number): AskPlan[] {
  return Array.from({ length: between(random, 1, 4) }, () => ({
    // Now and then at the very moment of a time.
    at: between(random, 1, 22) * MINUTE + (chance(random, 0.5) ? 0 : between(random, 0, 59_000)),
    by: pick(random, ['webhook', 'webhook', 'operator'] as const),
    triggerId: chance(random, 0.6) ? pick(random, ['a', 'b'] as const) : null,
    instance: between(random, 0, instances - 1),
  }));
}

/** It dies at this call. */
export const diesAt = (
  index: number,
  how: Extract<Fate['do'], 'kill-before' | 'kill-after'>,
  seed: number,
): JobHistory => plainJob({ name: `job: ${how} call ${index}`, seed, at: new Map([[index, { do: how }]]) });
