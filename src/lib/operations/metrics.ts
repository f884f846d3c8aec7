// The status in numbers. docs/monitoring.md says what each is good for.

import { timeLeftMs } from '../rounds/round.ts';
import { RUN_STATES, submittedAt, TRIGGERS } from '../runs/run.ts';
import type { ExternalFailure, Service } from '../util/external-call.ts';
import { healthOf, type ModelHealth } from './model-health.ts';
import type { Metric, Sample } from './prometheus.ts';
import type { ModelStatus, Status } from './status.ts';

/** Failed external calls, counted by this process. */
export interface CallCounts {
  /** Distinguishes the counts of one process from those of another, which begin at zero. */
  readonly process: string;
  read(): readonly {
    readonly service: Service;
    readonly failure: ExternalFailure;
    readonly count: number;
  }[];
}

/** How far back runs are counted: the number must not grow with the history. */
const RECENT_MS = 24 * 3600_000;

/** Every series once, and zeroes where a sum is to be made; what is not known is left out. */
export function metricsOf(
  status: Status,
  counters: CallCounts,
  fallbackGraceMinutes: number,
): readonly Metric[] {
  const health = new Map(
    status.models.map((model) => [
      model.model.name,
      healthOf(model, status.at, fallbackGraceMinutes),
    ]),
  );
  const byHealth = (measure: (health: ModelHealth) => number | null) =>
    byModel(status, ({ model }) => {
      const known = health.get(model.name);
      return known === undefined ? null : measure(known);
    });
  return [
    {
      name: 'numerai_recent_runs',
      type: 'gauge',
      help: 'Runs that were requested in the last 24 hours, by state and trigger, tests included.',
      samples: recentRuns(status),
    },
    {
      name: 'numerai_runs_in_flight',
      type: 'gauge',
      help: 'Whether a run of the model has not ended yet.',
      samples: byModel(status, (model) => (model.inFlight === null ? 0 : 1)),
    },
    {
      name: 'numerai_last_good_submission_age_seconds',
      type: 'gauge',
      help: 'Seconds since a run of the model last ended with a good submission; absent where none of its newest runs did.',
      samples: byHealth((known) => secondsSinceGood(known, status.at)),
    },
    {
      name: 'numerai_round_submitted',
      type: 'gauge',
      help: 'Whether a run has brought in a good submission for the open round; absent while none is open.',
      samples: byHealth(({ isOpen, hasSubmitted }) => (isOpen ? Number(hasSubmitted) : null)),
    },
    {
      name: 'numerai_round_left_seconds',
      type: 'gauge',
      help: 'Seconds until the open round of the tournament closes; 0 while none is open, absent where Numerai cannot be asked.',
      samples: byTournament(status, ({ openRound, roundsKnown }) => {
        if (openRound !== null) return Math.round(timeLeftMs(openRound, status.at) / 1000);
        return roundsKnown.kind === 'known' ? 0 : null;
      }),
    },
    {
      name: 'numerai_timer_tick_age_seconds',
      type: 'gauge',
      help: 'Seconds since the timer last wrote down that it ran, which it does every five minutes; absent where it never did.',
      samples: timers(status).flatMap(([timer, { lastTickAt }]) =>
        lastTickAt === null
          ? []
          : [{ labels: { timer }, value: secondsBetween(lastTickAt, status.at) }],
      ),
    },
    {
      name: 'numerai_timer_recent',
      type: 'gauge',
      help: 'Whether the timer has run lately.',
      samples: timers(status).map(([timer, { recent }]) => ({
        labels: { timer },
        value: Number(recent),
      })),
    },
    {
      name: 'numerai_external_call_errors_total',
      type: 'counter',
      help: 'Attempts of calls to other services that failed, since this process of the app started.',
      samples: counters.read().map(({ service, failure, count }) => ({
        labels: { service, failure, process: counters.process },
        value: count,
      })),
    },
  ];
}

function recentRuns(status: Status): Sample[] {
  const recent = status.models
    .flatMap((model) => model.records.map(({ run }) => run))
    .filter((run) => status.at.getTime() - Date.parse(run.requestedAt) < RECENT_MS);
  return RUN_STATES.flatMap((state) =>
    TRIGGERS.map((trigger) => ({
      labels: { state, trigger },
      value: recent.filter((run) => run.state === state && run.trigger === trigger).length,
    })),
  );
}

function secondsSinceGood({ lastGood }: ModelHealth, now: Date): number | null {
  const time = lastGood === null ? null : (submittedAt(lastGood) ?? lastGood.finishedAt);
  return time === null ? null : secondsBetween(new Date(time), now);
}

function secondsBetween(earlier: Date, later: Date): number {
  return Math.max(0, Math.round((later.getTime() - earlier.getTime()) / 1000));
}

function timers({ timers: { watcher, fallback } }: Status) {
  return [
    ['watcher', watcher],
    ['fallback', fallback],
  ] as const;
}

function byModel(status: Status, measure: (model: ModelStatus) => number | null): Sample[] {
  return status.models.flatMap((known) => {
    const value = measure(known);
    const { name, tournament } = known.model;
    return value === null ? [] : [{ labels: { model: name, tournament }, value }];
  });
}

function byTournament(status: Status, measure: (model: ModelStatus) => number | null): Sample[] {
  const one = new Map(status.models.map((known) => [known.model.tournament, known]));
  return [...one].flatMap(([tournament, known]) => {
    const value = measure(known);
    return value === null ? [] : [{ labels: { tournament }, value }];
  });
}
