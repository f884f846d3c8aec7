// The state of everything, for the status endpoint, the metrics and the dashboard: of one model or job by its rows, of all
// by their summaries, and what is known of the rounds.

import { type Entry, isJob, type Job, type Model, type Tournament } from '../config/models.ts';
import type { Settings } from '../config/settings.ts';
import { newestList, type RoundList } from '../rounds/last-known.ts';
import { openRound, type Round } from '../rounds/round.ts';
import type { RoundCache, RoundsKnown } from '../rounds/round-cache.ts';
import { type Paused, pausedNow, pauseOf } from '../runs/pause.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import type { InFlightState, Kept, Leftover, RunRecord, ScheduleMark, Summary, Tick, Timer } from '../runs/stores.ts';
import { RUNS_READ } from '../runs/summary.ts';
import { isRecentTick, lastRan, silentSince } from '../runs/timers.ts';
import type { Clock } from '../util/clock.ts';
import { deploymentTime } from '../watch/deployment.ts';
import { type NewestRuns, type NewestRunsDependencies, readNewestRuns } from './newest-runs.ts';

/** What is known of a model and of a job alike. */
export interface EntryStatus {
  /** Null where it is not paused. */
  readonly paused: Paused | null;
  /** The newest run that has not ended. */
  readonly inFlight: Run | null;
  /** The newest runs, newest first. */
  readonly records: readonly RunRecord[];
  /** Runs among the newest that could not be read. */
  readonly unreadable: number;
}

export interface ModelStatus extends EntryStatus {
  readonly model: Model;
  /** As Numerai says, or where it cannot be asked, as it said last; null where none is open, or nothing is known. */
  readonly openRound: Round | null;
  /** The list that this is from; empty where nothing is known. */
  readonly rounds: readonly Round[];
  /** When Numerai last listed them, where it cannot be asked now; null where it can, and where it never did. */
  readonly roundsAsOf: Date | null;
  readonly roundsKnown: RoundsKnown;
  /** Since when the app is there as it is now; null where that does not matter. */
  readonly deployedAt: Date | null;
}

export interface JobStatus extends EntryStatus {
  readonly job: Job;
  /** Null where it has no schedule, or is paused. */
  readonly nextAt: Date | null;
  /** The times that passed since the last start because a run was under way. */
  readonly skipped: ScheduleMark['skipped'];
}

interface TimerStatus {
  readonly lastTickAt: Date | null;
  /** Not where it never has, or a wrong clock has written down when. */
  readonly hasRun: boolean;
  /** Whether it has run lately; a timer that has never run is not. */
  readonly recent: boolean;
  /** Since when it should have run, and has not; null where it runs, or has not had its time to. */
  readonly silentSince: Date | null;
}

export interface Status {
  readonly at: Date;
  readonly timers: Readonly<Record<Timer, TimerStatus>>;
  readonly models: readonly ModelStatus[];
  readonly jobs: readonly JobStatus[];
  /** What ended runs of any model have left behind. */
  readonly leftovers: readonly Leftover[];
  /** What is kept of failed attempts, to be looked at. */
  readonly kept: readonly Kept[];
}

export interface StatusDependencies extends NewestRunsDependencies {
  readonly clock: Clock;
  readonly rounds: RoundCache;
  readonly entries: readonly Entry[];
  readonly settings: Pick<Settings, 'historyDays'>;
  /** Of this deployment. */
  readonly fingerprint: string;
}

/**
 * The status of one model or job, or a few, as their rows are now: a query for each, however long the history is.
 * @throws {ExternalCallError} where the history cannot be read.
 */
export async function readStatus(dependencies: StatusDependencies, entries: readonly Entry[]): Promise<Status> {
  const [state, lists, known] = await Promise.all([
    dependencies.inFlight.read(),
    Promise.all(
      entries.map(async ({ name }) => [name, await dependencies.runs.list(name, { limit: RUNS_READ })] as const),
    ),
    askRounds(dependencies, entries),
  ]);
  return statusFrom(dependencies, entries, { state, newest: new Map(lists) }, known);
}

/**
 * The status of all models and jobs; costs a few queries however many there are, and one for each run in flight. Of older
 * runs, and of many attempts, it holds what an overview shows.
 * @throws {ExternalCallError} where the record cannot be read.
 */
export async function readOverview(dependencies: StatusDependencies): Promise<Status> {
  const { entries, clock, settings } = dependencies;
  const [{ state, newest }, known] = await Promise.all([
    readNewestRuns(dependencies, entries),
    askRounds(dependencies, entries),
  ]);
  // Rows that are removed leave no trace in the summary of a model that runs no more.
  const since = new Date(clock.now().getTime() - settings.historyDays * DAY_MS).toISOString();
  const kept = [...newest].map(([name, { records, unreadable }]): [string, Summary] => [
    name,
    { records: records.filter(({ run }) => run.requestedAt >= since), unreadable },
  ]);
  return statusFrom(dependencies, entries, { state, newest: new Map(kept) }, known);
}

