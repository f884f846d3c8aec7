// A history drawn from a seed: several triggers, several instances, clocks that differ, kills, faults,
// outages, containers that fail, and people in the portal.

import { GARBLED_FORMS } from '../../../local/emulators/garbled.ts';
import type { Dependency, Fate } from '../world/fate.ts';
import { between, chance, pick, type Random, randomFrom } from '../world/random.ts';
import { type Disturbance, type HandPlan, type History, KINDS, plainHistory, type TriggerPlan } from './history.ts';
import { withHardships } from './random-hardships.ts';
import {
  containerPlans,
  noAnswerAtTheEnd,
  placesOf,
  refusals,
  roundOf,
  secretOf,
  withSlots,
} from './random-policies.ts';

const MINUTE = 60_000;
/** Disturbances are over by then, so that there is time left for a good end. */
const CALM_AFTER = 24 * MINUTE;

export function randomHistory(seed: number): History {
  const random = randomFrom(seed);
  const kind = pick(random, ['image', 'group'] as const);
  const instances = between(random, 1, 3);
  const byHand = chance(random, 0.2) ? [handPlan(random)] : [];
  const maxAttempts = between(random, 1, 3);
  // Drawn apart, so that the histories of other seeds stay as they are.
  const { slots, containers } = withSlots(
    randomFrom(seed + 7_000_000),
    maxAttempts,
    containerPlans(random, maxAttempts),
  );
  const drawn = triggerPlans(random, instances);
  const places = placesOf(random, kind);
  const moves = roundOf(random);
  // The fallback names no round that is not open.
  const triggers = drawn.map((trigger) =>
    trigger.by === 'timer' && trigger.at < moves.opensAfterMs ? { ...trigger, by: 'webhook' as const } : trigger,
  );
  const stuck =
    kind === 'image' && maxAttempts > 1 && chance(random, 0.04)
      ? { place: pick(random, ['pending', 'pulling'] as const), attempts: 1 }
      : null;
  const lastResort = chance(random, 0.1);
  // A webhook for another round may start something where Numerai cannot say which is open.
  const isPlain = byHand.length === 0 && triggers.every(({ by }) => !['force', 'closed', 'impossible'].includes(by));
  // Before the opening only a webhook that names the round is taken; it may start too early where Numerai cannot say.
  const isAsked = moves.fallback || triggers.some(({ by }) => by === 'webhook');
  const isSure = moves.opensAfterMs === 0 || (isAsked && containers.length < maxAttempts);
  const at = fates(random);
  // Drawn apart as well.
  const garbled = garbledAnswers(randomFrom(seed + 8_000_000));
  for (const [index, fate] of garbled.at) if (!at.has(index)) at.set(index, fate);
  const disturbed = [
    ...garbled.disturbances,
    ...refusals(random, places),
    ...noAnswerAtTheEnd(random, triggers[0]?.at ?? 0, containers),
    ...disturbances(random),
  ];
  // A container that only seems to have done its work: if Numerai cannot be asked for long, the fallback finds out.
  const isUnseen =
    containers.some(
      ({ exitCode, submits, isRejected, misses }) => exitCode === 0 && (!submits || isRejected || misses),
    ) && disturbed.some(({ of }) => of === 'numerai' || of === 'key-vault' || of === 'all');
  // Not drawn either: some of those that have a group have a job in its place.
  const instead = KINDS.filter((each) => each !== 'image' && each !== 'group');
  const history = plainHistory(
    kind === 'group' && seed % 3 === 0 ? (instead[(seed / 3) % instead.length] ?? 'job') : kind,
    {
      name: `seed ${seed}`,
      seed,
      slots,
      maxAttempts,
      timeoutMinutes: pick(random, [10, 20, 45] as const),
      triggers,
      containers,
      instances,
      watchers: chance(random, 0.25) ? 2 : 1,
      at,
      disturbances: disturbed,
      skewMs: Array.from({ length: instances }, () => (chance(random, 0.5) ? 0 : between(random, -9_000, 9_000))),
      azureSkewMs: chance(random, 0.2) ? between(random, -4, 4) * MINUTE : 0,
      byHand,
      secret: kind === 'image' ? secretOf(randomFrom(seed + 9_000_000)) : null,
      ...places,
      ...moves,
      fallback: moves.fallback || isUnseen,
      lastResort,
      // Not drawn, so that the seeds of before lead to the same histories.
      keepFailed: kind === 'image' && seed % 8 === 0,
      stuck,
      expect: isPlain && isSure ? 'submitted' : 'ended',
    },
  );
  return withHardships(randomFrom(seed + 11_000_000), history);
}

/**
 * Webhooks and several watchers at the same moment, over a network that takes its time: all that can come
 * between a look and what follows from it.
 */
