// The status in numbers. docs/monitoring.md says what each is good for.

import { timeLeftMs } from '../rounds/round.ts';
import { slotsOf } from '../runs/new-run.ts';
import { hasEnded, isGood, RUN_STATES, TRIGGERS } from '../runs/run.ts';
import { isAccepted, submittedAt } from '../runs/slots.ts';
import type { ExternalFailure, Service } from '../util/external-call.ts';
import { jobHealthOf } from './job-health.ts';
import { healthOf, type Lateness, type ModelHealth } from './model-health.ts';
import type { Metric, Sample } from './prometheus.ts';
import type { JobStatus, ModelStatus, Status } from './status.ts';

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
export function metricsOf(status: Status, counters: CallCounts, lateness: Lateness): readonly Metric[] {
  const { at, models, jobs } = status;
  const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name,
    type: 'gauge',
    help,
    samples,
  });
  const byModel = (measure: (known: ModelStatus, health: ModelHealth) => number | null) =>
    models.flatMap((known) => {
      const { name, tournament } = known.model;
      const health = healthOf(known, at, lateness);
      return sample({ model: name, tournament }, measure(known, health));
    });
  const byJob = (measure: (known: JobStatus) => number | null) =>
    jobs.flatMap((known) => sample({ job: known.job.name }, measure(known)));
  const ofTournaments = new Map(models.map((known) => [known.model.tournament, known]));
  const timers = Object.entries(status.timers);
  return [
    gauge(
      'numerai_recent_runs',
      'Of the newest runs of each model and job, those that were requested in the last 24 hours, by state and trigger, tests included.',
      recentRuns(status),
    ),
    gauge(
      'numerai_runs_in_flight',
      'Whether a run of the model has not ended yet.',
      byModel(({ inFlight }) => Number(inFlight !== null)),
    ),
    gauge(
      'numerai_last_good_submission_age_seconds',
      'Seconds since a run of the model last ended with a good submission; absent where none of its newest runs did.',
      byModel((_, { lastGood }) => {
        const time = lastGood === null ? null : (submittedAt(lastGood) ?? lastGood.finishedAt);
        return time === null ? null : secondsSince(new Date(time), at);
      }),
    ),
    gauge(
      'numerai_round_submitted',
      'Whether a run has brought in a good submission for the open round; absent while none is open, and while the model is paused.',
      byModel(({ paused }, { isOpen, hasSubmitted }) => (isOpen && paused === null ? Number(hasSubmitted) : null)),
    ),
    gauge(
      'numerai_round_slot_submitted',
      "Whether Numerai has accepted the slot's submission for the open round, by the record of the run; absent while none is open, and while the model is paused.",
      models.flatMap((known) => slotSamples(known, healthOf(known, at, lateness))),
    ),
    gauge(
      'numerai_round_left_seconds',
      'Seconds until the open round of the tournament closes; 0 while none is open; while Numerai cannot be asked, as it said last, and absent where that says none.',
      [...ofTournaments].flatMap(([tournament, { openRound, roundsKnown }]) => {
        const left = openRound === null ? 0 : Math.round(timeLeftMs(openRound, at) / 1000);
        const isKnown = openRound !== null || roundsKnown.kind === 'known';
        return sample({ tournament }, isKnown ? left : null);
      }),
    ),
    gauge(
      'numerai_paused',
      'Whether the model or job is paused.',
      [
        ...models.map(({ model, paused }) => ({ ...model, paused })),
        ...jobs.map(({ job, paused }) => ({ ...job, paused })),
      ].map(({ name, paused }) => ({ labels: { name }, value: Number(paused !== null) })),
    ),
    gauge(
      'numerai_job_in_flight',
      'Whether a run of the job has not ended yet.',
      byJob(({ inFlight }) => Number(inFlight !== null)),
    ),
    gauge(
      'numerai_job_last_run_good',
      'Whether the last run of the job that has ended did its work; absent where none has.',
      byJob(({ records }) => {
        const last = records.find(({ run }) => hasEnded(run))?.run;
        return last === undefined ? null : Number(isGood(last));
      }),
    ),
    gauge(
      'numerai_job_last_good_age_seconds',
      'Seconds since a run of the job last did its work; absent where none of its newest runs did.',
      byJob((known) => {
        const time = jobHealthOf(known).lastGood?.finishedAt ?? null;
        return time === null ? null : secondsSince(new Date(time), at);
      }),
    ),
    gauge(
      'numerai_job_next_seconds',
      'Seconds until the next scheduled time of the job; absent where it has no schedule, and while it is paused.',
      byJob(({ nextAt }) => (nextAt === null ? null : Math.round((nextAt.getTime() - at.getTime()) / 1000))),
    ),
    gauge(
      'numerai_timer_tick_age_seconds',
      'Seconds since the timer last wrote down that it ran, which it does every five minutes; absent where it never did.',
      timers.flatMap(([timer, { lastTickAt }]) =>
        sample({ timer }, lastTickAt === null ? null : secondsSince(lastTickAt, at)),
      ),
    ),
    gauge(
      'numerai_timer_recent',
      'Whether the timer has run lately.',
      timers.flatMap(([timer, { recent }]) => sample({ timer }, Number(recent))),
    ),
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

/** One for each slot; before there is a run, none of them is submitted. */
function slotSamples({ model, paused }: ModelStatus, { isOpen, run }: ModelHealth): Sample[] {
  const { name, tournament } = model;
  const slots = run?.slots ?? slotsOf(model);
  return isOpen && paused === null
    ? slots.map((slot) => ({ labels: { model: name, tournament, slot: slot.model }, value: Number(isAccepted(slot)) }))
    : [];
}

/** What is not known is left out. */
function sample(labels: Readonly<Record<string, string>>, value: number | null): Sample[] {
  return value === null ? [] : [{ labels, value }];
}

function recentRuns(status: Status): Sample[] {
  const recent = [...status.models, ...status.jobs]
    .flatMap((model) => model.records.map(({ run }) => run))
    .filter((run) => status.at.getTime() - Date.parse(run.requestedAt) < RECENT_MS);
  return RUN_STATES.flatMap((state) =>
    TRIGGERS.map((trigger) => ({
      labels: { state, trigger },
      value: recent.filter((run) => run.state === state && run.trigger === trigger).length,
    })),
  );
}

function secondsSince(earlier: Date, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - earlier.getTime()) / 1000));
}