const DAY_MS = 24 * 3600_000;

/** The rounds of a tournament, or where Numerai cannot be asked, what it listed last. */
export async function roundsNow(
  { rounds, inFlight }: Pick<StatusDependencies, 'rounds' | 'inFlight'>,
  tournament: Tournament,
): Promise<{ readonly rounds: readonly Round[]; readonly isKnown: boolean }> {
  const known = await rounds.roundsSoon(tournament);
  if (known.kind === 'known') return { rounds: known.rounds, isKnown: true };
  const { ticks } = await inFlight.read();
  const last = newestList(tournament, rounds.lastKnown(tournament), ticks.fallback?.note ?? '');
  return { rounds: last?.rounds ?? [], isKnown: false };
}

/** What is known of the rounds of the tournaments in use. */
async function askRounds(
  { rounds }: Pick<StatusDependencies, 'rounds'>,
  entries: readonly Entry[],
): Promise<ReadonlyMap<Tournament | null, RoundsKnown>> {
  const tournaments = new Set(entries.map(({ tournament }) => tournament).filter((tournament) => tournament !== null));
  return new Map(
    await Promise.all(
      [...tournaments].map(async (tournament) => [tournament, await rounds.roundsSoon(tournament)] as const),
    ),
  );
}

function statusFrom(
  { clock, rounds: cache, fingerprint }: Pick<StatusDependencies, 'clock' | 'rounds' | 'fingerprint'>,
  entries: readonly Entry[],
  { state, newest }: NewestRuns,
  rounds: ReadonlyMap<Tournament | null, RoundsKnown>,
): Status {
  const { ticks, leftovers, kept, pauses, schedules } = state;
  const now = clock.now();
  const deployedAt = deploymentTime(state, fingerprint, now);
  const timerStatus = (tick: Tick | undefined): TimerStatus => ({
    lastTickAt: tick?.at ?? null,
    hasRun: lastRan(tick, now) !== null,
    recent: isRecentTick(tick, now),
    silentSince: silentSince(tick, deployedAt, now),
  });
  const models = entries.filter((entry) => !isJob(entry));
  const listOf = ({ name }: Entry) => newest.get(name) ?? NOTHING_LISTED;
  const roundsOf = ({ tournament }: Entry) => rounds.get(tournament) ?? NOT_ASKED;
  return {
    at: now,
    timers: {
      watcher: timerStatus(ticks.watcher),
      fallback: timerStatus(ticks.fallback),
    },
    leftovers,
    kept,
    models: models.map((model) => {
      const last = newestList(model.tournament, cache.lastKnown(model.tournament), ticks.fallback?.note ?? '');
      return statusOf(model, listOf(model), roundsOf(model), now, { pauses, last, deployedAt });
    }),
    jobs: entries.filter(isJob).map((job) => jobStatusOf(job, listOf(job), { pauses, schedules }, now)),
  };
}

/** There is an answer, or none, for each tournament. */
const NOT_ASKED: RoundsKnown = { kind: 'unknown', why: '', isAway: false };
const NOTHING_LISTED: Summary = { records: [], unreadable: 0 };

/**
 * What the newest runs of a model say about it.
 * @param last what Numerai listed last, for where it cannot be asked now.
 */
export function statusOf(
  model: Model,
  list: Summary,
  roundsKnown: RoundsKnown,
  now: Date,
  {
    pauses = [],
    last = null,
    deployedAt = null,
  }: Partial<Pick<InFlightState, 'pauses' | 'deployedAt'>> & { readonly last?: RoundList | null } = {},
): ModelStatus {
  const rounds = roundsKnown.kind === 'known' ? roundsKnown.rounds : (last?.rounds ?? []);
  return {
    model,
    openRound: openRound(rounds, now),
    rounds,
    roundsAsOf: roundsKnown.kind === 'known' ? null : (last?.at ?? null),
    roundsKnown,
    deployedAt,
    ...entryStatusOf(model, list, pauses),
  };
}

/** What its newest runs, and the times that have been dealt with, say about a job. */
function jobStatusOf(
  job: Job,
  list: Summary,
  { pauses, schedules }: Pick<InFlightState, 'pauses' | 'schedules'>,
  now: Date,
): JobStatus {
  const known = entryStatusOf(job, list, pauses);
  const mark = schedules.find((each) => each.job === job.name);
  return {
    job,
    nextAt: known.paused === null ? (job.schedule?.next(now) ?? null) : null,
    skipped: mark?.schedule === job.schedule?.text ? (mark?.skipped ?? null) : null,
    ...known,
  };
}

function entryStatusOf(entry: Entry, { records, unreadable }: Summary, pauses: InFlightState['pauses']): EntryStatus {
  return {
    paused: pausedNow(entry, pauseOf(entry, pauses)),
    inFlight: records.find(({ run }) => !hasEnded(run))?.run ?? null,
    records,
    unreadable,
  };
}
