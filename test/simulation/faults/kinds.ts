// Which kinds of things a history has in it, and a choice of random histories in which every kind occurs.

import type { Dependency, Fate } from '../world/fate.ts';
import type { ContainerPlan, Disturbance, HandPlan, History, LimitPlan, SecretPlan, TriggerPlan } from './history.ts';
import { randomHistory } from './random-history.ts';

/** Every kind there is; the compiler sees to it that none is left out. */
const KINDS = {
  kind: { image: true, group: true, job: true, command: true, endpoint: true } satisfies Record<History['kind'], true>,
  trigger: {
    webhook: true,
    bare: true,
    test: true,
    operator: true,
    force: true,
    timer: true,
    closed: true,
    future: true,
    impossible: true,
  } satisfies Record<TriggerPlan['by'], true>,
  'by hand': {
    cancel: true,
    stop: true,
    delete: true,
    'out-of-memory': true,
    repair: true,
    unhealthy: true,
    contradict: true,
    'fail-provisioning': true,
  } satisfies Record<HandPlan['what'], true>,
  call: {
    refuse: true,
    'lose-answer': true,
    status: true,
    hang: true,
    'arrive-late': true,
    'slow-there': true,
    'slow-back': true,
    garbled: true,
    'kill-before': true,
    'kill-after': true,
  } satisfies Record<Exclude<Fate['do'], 'pass'>, true>,
  disturbance: {
    tables: true,
    'resource-manager': true,
    'key-vault': true,
    numerai: true,
    all: true,
  } satisfies Record<Exclude<Dependency, 'alerts'> | 'all', true>,
  capacity: {
    refuses: true,
    'fails-later': true,
    'fails-and-keeps-trying': true,
  } satisfies Record<Exclude<History['capacity'][number]['capacity'], 'ample'>, true>,
  secret: { rotate: true, 'rotate-all': true, disable: true, delete: true, forbid: true } satisfies Record<
    SecretPlan['what'],
    true
  >,
  stuck: { pending: true, pulling: true } satisfies Record<NonNullable<History['stuck']>['place'], true>,
  several: { triggers: true, instances: true, watchers: true, containers: true, slots: true },
  container: {
    'exit 75': true,
    'exit 78': true,
    'exit 137': true,
    rejected: true,
    'listed late': true,
    'submits for some slots': true,
  },
  start: { 'refused in a region': true, 'refused everywhere': true, 'answered by an error, and done later': true },
  model: {
    'with a last resort': true,
    'keeps a failed attempt': true,
    'with one region': true,
    'with three regions': true,
  },
  registry: { throttled: true },
  round: { 'opens late': true, 'extended before its close': true, 'extended after its close': true },
  fallback: { ticks: true },
  timer: { 'watcher stops': true, 'fallback stops': true, 'both stop': true, 'HTTP goes on': true },
  limit: { create: true, delete: true, reads: true, writes: true, deletes: true } satisfies Record<
    LimitPlan['of'],
    true
  >,
  crowd: { 'shares the cores': true },
  fault: { 'up to the close': true },
  clock: { 'of an instance': true, 'of Azure': true },
} as const;

export const ALL_KINDS: readonly string[] = Object.entries(KINDS)
  .flatMap(([group, kinds]) => Object.keys(kinds).map((kind) => `${group}: ${kind}`))
  .sort();

/** The kinds that occur in a history, as it is planned. */
export function kindsOf(history: History): string[] {
  const { triggers, containers, instances, watchers, slots } = history;
  const several = Object.entries({
    triggers: triggers.length,
    containers: containers.length,
    instances,
    watchers,
    slots,
  }).filter(([, count]) => count > 1);
  return [
    `kind: ${history.kind}`,
    ...triggers.map(({ by }) => `trigger: ${by}`),
    ...history.byHand.map(({ what }) => `by hand: ${what}`),
    ...[...history.at.values()].map((fate) => `call: ${fate.do}`),
    ...history.disturbances.map(({ of }) => `disturbance: ${of}`),
    ...history.capacity.map(({ capacity }) => `capacity: ${capacity}`),
    ...(history.secret === null ? [] : [`secret: ${history.secret.what}`]),
    ...(history.stuck === null ? [] : [`stuck: ${history.stuck.place}`]),
    ...containers.flatMap(kindsOfContainer),
    ...history.disturbances.flatMap(kindsOfRefusal),
    ...(history.lastResort ? ['model: with a last resort'] : []),
    ...(history.keepFailed ? ['model: keeps a failed attempt'] : []),
    ...(history.locations.length === 1 ? ['model: with one region'] : []),
    ...(history.locations.length === 3 ? ['model: with three regions'] : []),
    ...(history.throttledUntil > 0 ? ['registry: throttled'] : []),
    ...(history.opensAfterMs > 0 ? ['round: opens late'] : []),
    ...(history.extended === null
      ? []
      : [`round: extended ${history.extended.at < HOUR_MS ? 'before' : 'after'} its close`]),
    ...(history.fallback ? ['fallback: ticks'] : []),
    ...kindsOfTimers(history),
    ...history.limits.map(({ of }) => `limit: ${of}`),
    ...(history.crowd === null ? [] : ['crowd: shares the cores']),
    ...(history.disturbances.some(({ to }) => to >= HOUR_MS) ? ['fault: up to the close'] : []),
    ...several.map(([what]) => `several: ${what}`),
    ...(history.skewMs.some((skew) => skew !== 0) ? ['clock: of an instance'] : []),
    ...(history.azureSkewMs === 0 ? [] : ['clock: of Azure']),
  ];
}

const HOUR_MS = 3_600_000;

function kindsOfTimers({ timers, httpEveryMs }: History): string[] {
  if (timers.length === 0) return [];
  const stopped = timers.length > 1 ? ['timer: both stop'] : timers.map(({ of }) => `timer: ${of} stops`);
  return httpEveryMs === null ? stopped : [...stopped, 'timer: HTTP goes on'];
}

function kindsOfContainer({ exitCode, isRejected, listedAfterMs, misses }: ContainerPlan): string[] {
  return [
    ...([75, 78, 137].includes(exitCode ?? 0) ? [`container: exit ${exitCode}`] : []),
    ...(isRejected ? ['container: rejected'] : []),
    ...(misses === undefined ? [] : ['container: submits for some slots']),
    ...(listedAfterMs === undefined ? [] : ['container: listed late']),
  ];
}

function kindsOfRefusal({ starts, fate }: Disturbance): string[] {
  if (starts === undefined) return [];
  return [
    `start: refused ${starts.location === null ? 'everywhere' : 'in a region'}`,
    ...(fate.do === 'status' && fate.arrivesAfter !== undefined ? ['start: answered by an error, and done later'] : []),
  ];
}

/** So many random histories, among them at least `times` of every kind; otherwise those of the first seeds. */
export function chosenHistories(count: number, times: number): History[] {
  const seen = new Map<string, number>();
  const isRare = (kind: string) => (seen.get(kind) ?? 0) < times;
  const chosen = new Map<number, History>();
  for (let seed = 1; ALL_KINDS.some(isRare) && chosen.size < count; seed += 1) {
    const history = randomHistory(seed);
    const kinds = new Set(kindsOf(history));
    if (![...kinds].some(isRare)) continue;
    for (const kind of kinds) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    chosen.set(seed, history);
  }
  for (let seed = 1; chosen.size < count; seed += 1) if (!chosen.has(seed)) chosen.set(seed, randomHistory(seed));
  return [...chosen.values()];
}
