// What the clairvoyant of the seasons says of a history: it knows every fault in advance, those that were drawn by chance as
// they turned out. The history becomes a plan of a season with one round, its times those after the opening.

import { Conditions } from '../seasons/conditions.ts';
import type { ModelRound } from '../seasons/model-round.ts';
import type { SeasonModel } from '../seasons/models.ts';
import { type Verdict, verdictOf, type WrongStart } from '../seasons/oracle.ts';
import type { Outage, OutageKind } from '../seasons/outages.ts';
import type { PlannedRound, Span } from '../seasons/rounds.ts';
import type { ContainerPlan, Disturbance, History, TriggerPlan } from './history.ts';
import type { Observed } from './observed.ts';
import { limitedUntil } from './surroundings.ts';
import { CALL_AT_MS } from './timers.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * What the clairvoyant is not allowed, since nobody who does not know the future could do without it. All of it is what the
 * documentation promises.
 */
const ALLOWED = {
  /** A fault of one call, or a death on it: the lease of the start must be over, and the next tick of the fallback come. */
  faultMs: 6 * MINUTE,
  /** A call that hangs, or is on its way, when it began just before. */
  beforeFaultMs: 30 * SECOND,
  /** Until the end of a container is seen, its group removed, and the next tick starts another. */
  endMs: 3 * MINUTE,
  /** Until it is believed that a container has not submitted. */
  missingMs: 6 * MINUTE,
  /** A call that is refused is tried again with the next minutes. */
  afterOutageMs: 3 * MINUTE,
  /** Who was not asked while Numerai was away is asked with a tick of the fallback, and the next tick starts. */
  afterNumeraiMs: 8 * MINUTE,
  /** A timer counts as silent after so long, and a process looks for that each five minutes. */
  silenceMs: 21 * MINUTE,
  /** The fallback gives a webhook this time to come, and ticks each five minutes. */
  fallbackMs: 11 * MINUTE,
  /** A container's place is free for another model, which asks for it each minute or two. */
  placeMs: 3 * MINUTE,
} as const;

/** They start nothing, or no run of the round. */
const NAMES_NO_ROUND: ReadonlySet<TriggerPlan['by']> = new Set(['closed', 'future', 'impossible', 'test']);

/** Whether the history's own model could have submitted on time. */
export function verdictOn({ history, fates }: Pick<Observed, 'history' | 'fates'>): Verdict {
  const round = roundOf(history);
  const model = modelOf(history);
  const happening = happeningOf(history);
  const conditions = new Conditions({
    options: { seed: history.seed, models: 1, weeks: 1 },
    models: [model],
    roundsOf: () => [round],
    of: () => happening,
    outages: [...outagesOf(history), ...faultsOf(fates)],
  });
  const wrong = wrongStartsOf(history);
  if (wrong === null) return { isPossible: false, because: 'no container of it submits for every slot' };
  return verdictOf({ conditions, model, round, happening }, wrong);
}

/** The containers that must be gone through first; null where none ever does its work. */
export function wrongStartsOf({ containers, slots }: Pick<History, 'containers' | 'slots'>): WrongStart[] | null {
  const open = new Set(Array.from({ length: slots }, (_, index) => index));
  const wrong: WrongStart[] = [];
  for (const container of containers) {
    const { submits, isRejected = false, misses = [] } = container;
    if (submits && !isRejected) for (const slot of [...open]) if (!misses.includes(slot)) open.delete(slot);
    if (open.size === 0) return wrong;
    wrong.push(wrongStart(container));
  }
  return null;
}

function wrongStart({ seconds, exitCode, isRejected = false }: ContainerPlan): WrongStart {
  const looksGood = exitCode === 0 && !isRejected;
  const ms = seconds * SECOND + ALLOWED.endMs + (looksGood ? ALLOWED.missingMs : 0);
  return { how: looksGood ? 'no submission' : isRejected ? 'rejected' : 'crash', ms };
}

function roundOf(history: History): PlannedRound {
  const { opensAfterMs, extended, triggers } = history;
  const named = triggers.filter(({ by }) => !NAMES_NO_ROUND.has(by)).map(({ at }) => at);
  const byItself = history.fallback ? opensAfterMs + ALLOWED.fallbackMs : Number.POSITIVE_INFINITY;
  const from = Math.max(opensAfterMs, Math.min(byItself, ...named));
  const open = { from, to: opensAfterMs + HOUR + (extended?.byMs ?? 0) };
  return { tournament: 8, number: 1, plannedOpen: 0, open: [open], changes: [], dataAt: 0, disturbances: [] };
}

