// What the clairvoyant of the seasons says of a history: it knows every fault in advance, those that were drawn by chance as
// they turned out. The history becomes a plan of a season with one round, its times those of the history.

import { TIMING } from '../../../src/lib/runs/timing.ts';
import { backoffMs } from '../../../src/lib/start/backoff.ts';
import { Conditions } from '../seasons/conditions.ts';
import type { ModelRound } from '../seasons/model-round.ts';
import type { SeasonModel } from '../seasons/models.ts';
import { startMsOf, type Verdict, verdictOf } from '../seasons/oracle.ts';
import type { Outage, OutageKind } from '../seasons/outages.ts';
import type { PlannedRound, Span } from '../seasons/rounds.ts';
import type { Fate } from '../world/fate.ts';
import { DELAYS } from '../world/world.ts';
import { ALLOWED, NEEDED } from './allowances.ts';
import { type Disturbance, type History, ROUND_MS, type TriggerPlan } from './history.ts';
import type { Observed } from './observed.ts';
import type { CallFate } from './plan.ts';
import { limitedUntil } from './surroundings.ts';
import { CALL_AT_MS, FALLBACK_AT_MS, FALLBACK_TICK_MS, TICK_MS } from './timers.ts';
import { wrongContainersOf, wrongStartsOf } from './wrong-starts.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** The default of FALLBACK_GRACE_MINUTES. */
const GRACE_MS = 10 * MINUTE;
const START_MS = startMsOf(DELAYS);

/** They start nothing, or no run of the round. */
const NAMES_NO_ROUND: ReadonlySet<TriggerPlan['by']> = new Set(['closed', 'future', 'impossible', 'test']);

/** Whether the history's own model could have submitted on time. */
export function verdictOn({ history, fates }: Pick<Observed, 'history' | 'fates'>): Verdict {
  const round = roundOf(history);
  const model = modelOf(history);
  const conditions = new Conditions({
    options: { seed: history.seed, models: 1, weeks: 1 },
    models: [model],
    roundsOf: () => [round],
    // A call starts its run also while the timers stand still.
    of: () => calledAt([namedAt(history), ...callsOf(history)]),
    outages: [...outagesOf(history), ...faultsOf(history, fates)],
  });
  const from = firstStartOf(history);
  const wrong = wrongStartsOf(history, {
    from,
    close: closeOf(history),
    away: spansOf(history, ['numerai', 'all']),
    unasked: spansOf(history, ['numerai', 'key-vault', 'all']),
    hanging: spansOf(history, ['numerai', 'key-vault', 'all'], HANGS),
    nextTick: (at) => nextTick(conditions, at, history, [...blindOf(history), ...lostOf(fates)]),
  });
  if (wrong === null) return { isPossible: false, because: 'no container of it submits for every slot' };
  const slowMs = spansOf(history, ['numerai', 'all'], HANGS).length > 0 ? ALLOWED.hangAtStartMs : 0;
  const happening = calledAt([firstStartOf(history)]);
  return verdictOf({ conditions, model, round, happening, startMs: START_MS + slowMs }, wrong);
}

/** When a submission counts no more. */
const closeOf = ({ opensAfterMs, extended }: Pick<History, 'opensAfterMs' | 'extended'>): number =>
  opensAfterMs + ROUND_MS + (extended?.byMs ?? 0);

/** Whether somebody calls for the round. */
const isNamed = ({ triggers }: Pick<History, 'triggers'>) => triggers.some(({ by }) => !NAMES_NO_ROUND.has(by));

/** When the first call for the round comes while it is open; those that follow find a run that goes on by itself. */
function namedAt({ triggers, opensAfterMs }: History): number {
  const named = triggers.filter(({ by }) => !NAMES_NO_ROUND.has(by)).map(({ at }) => at);
  return Math.max(opensAfterMs, Math.min(Number.POSITIVE_INFINITY, ...named));
}

/** When the fallback finds that nobody has called. */
function uncalledAt({ opensAfterMs, fallback }: History): number {
  const ticks = Math.max(1, Math.ceil((opensAfterMs + GRACE_MS - FALLBACK_AT_MS) / FALLBACK_TICK_MS));
  return fallback ? ticks * FALLBACK_TICK_MS + FALLBACK_AT_MS : Number.POSITIVE_INFINITY;
}

const firstStartOf = (history: History) => Math.min(namedAt(history), uncalledAt(history));

