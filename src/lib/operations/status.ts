// The state of everything, for the status endpoint, the metrics and the dashboard: one query a model, one for the
// runs in flight, and what is known of the rounds.

import type { Model } from '../config/models.ts';
import { openRound, type Round } from '../rounds/round.ts';
import type { RoundCache, RoundsKnown } from '../rounds/round-cache.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import type { InFlightIndex, Kept, Leftover, RunList, RunRecord, RunStore, Tick, Timer } from '../runs/stores.ts';
import { isRecentTick } from '../runs/timers.ts';
import type { Clock } from '../util/clock.ts';

export interface ModelStatus {
  readonly model: Model;
  /** Null where none is open, and where Numerai could not be asked. */
  readonly openRound: Round | null;
  readonly roundsKnown: RoundsKnown;
  /** The newest run that has not ended. */
  readonly inFlight: Run | null;
  /** The newest runs, newest first. */
  readonly records: readonly RunRecord[];
  /** Runs among the newest that could not be read. */
  readonly unreadable: number;
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
 * The status of some models; costs the same however long the history is.
 * @throws {ExternalCallError} where the history cannot be read.
 */
export async function readStatus(dependencies: StatusDependencies, models: readonly Model[]): Promise<Status> {
  const { runs, inFlight, rounds, clock } = dependencies;
  const [{ ticks, leftovers, kept }, found] = await Promise.all([
    inFlight.read(),
    Promise.all(
      models.map(async (model) => {
        const [list, known] = await Promise.all([
          runs.list(model.name, { limit: RUNS_READ }),
          rounds.roundsSoon(model.tournament),
        ]);
        return { model, list, known };
      }),
    ),
  ]);
  const now = clock.now();
  return {
    at: now,
    timers: {
      watcher: timerStatus(ticks.watcher, now),
      fallback: timerStatus(ticks.fallback, now),
    },
    leftovers,
    kept,
    models: found.map(({ model, list, known }) => statusOf(model, list, known, now)),
  };
}

function timerStatus(tick: Tick | undefined, now: Date): TimerStatus {
  return { lastTickAt: tick?.at ?? null, recent: isRecentTick(tick, now) };
}

/** What the newest runs of a model say about it. */
export function statusOf(
  model: Model,
  { records, unreadable }: Pick<RunList, 'records' | 'unreadable'>,
  roundsKnown: RoundsKnown,
  now: Date,
): ModelStatus {
  return {
    model,
    openRound: roundsKnown.kind === 'known' ? openRound(roundsKnown.rounds, now) : null,
    roundsKnown,
    inFlight: records.find(({ run }) => !hasEnded(run))?.run ?? null,
    records,
    unreadable,
  };
}
