// The status as JSON; status-schema.ts says what its members mean.

import type {
  ModelStatus,
  RoundOutcome,
  Status,
  TimerStatus,
} from '../../lib/operations/status.ts';
import { timeLeftMs } from '../../lib/rounds/round.ts';
import type { Run } from '../../lib/runs/run.ts';
import { runJson } from './run-json.ts';
import type { StatusJson } from './status-schema.ts';

/** Members that follow the clock, and are no news. */
export const PASSING = ['at', 'secondsLeft', 'lastTickAt'] as const;

/** The status as {@link StatusJson}; `base` is where links begin. */
export function statusJson(status: Status, base: string): StatusJson {
  return {
    at: status.at.toISOString(),
    timers: {
      watcher: timerJson(status.timers.watcher),
      fallback: timerJson(status.timers.fallback),
    },
    models: status.models.map((model) => modelJson(model, status.at, base)),
  };
}

function timerJson({ lastTickAt, recent }: TimerStatus) {
  return { lastTickAt: lastTickAt?.toISOString() ?? null, recent };
}

function modelJson(status: ModelStatus, now: Date, base: string) {
  const { model, openRound } = status;
  const run = (value: Run | null) => (value === null ? null : runJson(value, base));
  return {
    model: model.name,
    tournament: model.tournament,
    containerKind: model.container.kind,
    openRound:
      openRound === null
        ? null
        : {
            number: openRound.number,
            openTime: openRound.openTime.toISOString(),
            closeTime: openRound.closeTime.toISOString(),
            secondsLeft: Math.round(timeLeftMs(openRound, now) / 1000),
          },
    roundsUnknown: status.roundsKnown.kind === 'unknown' ? status.roundsKnown.why : null,
    currentRun: run(status.currentRun),
    inFlight: run(status.inFlight),
    lastRun: run(status.lastRun),
    rounds: status.rounds.map(outcomeJson),
  };
}

function outcomeJson({ round, attempts, run }: RoundOutcome) {
  return {
    round,
    state: run.state,
    submission: run.submission,
    attempts,
    trigger: run.trigger,
    runId: run.id,
    reason: run.reason,
  };
}
