// The status as JSON. docs/status.schema.json is generated from here.

import * as z from 'zod/mini';
import { CONTAINER_KINDS } from '../../lib/config/container-schema.ts';
import { described } from '../../lib/config/fields.ts';
import { TOURNAMENTS } from '../../lib/config/model-schema.ts';
import { jobHealthOf } from '../../lib/operations/job-health.ts';
import { roundsOf } from '../../lib/operations/model-health.ts';
import type { EntryStatus, JobStatus, ModelStatus, Status } from '../../lib/operations/status.ts';
import { timeLeftMs } from '../../lib/rounds/round.ts';
import type { Run } from '../../lib/runs/run.ts';
import { pausedSchema, runJson, runSchema, time } from './run-json.ts';

const timerSchema = z
  .object({
    lastTickAt: z.nullable(time),
    recent: described('Whether it has run lately; one that has never run has not.', z.boolean()),
  })
  .check(z.meta({ id: 'timer' }));

const { state, submission, trigger, reason } = runSchema.shape;
const roundSchema = z.object({
  round: z.int(),
  state,
  submission,
  attempts: z.int(),
  trigger,
  runId: z.string(),
  reason,
});

/** Of models and jobs alike. */
const entryFields = {
  containerKind: z.enum(CONTAINER_KINDS),
  paused: pausedSchema,
  inFlight: described('The newest run that has not ended.', z.nullable(runSchema)),
  lastRun: z.nullable(runSchema),
  unreadable: described('Rows of runs and attempts among the newest that this version cannot read.', z.int()),
};

const modelSchema = z.object({
  model: z.string(),
  tournament: z.enum(TOURNAMENTS),
  ...entryFields,
  openRound: described(
    'Null where none is open, as far as is known.',
    z.nullable(
      z.object({
        number: z.int(),
        openTime: time,
        closeTime: described('Submissions before this moment count.', time),
        secondsLeft: z.int(),
        asOf: described('When Numerai last said so, where it cannot be asked now; else null.', z.nullable(time)),
      }),
    ),
  ),
  roundsUnknown: described('Why Numerai could not be asked; null where it could.', z.nullable(z.string())),
  currentRun: described('The run of the open round.', z.nullable(runSchema)),
  rounds: described('How the last rounds went, newest first.', z.array(roundSchema)),
});

const jobSchema = z.object({
  job: z.string(),
  ...entryFields,
  schedule: described('NCRONTAB, in UTC; null where it runs on request only.', z.nullable(z.string())),
  overlap: z.enum(['skip', 'allow']),
  nextAt: described('Null where it has no schedule, and while it is paused.', z.nullable(time)),
  skipped: described(
    'Scheduled times that passed since the last start because a run was under way.',
    z.nullable(z.object({ count: z.int(), last: time })),
  ),
  lastGoodAt: described('When a run last did its work.', z.nullable(time)),
});

export const statusSchema = described(
  'The answer of GET /api/status and GET /api/status/{name}.',
  z.object({
    at: time,
    timers: z.object({ watcher: timerSchema, fallback: timerSchema }),
    models: z.array(modelSchema),
    jobs: z.array(jobSchema),
  }),
);

/** @param base where links begin. */
export function statusJson(status: Status, base: string): z.output<typeof statusSchema> {
  return statusSchema.parse({
    ...status,
    models: status.models.map((model) => modelJson(model, status, base)),
    jobs: status.jobs.map((job) => jobJson(job, status, base)),
  } satisfies z.input<typeof statusSchema>);
}

function modelJson(status: ModelStatus, { at: now, kept }: Status, base: string): z.input<typeof modelSchema> {
  const { model, openRound, inFlight, roundsKnown, roundsAsOf } = status;
  const runWhere = runIn(status, kept, base);
  return {
    ...status,
    model: model.name,
    tournament: model.tournament,
    containerKind: model.container.kind,
    openRound:
      openRound === null
        ? null
        : { ...openRound, secondsLeft: Math.round(timeLeftMs(openRound, now) / 1000), asOf: roundsAsOf },
    roundsUnknown: roundsKnown.kind === 'unknown' ? roundsKnown.why : null,
    currentRun: runWhere((run) => !run.isTest && run.round === openRound?.number),
    inFlight: runWhere((run) => run.id === inFlight?.id),
    lastRun: runWhere(() => true),
    rounds: roundsOf(status).map((run) => ({
      ...run,
      round: run.round ?? 0,
      attempts: run.attempt?.number ?? 0,
      runId: run.id,
    })),
  };
}

/** The newest run of which something is true. */
function runIn({ records }: EntryStatus, kept: Status['kept'], base: string) {
  return (is: (run: Run) => boolean) => {
    const found = records.find(({ run }) => is(run));
    return found === undefined ? null : runJson(found, base, kept);
  };
}

function jobJson(status: JobStatus, { kept }: Status, base: string): z.input<typeof jobSchema> {
  const { job, inFlight } = status;
  const runWhere = runIn(status, kept, base);
  return {
    ...status,
    job: job.name,
    containerKind: job.container.kind,
    schedule: job.schedule?.text ?? null,
    overlap: job.overlap,
    inFlight: runWhere((run) => run.id === inFlight?.id),
    lastRun: runWhere(() => true),
    lastGoodAt: jobHealthOf(status).lastGood?.finishedAt ?? null,
  };
}