export function historyInStep(seed: number): History {
  const random = randomFrom(seed);
  const tick = between(random, 1, 3) * MINUTE;
  const triggers = Array.from(
    { length: between(random, 1, 4) },
    (_, index): TriggerPlan => ({
      at: tick + between(random, -9_000, 3_000),
      by: index === 0 ? 'webhook' : pick(random, ['webhook', 'operator', 'timer'] as const),
      instance: between(random, 0, 2),
    }),
  );
  const containers = containerPlans(random, 3);
  const slow = (fate: 'slow-there' | 'slow-back'): Disturbance => ({
    from: 0,
    to: 8 * MINUTE,
    of: 'all',
    fate: { do: fate, by: pick(random, [500, 3_000, 9_000] as const) },
    probability: 0.4,
  });
  return plainHistory(pick(random, ['image', 'group'] as const), {
    name: `in step, seed ${seed}`,
    seed,
    triggers,
    containers,
    instances: 3,
    watchers: between(random, 2, 3),
    at: chance(random, 0.5) ? new Map() : fates(random),
    disturbances: [slow('slow-there'), slow('slow-back')],
    byHand: chance(random, 0.2) ? [{ at: tick + between(random, 0, 90_000), what: 'cancel' }] : [],
    expect: 'ended',
  });
}

function triggerPlans(random: Random, instances: number): TriggerPlan[] {
  const first: TriggerPlan = {
    at: between(random, 0, 2 * MINUTE),
    by: pick(random, ['webhook', 'webhook', 'bare', 'operator', 'timer'] as const),
    instance: between(random, 0, instances - 1),
  };
  const more = chance(random, 0.5) ? between(random, 1, 4) : 0;
  return [
    first,
    ...Array.from(
      { length: more },
      (): TriggerPlan => ({
        at: chance(random, 0.5) ? first.at : between(random, 0, 30 * MINUTE),
        by: pick(random, [
          'webhook',
          'webhook',
          'bare',
          'operator',
          'timer',
          'test',
          'closed',
          'impossible',
          ...(chance(random, 0.2) ? (['force'] as const) : []),
        ]),
        instance: between(random, 0, instances - 1),
      }),
    ),
  ];
}

function handPlan(random: Random): HandPlan {
  return {
    at: between(random, 10_000, 8 * MINUTE),
    what: pick(random, [
      'cancel',
      'cancel',
      'stop',
      'delete',
      'out-of-memory',
      'repair',
      'unhealthy',
      'contradict',
      'fail-provisioning',
    ] as const),
  };
}

/** Fates of single calls: kills, and faults of all kinds. */
export function fates(random: Random, upTo = 60): Map<number, Fate> {
  const found = new Map<number, Fate>();
  const many = chance(random, 0.25) ? 0 : between(random, 1, 6);
  for (let one = 0; one < many; one += 1) found.set(between(random, 1, upTo), anyFate(random));
  return found;
}

function anyFate(random: Random): Fate {
  return pick<Fate>(random, [
    { do: 'kill-before' },
    { do: 'kill-after' },
    { do: 'kill-after' },
    { do: 'refuse' },
    { do: 'lose-answer' },
    { do: 'hang' },
    { do: 'status', status: 429, retryAfter: between(random, 1, 60) },
    { do: 'status', status: 500 },
    { do: 'status', status: 503 },
    { do: 'arrive-late', after: between(random, 1, 20) * 1000 },
    { do: 'slow-there', by: between(random, 100, 14_000) },
    { do: 'slow-back', by: between(random, 100, 14_000) },
  ]);
}

export function disturbances(random: Random): Disturbance[] {
  if (chance(random, 0.5)) return [];
  return Array.from({ length: between(random, 1, 2) }, (): Disturbance => {
    const from = between(random, 0, CALM_AFTER / 2);
    return {
      from,
      to: Math.min(CALM_AFTER, from + between(random, 10_000, 20 * MINUTE)),
      of: pick<Dependency | 'all'>(random, ['tables', 'resource-manager', 'key-vault', 'numerai', 'all']),
      fate: chance(random, 0.2) ? { do: 'slow-back', by: between(random, 50, 3_000) } : disturbingFate(random),
      probability: pick(random, [0.1, 0.3, 1] as const),
    };
  });
}

/** Answers of any form that nobody can read: to single calls, and to all calls of one service for a while. */
function garbledAnswers(random: Random): { readonly at: Map<number, Fate>; readonly disturbances: Disturbance[] } {
  const fate = (): Fate => ({ do: 'garbled', form: pick(random, GARBLED_FORMS), carriedOut: chance(random, 0.5) });
  const many = chance(random, 0.6) ? 0 : between(random, 1, 3);
  const at = new Map(Array.from({ length: many }, () => [between(random, 1, 60), fate()]));
  if (chance(random, 0.8)) return { at, disturbances: [] };
  const from = between(random, 0, CALM_AFTER / 2);
  const to = Math.min(CALM_AFTER, from + between(random, 10_000, 10 * MINUTE));
  const of = pick<Dependency>(random, ['tables', 'resource-manager', 'key-vault', 'numerai']);
  return { at, disturbances: [{ from, to, of, fate: fate(), probability: pick(random, [0.3, 1] as const) }] };
}

/** A fate that many calls may meet: nobody dies of it. */
function disturbingFate(random: Random): Fate {
  const fate = anyFate(random);
  return fate.do === 'kill-before' || fate.do === 'kill-after' ? { do: 'refuse' } : fate;
}
