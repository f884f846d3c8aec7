// Draws of what the policy of attempts decides on: regions that refuse, registries, rounds that move, how containers end.

import type { Fate } from '../world/fate.ts';
import { between, chance, pick, type Random } from '../world/random.ts';
import { type ContainerPlan, type Disturbance, GOOD, type History, type SecretPlan } from './history.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const REGIONS = ['westeurope', 'northeurope', 'eastus'] as const;

/** Some that fail, then a good one; as many as may fail, at most. */
export function containerPlans(random: Random, maxAttempts: number): ContainerPlan[] {
  const bad = chance(random, 0.6) ? 0 : between(random, 0, maxAttempts - 1);
  const isUnready = chance(random, 0.1);
  return [
    ...(isUnready ? Array.from({ length: between(random, 1, 3) }, () => ends(random, 75)) : []),
    ...Array.from({ length: bad }, () => ends(random, pick(random, [1, 1, 137, 0, 'rejected'] as const))),
    // Tried again once before the close, unless it was that attempt.
    ...(bad < 2 && chance(random, 0.04) ? [ends(random, 78)] : []),
    // Now and then one that fails after its work is done.
    {
      ...GOOD,
      seconds: between(random, 1, 240),
      exitCode: chance(random, 0.1) ? 1 : 0,
      ...(chance(random, 0.08) ? { listedAfterMs: between(random, 1, 16) * MINUTE } : {}),
    },
  ];
}

/**
 * Now and then three slots: a container that would have failed then submits for some of them before; where none would, the
 * first one leaves some out.
 */
export function withSlots(
  random: Random,
  maxAttempts: number,
  containers: readonly ContainerPlan[],
): { readonly slots: number; readonly containers: ContainerPlan[] } {
  if (!chance(random, 0.25)) return { slots: 1, containers: [...containers] };
  const part = (plan: ContainerPlan): ContainerPlan => {
    const first = between(random, 0, 2);
    const misses = chance(random, 0.4) ? [first, (first + 1) % 3] : [first];
    return { ...plan, submits: true, misses };
  };
  const isBad = ({ submits, exitCode }: ContainerPlan) => !submits && exitCode !== 78;
  if (containers.some(isBad))
    return { slots: 3, containers: containers.map((plan) => (isBad(plan) ? part(plan) : plan)) };
  const isAlone = containers.length === 1 && maxAttempts > 1;
  const first = part({ ...GOOD, seconds: between(random, 1, 120), exitCode: pick(random, [0, 1, 75] as const) });
  return { slots: 3, containers: isAlone ? [first, ...containers] : [...containers] };
}

function ends(random: Random, how: number | 'rejected'): ContainerPlan {
  const seconds = between(random, 1, 120);
  return how === 'rejected'
    ? { seconds, exitCode: 0, submits: true, isRejected: true }
    : { seconds, exitCode: how, submits: false };
}

/** What regions, and the registry, are like. */
export function placesOf(
  random: Random,
  kind: History['kind'],
): Pick<History, 'locations' | 'capacity' | 'throttledUntil'> {
  const locations = REGIONS.slice(0, pick(random, [1, 2, 2, 3] as const));
  if (kind === 'group') return { locations, capacity: [], throttledUntil: 0 };
  const full = chance(random, 0.15) ? locations.slice(0, between(random, 1, 2)) : [];
  return {
    locations,
    capacity: full.map((location) => ({
      location,
      capacity: pick(random, ['refuses', 'fails-later', 'fails-and-keeps-trying'] as const),
      from: 0,
      to: between(random, 1, 15) * MINUTE,
    })),
    throttledUntil: chance(random, 0.06) ? between(random, 1, 20) * MINUTE : 0,
  };
}

/** For a time, starts are refused, or answered by an error though they are carried out a little later. */
export function refusals(random: Random, { locations }: Pick<History, 'locations'>): Disturbance[] {
  if (!chance(random, 0.15)) return [];
  const from = between(random, 0, 5) * MINUTE;
  return [
    {
      from,
      to: from + between(random, 1, 15) * MINUTE,
      of: 'resource-manager',
      fate: pick<Fate>(random, [
        { do: 'status', status: 503 },
        { do: 'status', status: 503, arrivesAfter: between(random, 1, 20) * 1000 },
        { do: 'status', status: 504, arrivesAfter: between(random, 1, 20) * 1000 },
        { do: 'status', status: 403, code: 'RequestDisallowedByPolicy' },
        { do: 'status', status: 409, code: 'LocationNotAvailableForResourceType' },
      ]),
      probability: pick(random, [0.5, 1] as const),
      starts: { location: chance(random, 0.7) ? (locations[between(random, 0, locations.length - 1)] ?? null) : null },
    },
  ];
}

/** Numerai is away when the first good container ends. */
export function noAnswerAtTheEnd(
  random: Random,
  startsAt: number,
  containers: readonly ContainerPlan[],
): Disturbance[] {
  if (!chance(random, 0.1)) return [];
  const from = startsAt + (containers[0]?.seconds ?? 0) * 500;
  const fate = pick<Fate>(random, [{ do: 'refuse' }, { do: 'status', status: 503 }, { do: 'hang' }]);
  return [{ from, to: from + between(random, 2, 25) * MINUTE, of: 'numerai', fate, probability: 1 }];
}

/** Now and then a secret changes while the container runs, or before it does. */
export function secretOf(random: Random): SecretPlan | null {
  if (!chance(random, 0.25)) return null;
  const at = between(random, 0, 6 * MINUTE);
  return {
    at,
    what: pick(random, ['rotate', 'rotate-all', 'disable', 'delete', 'forbid'] as const),
    backAt: at + between(random, 1, 12) * MINUTE,
  };
}

/** How the round moves, and whether the fallback watches over it. */
export function roundOf(random: Random): Pick<History, 'opensAfterMs' | 'extended' | 'fallback'> {
  const isExtended = chance(random, 0.06);
  return {
    opensAfterMs: chance(random, 0.08) ? between(random, 1, 40) * MINUTE : 0,
    extended: isExtended
      ? {
          at: chance(random, 0.5) ? between(random, 5, 55) * MINUTE : HOUR + between(random, 1, 15) * MINUTE,
          byMs: between(random, 30, 60) * MINUTE,
        }
      : null,
    fallback: isExtended || chance(random, 0.3),
  };
}
