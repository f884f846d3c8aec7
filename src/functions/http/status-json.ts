// The status as JSON; status-schema.ts says what its members mean.

import {
  type ModelStatus,
  roundsOf,
  type Status,
  type TimerStatus,
} from '../../lib/operations/status.ts';
import { timeLeftMs } from '../../lib/rounds/round.ts';
import type { Run } from '../../lib/runs/run.ts';
import { runJson } from './run-json.ts';
import type { StatusJson } from './status-schema.ts';

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
  const { model, openRound, records, inFlight, unreadable } = status;
  const record = (wanted: (run: Run) => boolean) => {
    const found = records.find(({ run }) => wanted(run));
    return found === undefined ? null : runJson(found, base);
  };
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
    currentRun: record(
      (run) => !run.isTest && openRound !== null && run.round === openRound.number,
    ),
    inFlight: record((run) => run.id === inFlight?.id),
    lastRun: record(() => true),
    rounds: roundsOf(status).map(roundJson),
    unreadable,
  };
}

function roundJson(run: Run): StatusJson['models'][number]['rounds'][number] {
  return {
    round: run.round ?? 0,
    state: run.state,
    submission: run.submission,
    attempts: run.attempt?.number ?? 0,
    trigger: run.trigger,
    runId: run.id,
    reason: run.reason,
  };
}