function roundOf(history: History): PlannedRound {
  const open = { from: firstStartOf(history), to: closeOf(history) };
  return { tournament: 8, number: 1, plannedOpen: 0, open: [open], changes: [], dataAt: 0, disturbances: [] };
}

function modelOf(history: History): SeasonModel {
  const { kind, locations, timeoutMinutes, containers } = history;
  const working = containers[wrongContainersOf(history)?.length ?? 0];
  const workMs = (working?.seconds ?? 0) * SECOND + 2 * SECOND;
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
    // Nobody begins what by experience cannot end.
    workMs: Math.max(workMs, NEEDED.typicalMs - START_MS),
    notReadyExit: 75,
  };
}

function calledAt(moments: readonly number[]): ModelRound {
  return {
    webhooks: moments.filter(Number.isFinite).map((at) => ({ at, round: 1 })),
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
  const calls = Array.from({ length: Math.floor(ROUND_MS / httpEveryMs) }, (_, index) => (index + 1) * httpEveryMs);
  return calls.map((at) => at + CALL_AT_MS).filter((at) => at >= silent);
}

/** When the app next looks by itself, and sees something. */
function nextTick(conditions: Conditions, at: number, history: History, blind: readonly Span[]): number {
  const close = closeOf(history);
  const calls = callsOf(history).filter((call) => call >= at);
  const ticks = Array.from(
    { length: Math.ceil((close - at) / TICK_MS) },
    (_, n) => (Math.ceil(at / TICK_MS) + n) * TICK_MS,
  );
  const looks = [...ticks.filter((tick) => conditions.appIsAwake(tick, 0)), ...calls].sort((one, other) => one - other);
  return looks.find((look) => !blind.some(({ from, to }) => from <= look && look < to)) ?? close;
}

/** When it can see no end: the record, or Resource Manager, cannot be read. */
const blindOf = (history: History): Span[] => [
  ...spansOf(history, ['tables', 'resource-manager', 'all']),
  ...history.limits.flatMap((limit) => (limit.of === 'reads' ? [{ from: limit.from, to: limit.to }] : [])),
];

/** The tick on which a call failed may have come to nothing. */
const lostOf = (fates: readonly CallFate[]): Span[] =>
  fates.filter(isFault).map(({ at }) => ({ from: at - ALLOWED.beforeFaultMs, to: at + SECOND }));

function outagesOf(history: History): Outage[] {
  const { capacity, throttledUntil, secret, limits, kind, disturbances } = history;
  const named = isNamed(history);
  // Where nothing could be recorded, somebody must ask again.
  const recordedMs = named ? ALLOWED.askAgainMs : ALLOWED.fallbackTickMs;
  return [
    ...disturbances.filter(isObstacle).flatMap((disturbance) => outagesOfDisturbance(disturbance, history, recordedMs)),
    ...capacity.map(({ location, from, to, capacity: how }) =>
      // Elsewhere than where it is refused, that is seen with the next tick.
      outage('full', { from, to }, ALLOWED.refusedMs + (how === 'refuses' ? 0 : TICK_MS), location),
    ),
    ...(throttledUntil > 0 ? [outage('registry', { from: 0, to: throttledUntil }, ALLOWED.refusedMs)] : []),
    ...(secret === null || secret.what === 'rotate' || secret.what === 'rotate-all'
      ? []
      : [outage('key-vault', { from: secret.at, to: secret.backAt }, ALLOWED.refusedMs)]),
    ...limits.flatMap((limit) => {
      const span = { from: limit.from, to: limitedUntil(limit) };
      // Nothing has to be removed: the next attempt has a group of another name.
      if (limit.of === 'delete' || limit.of === 'deletes') return [];
      if ('to' in limit) return [outage('resource-manager', span, ALLOWED.refusedMs)];
      return kind === 'image' ? [outage('region', span, ALLOWED.refusedMs, limit.location)] : [];
    }),
    ...stoppedTimersOf(history).map((span) => outage('timers', span, 0)),
    ...crowdedUntil(history),
    ...foundFull(history),
  ];
}

/** That a region accepts a start and has no room for it is seen with a tick, and gone with the next: only then elsewhere. */
function foundFull(history: History): Outage[] {
  const from = firstStartOf(history);
  const full = history.capacity.filter(
    (each) => each.capacity !== 'refuses' && each.from <= from + TICK_MS && from < each.to,
  );
  return full.length === 0 ? [] : [outage('stopped', { from, to: from }, full.length * 2 * TICK_MS)];
}

/** The fallback's timer matters where nobody has named the round, or Numerai could not be asked in time. */
function stoppedTimersOf(history: History): Span[] {
  const needsFallback = !isNamed(history) || spansOf(history, ['numerai', 'key-vault', 'tables', 'all']).length > 0;
  return history.timers.filter(({ of }) => of === 'watcher' || needsFallback);
}

/** The cores are given to others first, wave by wave; whose turn it is asks for them when its wait is over. */
function crowdedUntil({ crowd, locations, containers, triggers, ...history }: History): Outage[] {
  if (crowd === null) return [];
  const longestMs = Math.max(crowd.seconds, ...containers.map(({ seconds }) => seconds)) * SECOND + START_MS;
  const since = triggers[0]?.at ?? 0;
  let free = since;
  for (let wave = Math.ceil(crowd.models / (crowd.cores * locations.length)); wave > 0; wave -= 1) {
    const ends = free + longestMs;
    const waitTicks = Math.ceil(backoffMs('refused', ends - since, closeOf(history) - ends) / TICK_MS);
    // Whoever waits asks with every tick, or with every second one; the place is free before the first.
    free = (Math.ceil(ends / TICK_MS) + waitTicks - 1) * TICK_MS;
  }
  return locations.map((location) => outage('region', { from: 0, to: free }, 0, location));
}

/** What is only slow is no obstacle. */
const isObstacle = ({ fate }: Disturbance) => fate.do !== 'slow-back' && fate.do !== 'slow-there';

const HANGS: ReadonlySet<Fate['do']> = new Set(['hang', 'arrive-late']);

function spansOf(
  { disturbances }: History,
  kinds: readonly Disturbance['of'][],
  fates?: ReadonlySet<Fate['do']>,
): Span[] {
  return disturbances
    .filter((each) => isObstacle(each) && each.starts === undefined && kinds.includes(each.of))
    .filter(({ fate }) => fates?.has(fate.do) ?? true);
}

function outagesOfDisturbance(
  { from, to, of, fate, starts }: Disturbance,
  history: History,
  recordedMs: number,
): Outage[] {
  if (of === 'alerts') return [];
  // Where a service asks for more, half of what is left is granted.
  const asksMs = fate.do === 'status' ? (fate.retryAfter ?? 0) * SECOND : 0;
  const grantedMs = Math.min(asksMs, TIMING.longestWaitMs, Math.max(0, closeOf(history) - to) / 2);
  const afterMs = Math.max(ALLOWED.leaseMs, grantedMs + TICK_MS);
  const span = { from, to };
  if (starts !== undefined && starts.location !== null) return [outage('region', span, afterMs, starts.location)];
  // Without Numerai a start goes on where the round was named, and is open by its plan.
  const needsNumerai = !isNamed(history) || history.opensAfterMs > 0;
  const after = {
    tables: Math.max(recordedMs, afterMs),
    numerai: ALLOWED.fallbackTickMs,
    'key-vault': afterMs,
    'resource-manager': afterMs,
  };
  const kinds = of === 'all' ? (['tables', 'resource-manager', 'key-vault', 'numerai'] as const) : [of];
  return kinds.filter((kind) => kind !== 'numerai' || needsNumerai).map((kind) => outage(kind, span, after[kind]));
}

/** A call may be slow within its deadline, and then costs its time. */
const DEADLINE_MS = 10 * SECOND;
const slownessOf = (fate: Fate) => (fate.do === 'slow-back' || fate.do === 'slow-there' ? fate.by : null);
/** Whether a call failed alone, or died. */
const isFault = ({ fate, isAlone }: CallFate) => isAlone && (slownessOf(fate) ?? DEADLINE_MS) >= DEADLINE_MS;

function faultsOf(history: History, fates: readonly CallFate[]): Outage[] {
  const lostMs = Math.max(ALLOWED.leaseMs, isNamed(history) ? ALLOWED.askAgainMs : ALLOWED.fallbackTickMs);
  return fates
    .filter(({ isAlone }) => isAlone)
    .map((each) =>
      outage('stopped', { from: each.at, to: each.at }, isFault(each) ? lostMs : (slownessOf(each.fate) ?? 0)),
    );
}

function outage(kind: OutageKind, { from, to }: Span, afterMs: number, region: string | null = null): Outage {
  return { kind, region, way: 'status', from: from - ALLOWED.beforeFaultMs, to: to + afterMs };
}
