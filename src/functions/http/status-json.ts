// The status as JSON. docs/status.schema.json is generated from here.

import * as z from 'zod/mini';
import { TOURNAMENTS } from '../../lib/config/model-schema.ts';
import { type ModelStatus, roundsOf, type Status } from '../../lib/operations/status.ts';
import { timeLeftMs } from '../../lib/rounds/round.ts';
import { RUN_STATES, type Run, SUBMISSIONS, TRIGGERS } from '../../lib/runs/run.ts';
import { about, runJson, runSchema, time } from './run-json.ts';

const timerSchema = z
  .object({
    lastTickAt: z.nullable(time),
    recent: z
      .boolean()
      .check(about('Whether the timer has run lately; one that has never run has not.')),
  })
  .check(z.meta({ id: 'timer' }));

const modelSchema = z.object({
  model: z.string(),
  tournament: z.enum(TOURNAMENTS),
  containerKind: z.enum(['group', 'image']),
  openRound: z
    .nullable(
      z.object({
        number: z.int(),
        openTime: time,
        closeTime: time.check(about('Submissions before this moment count.')),
        secondsLeft: z.int(),
      }),
    )
    .check(about('Null where none is open, and where Numerai could not be asked.')),
  roundsUnknown: z
    .nullable(z.string())
    .check(about('Why Numerai could not be asked; null where it could.')),
  currentRun: z.nullable(runSchema).check(about('The run of the open round.')),
  inFlight: z.nullable(runSchema).check(about('The newest run that has not ended.')),
  lastRun: z.nullable(runSchema),
  rounds: z
    .array(
      z.object({
        round: z.int(),
        state: z.enum(RUN_STATES),
        submission: z.enum(SUBMISSIONS),
        attempts: z.int(),
        trigger: z.enum(TRIGGERS),
        runId: z.string(),
        reason: z.nullable(z.string()),
      }),
    )
    .check(z.maxLength(20), about('How the last rounds went, newest first.')),
  unreadable: z.int().check(about('Runs among the newest that this version cannot read.')),
});

export const statusSchema = z
  .object({
    at: time,
    timers: z.object({ watcher: timerSchema, fallback: timerSchema }),
    models: z.array(modelSchema),
  })
  .check(about('The answer of GET /api/status and GET /api/status/{model}.'));

/** @param base where links begin. */
export function statusJson(status: Status, base: string): z.output<typeof statusSchema> {
  return statusSchema.parse({
    ...status,
    models: status.models.map((model) => modelJson(model, status.at, base)),
  } satisfies z.input<typeof statusSchema>);
}

function modelJson(status: ModelStatus, now: Date, base: string): z.input<typeof modelSchema> {
  const { model, openRound, records, inFlight, roundsKnown } = status;
  const runWhere = (is: (run: Run) => boolean) => {
    const found = records.find(({ run }) => is(run));
    return found === undefined ? null : runJson(found, base);
  };
  return {
    ...status,
    model: model.name,
    tournament: model.tournament,
    containerKind: model.container.kind,
    openRound:
      openRound === null
        ? null
        : { ...openRound, secondsLeft: Math.round(timeLeftMs(openRound, now) / 1000) },
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