function modelOf({ kind, locations, timeoutMinutes, containers, slots }: History): SeasonModel {
  const working = containers[wrongStartsOf({ containers, slots })?.length ?? 0];
  return {
    index: 0,
    name: 'model',
    id: 'model',
    tournament: 'classic',
    // What exists asks for no secret, and has one place.
    kind: kind === 'image' ? 'image' : 'group',
    locations: kind === 'image' ? locations : locations.slice(0, 1),
    image: 'docker.io/someone/model:1',
    cpu: 1,
    memoryGB: 1,
    maxMemoryGB: null,
    timeoutMinutes,
    workMs: (working?.seconds ?? 0) * SECOND + 2 * SECOND,
    notReadyExit: 75,
  };
}

function happeningOf(history: History): ModelRound {
  return {
    webhooks: callsOf(history).map((at) => ({ at, round: 1 })),
    fault: null,
    hiccup: null,
    slowPullMs: 0,
    neededMemoryGB: 1,
    listedAfterMs: 0,
    byHandAt: null,
    disturbances: [],
  };
}

/** When somebody calls by HTTP and wakes the app: a timer that stands still must have been silent for long enough. */
function callsOf({ timers, httpEveryMs }: History): number[] {
  if (httpEveryMs === null || timers.length === 0) return [];
  const silent = Math.max(...timers.map(({ from }) => from)) + ALLOWED.silenceMs;
  const calls = Array.from({ length: Math.floor(HOUR / httpEveryMs) }, (_, index) => (index + 1) * httpEveryMs);
  return calls.map((at) => at + CALL_AT_MS).filter((at) => at >= silent);
}

function outagesOf(history: History): Outage[] {
  const { capacity, throttledUntil, secret, limits, timers, crowd, kind, containers } = history;
  const waves = crowd === null ? 0 : Math.ceil(crowd.models / (crowd.cores * history.locations.length));
  const placeMs = Math.max(crowd?.seconds ?? 0, ...containers.map(({ seconds }) => seconds)) * SECOND + ALLOWED.placeMs;
  return [
    ...history.disturbances.filter(isObstacle).flatMap(outagesOfDisturbance),
    ...capacity.map(({ location, from, to }) => outage('full', { from, to }, location)),
    ...(throttledUntil > 0 ? [outage('registry', { from: 0, to: throttledUntil })] : []),
    ...(secret === null || secret.what === 'rotate' || secret.what === 'rotate-all'
      ? []
      : [outage('key-vault', { from: secret.at, to: secret.backAt })]),
    ...limits.flatMap((limit) => {
      const span = { from: limit.from, to: limitedUntil(limit) };
      // Nothing has to be removed: the next attempt has a group of another name.
      if (limit.of === 'delete' || limit.of === 'deletes') return [];
      if ('to' in limit) return [outage('resource-manager', span)];
      return kind === 'image' ? [outage('region', span, limit.location)] : [];
    }),
    ...timers.map((span) => outage('timers', span)),
    ...(crowd === null ? [] : history.locations.map((at) => outage('region', { from: 0, to: waves * placeMs }, at))),
  ];
}

/** What is only slow is no obstacle. */
const isObstacle = ({ fate }: Disturbance) => fate.do !== 'slow-back' && fate.do !== 'slow-there';

function outagesOfDisturbance({ from, to, of, starts }: Disturbance): Outage[] {
  if (of === 'alerts') return [];
  const kinds = of === 'all' ? (['tables', 'resource-manager', 'key-vault', 'numerai'] as const) : [of];
  if (starts !== undefined && starts.location !== null) return [outage('region', { from, to }, starts.location)];
  return kinds.map((kind) => outage(kind, { from, to }));
}

/** Calls that failed alone, and deaths. */
function faultsOf(fates: Observed['fates']): Outage[] {
  const alone = fates.filter(({ isAlone }) => isAlone);
  return alone.map(({ at }) => ({
    kind: 'stopped',
    region: null,
    way: 'status',
    from: at - ALLOWED.beforeFaultMs,
    to: at + ALLOWED.faultMs,
  }));
}

function outage(kind: OutageKind, { from, to }: Span, region: string | null = null): Outage {
  const after = kind === 'timers' ? 0 : kind === 'numerai' ? ALLOWED.afterNumeraiMs : ALLOWED.afterOutageMs;
  return { kind, region, way: 'status', from: from - ALLOWED.beforeFaultMs, to: to + after };
}
