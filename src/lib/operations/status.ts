// The state of everything, for the status endpoint and the dashboard: one query a model, one for the runs
// in flight, and what is known of the rounds.

import type { Services } from '../../services.ts';
import type { Model, Tournament } from '../config/models.ts';
import { openRound, type Round } from '../rounds/round.ts';
import type { RoundsKnown } from '../rounds/round-cache.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import type { Tick, Timer } from '../storage/in-flight.ts';
import { withTimeLimit } from '../util/clock.ts';

/** How one round went for a model. */
export interface RoundOutcome {
  readonly round: number;
  readonly attempts: number;
  /** The run that decided: the one that succeeded, else the last. */
  readonly run: Run;
}

export interface ModelStatus {
  readonly model: Model;
  /** Null where none is open, and where Numerai could not be asked. */
  readonly openRound: Round | null;
  readonly roundsKnown: RoundsKnown;
  /** The newest run of the open round. */
  readonly currentRun: Run | null;
  readonly inFlight: Run | null;
  readonly lastRun: Run | null;
  /** Newest first, at most 20. */
  readonly rounds: readonly RoundOutcome[];
  /** The newest runs, newest first: what the rest was made from. */
  readonly recentRuns: readonly Run[];
}

export interface TimerStatus {
  readonly lastTickAt: Date | null;
  /** Whether it has run lately; a timer that has never run is not. */
  readonly recent: boolean;
}

export interface Status {
  readonly at: Date;
  readonly timers: Readonly<Record<Timer, TimerStatus>>;
  readonly models: readonly ModelStatus[];
}

const ROUNDS_SHOWN = 20;
/** Enough for 20 rounds with a few retries each. */
export const RUNS_READ = 60;
/** A status without the rounds, now, is worth more than one with them that comes late. */
const ROUNDS_WAITED_MS = 3_000;

/**
 * The status of some models; costs the same however long the history is.
 * @throws {ExternalCallError} where the history cannot be read.
 */
export async function readStatus(
  services: Pick<Services, 'clock' | 'runs' | 'inFlight' | 'roundBook'>,
  models: readonly Model[],
): Promise<Status> {
  const tournaments = [...new Set(models.map((model) => model.tournament))];
  const [{ ticks }, rounds, histories] = await Promise.all([
    services.inFlight.read(),
    Promise.all(
      tournaments.map(
        async (tournament) => [tournament, await knownSoon(services, tournament)] as const,
      ),
    ),
    Promise.all(models.map((model) => services.runs.listRuns(model.name, { limit: RUNS_READ }))),
  ]);
  const now = services.clock.now();
  const known = new Map<Tournament, RoundsKnown>(rounds);
  const unknown: RoundsKnown = { kind: 'unknown', why: 'The rounds have not been asked for.' };
  return {
    at: now,
    timers: {
      watcher: timerStatus(ticks.watcher, now),
      fallback: timerStatus(ticks.fallback, now),
    },
    models: models.map((model, index) =>
      summarize(model, histories[index] ?? [], known.get(model.tournament) ?? unknown, now),
    ),
  };
}

function knownSoon(
  { clock, roundBook }: Pick<Services, 'clock' | 'roundBook'>,
  tournament: Tournament,
): Promise<RoundsKnown> {
  return withTimeLimit(clock, ROUNDS_WAITED_MS, undefined, (signal) =>
    roundBook.rounds(tournament, signal),
  );
}

function timerStatus(tick: Tick | undefined, now: Date): TimerStatus {
  if (tick === undefined) return { lastTickAt: null, recent: false };
  return { lastTickAt: tick.at, recent: now.getTime() - tick.at.getTime() < TIMING.tickLateMs };
}

/** What the newest runs of a model, newest first, say about it. */
export function summarize(
  model: Model,
  recentRuns: readonly Run[],
  roundsKnown: RoundsKnown,
  now: Date,
): ModelStatus {
  const open = roundsKnown.kind === 'known' ? openRound(roundsKnown.rounds, now) : null;
  const real = recentRuns.filter((run) => !run.isTest);
  return {
    model,
    openRound: open,
    roundsKnown,
    currentRun: open === null ? null : (real.find((run) => run.round === open.number) ?? null),
    inFlight: recentRuns.find((run) => !hasEnded(run)) ?? null,
    lastRun: recentRuns[0] ?? null,
    rounds: outcomes(real),
    recentRuns,
  };
}

function outcomes(runs: readonly Run[]): RoundOutcome[] {
  const byRound = new Map<number, Run[]>();
  for (const run of runs) {
    if (run.round === null) continue;
    const known = byRound.get(run.round);
    if (known === undefined) byRound.set(run.round, [run]);
    else known.push(run);
  }
  return [...byRound.entries()]
    .sort(([a], [b]) => b - a)
    .slice(0, ROUNDS_SHOWN)
    .flatMap(([round, attempts]) => {
      const run = attempts.find((attempt) => attempt.state === 'succeeded') ?? attempts[0];
      return run === undefined ? [] : [{ round, attempts: attempts.length, run }];
    });
}
