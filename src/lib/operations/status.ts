// The state of everything, for the status endpoint, the metrics and the dashboard: one query a model, one for the
// runs in flight, and what is known of the rounds.

import { type Entry, isJob, type Job, type Model } from '../config/models.ts';
import { openRound, type Round } from '../rounds/round.ts';
import type { RoundCache, RoundsKnown } from '../rounds/round-cache.ts';
import { type Paused, pausedNow, pauseOf } from '../runs/pause.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import type {
  InFlightIndex,
  InFlightState,
  Kept,
  Leftover,
  RunList,
  RunRecord,
  RunStore,
  ScheduleMark,
  Tick,
  Timer,
} from '../runs/stores.ts';
import { isRecentTick } from '../runs/timers.ts';
import type { Clock } from '../util/clock.ts';

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
  /** Null where none is open, and where Numerai could not be asked. */
  readonly openRound: Round | null;
  readonly roundsKnown: RoundsKnown;
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
  /** Whether it has run lately; a timer that has never run is not. */
  readonly recent: boolean;
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

/** Enough for 20 rounds and some tests. */
export const RUNS_READ = 30;

export interface StatusDependencies {
  readonly clock: Clock;
  readonly runs: RunStore;
  readonly inFlight: InFlightIndex;
  readonly rounds: RoundCache;
}

/**
 * The status of some models and jobs; costs the same however long the history is.
 * @throws {ExternalCallError} where the history cannot be read.
 */
export async function readStatus(dependencies: StatusDependencies, entries: readonly Entry[]): Promise<Status> {
  const { runs, inFlight, rounds, clock } = dependencies;
  const models = entries.filter((entry) => !isJob(entry));
  const [state, listed, known] = await Promise.all([
    inFlight.read(),
    Promise.all(entries.map(({ name }) => runs.list(name, { limit: RUNS_READ }))),
    Promise.all(models.map(({ tournament }) => rounds.roundsSoon(tournament))),
  ]);
  const { ticks, leftovers, kept, pauses, schedules } = state;
  const now = clock.now();
  const lists = new Map(entries.map(({ name }, index) => [name, listed[index] ?? NOTHING_LISTED]));
  const listOf = ({ name }: Entry) => lists.get(name) ?? NOTHING_LISTED;
  return {
    at: now,
    timers: {
      watcher: timerStatus(ticks.watcher, now),
      fallback: timerStatus(ticks.fallback, now),
    },
    leftovers,
    kept,
    models: models.map((model, index) => statusOf(model, listOf(model), known[index] ?? NOT_ASKED, now, { pauses })),
    jobs: entries.filter(isJob).map((job) => jobStatusOf(job, listOf(job), { pauses, schedules }, now)),
  };
}

/** There is an answer, or none, for each model. */
const NOT_ASKED: RoundsKnown = { kind: 'unknown', why: '', isAway: false };
const NOTHING_LISTED: Pick<RunList, 'records' | 'unreadable'> = { records: [], unreadable: 0 };

function timerStatus(tick: Tick | undefined, now: Date): TimerStatus {
  return { lastTickAt: tick?.at ?? null, recent: isRecentTick(tick, now) };
}

/** What the newest runs of a model say about it. */
export function statusOf(
  model: Model,
  list: Pick<RunList, 'records' | 'unreadable'>,
  roundsKnown: RoundsKnown,
  now: Date,
  { pauses }: Pick<InFlightState, 'pauses'> = { pauses: [] },
): ModelStatus {
  return {
    model,
    openRound: roundsKnown.kind === 'known' ? openRound(roundsKnown.rounds, now) : null,
    roundsKnown,
    ...entryStatusOf(model, list, pauses),
  };
}

/** What its newest runs, and the times that have been dealt with, say about a job. */
function jobStatusOf(
  job: Job,
  list: Pick<RunList, 'records' | 'unreadable'>,
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

function entryStatusOf(
  entry: Entry,
  { records, unreadable }: Pick<RunList, 'records' | 'unreadable'>,
  pauses: InFlightState['pauses'],
): EntryStatus {
  return {
    paused: pausedNow(entry, pauseOf(entry, pauses)),
    inFlight: records.find(({ run }) => !hasEnded(run))?.run ?? null,
    records,
    unreadable,
  };
}
