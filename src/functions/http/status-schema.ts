// The shape of GET /api/status, from which docs/status.schema.json is generated. The app itself takes only
// the types of it.

import * as z from 'zod/mini';
import { TOURNAMENTS } from '../../lib/config/model-schema.ts';
import { RUN_STATES, SUBMISSIONS, TRIGGERS } from '../../lib/runs/run.ts';

const described = (description: string) => z.meta({ description });
const time = () => z.iso.datetime();
const url = () => z.url();

export const runSchema = z
  .strictObject({
    id: z.string(),
    model: z.string(),
    tournament: z.enum(TOURNAMENTS),
    round: z.nullable(z.int()).check(described('Null while nobody knows it.')),
    attempt: z.int(),
    trigger: z.enum(TRIGGERS),
    triggerId: z.nullable(z.string()),
    isTest: z.boolean(),
    state: z.enum(RUN_STATES),
    reason: z
      .nullable(z.string())
      .check(described('One sentence for a person, where there is something to say.')),
    submission: z.enum(SUBMISSIONS).check(described('What Numerai says of it.')),
    submittedAt: z.nullable(time()),
    containerGroup: z.nullable(z.string()),
    location: z.nullable(z.string()),
    exitCode: z.nullable(z.int()),
    requestedAt: time(),
    startedAt: z.nullable(time()),
    finishedAt: z.nullable(time()),
    durationSeconds: z.nullable(z.number()),
    costUsd: z.nullable(z.number()).check(described('At list price, in US dollars.')),
    previousRunId: z.nullable(z.string()).check(described('The attempt before this one.')),
    links: z.strictObject({ self: url(), logs: url() }),
  })
  .check(z.meta({ id: 'run' }));

const timerSchema = z
  .strictObject({
    lastTickAt: z.nullable(time()),
    recent: z
      .boolean()
      .check(described('Whether the timer has run lately; one that has never run has not.')),
  })
  .check(z.meta({ id: 'timer' }));

const modelSchema = z.strictObject({
  model: z.string(),
  tournament: z.enum(TOURNAMENTS),
  containerKind: z.enum(['group', 'image']),
  openRound: z
    .nullable(
      z.strictObject({
        number: z.int(),
        openTime: time(),
        closeTime: time().check(described('Submissions before this moment count.')),
        secondsLeft: z.int(),
      }),
    )
    .check(described('Null where none is open, and where Numerai could not be asked.')),
  roundsUnknown: z
    .nullable(z.string())
    .check(described('Why Numerai could not be asked; null where it could.')),
  currentRun: z.nullable(runSchema).check(described('The newest run of the open round.')),
  inFlight: z.nullable(runSchema).check(described('The newest run that has not ended.')),
  lastRun: z.nullable(runSchema),
  rounds: z
    .array(
      z.strictObject({
        round: z.int(),
        state: z.enum(RUN_STATES),
        submission: z.enum(SUBMISSIONS),
        attempts: z.int(),
        trigger: z.enum(TRIGGERS),
        runId: z.string(),
        reason: z.nullable(z.string()),
      }),
    )
    .check(z.maxLength(20), described('How the last rounds went, newest first.')),
});

export const statusSchema = z
  .strictObject({
    at: time(),
    timers: z.strictObject({ watcher: timerSchema, fallback: timerSchema }),
    models: z.array(modelSchema),
  })
  .check(
    described(
      'The answer of GET /api/status and GET /api/status/{model}. The ETag stays the same while only `at`, `secondsLeft` and `lastTickAt` change: send it as If-None-Match, and get 304 until something has happened.',
    ),
  );

export type StatusJson = z.infer<typeof statusSchema>;
