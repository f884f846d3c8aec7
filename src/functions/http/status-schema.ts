// The shape of GET /api/status, from which docs/status.schema.json is generated. The app itself takes only
// the types of it.

import * as z from 'zod/mini';
import { TOURNAMENTS } from '../../lib/config/model-schema.ts';
import { OUTCOMES } from '../../lib/runs/attempt.ts';
import { FAILURES } from '../../lib/runs/failure.ts';
import { RUN_STATES, SUBMISSIONS, TRIGGERS } from '../../lib/runs/run.ts';

const described = (description: string) => z.meta({ description });
const time = () => z.iso.datetime();
const url = () => z.url();

const attemptSchema = z.strictObject({
  number: z.int(),
  platform: z.string().check(described('What ran it.')),
  execution: z.nullable(z.string()).check(described("The platform's name of the execution.")),
  location: z.nullable(z.string()),
  outcome: z.nullable(z.enum(OUTCOMES)).check(described('Null while it has not ended.')),
  failure: z.nullable(z.enum(FAILURES)).check(described('Why it did not succeed.')),
  reason: z.nullable(z.string()),
  exitCode: z.nullable(z.int()),
  startedAt: z.nullable(time()),
  finishedAt: z.nullable(time()),
  costUsd: z.nullable(z.number()).check(described('At list price, in US dollars.')),
  lastResort: z.boolean(),
  links: z.strictObject({ logs: url() }),
});

export const runSchema = z
  .strictObject({
    id: z.string(),
    model: z.string(),
    job: z.nullable(z.string()),
    tournament: z.enum(TOURNAMENTS),
    round: z.nullable(z.int()).check(described('Null while nobody knows it.')),
    trigger: z.enum(TRIGGERS),
    triggerId: z.nullable(z.string()),
    isTest: z.boolean(),
    state: z.enum(RUN_STATES),
    reason: z
      .nullable(z.string())
      .check(described('One sentence for a person, where there is something to say.')),
    submission: z.enum(SUBMISSIONS).check(described('What Numerai says of it.')),
    slots: z.array(
      z.strictObject({
        model: z.string().check(described('Name of the model at Numerai, or its id.')),
        id: z.nullable(z.string()),
        submission: z.enum(SUBMISSIONS),
        submittedAt: z.nullable(time()),
      }),
    ),
    waitingFor: z
      .nullable(z.string())
      .check(described('Why the next attempt waits; null unless the state is `waiting`.')),
    nextAttemptAt: z.nullable(time()),
    requestedAt: time(),
    startedAt: z.nullable(time()).check(described('When the last attempt started.')),
    finishedAt: z.nullable(time()),
    durationSeconds: z
      .nullable(z.number())
      .check(described('How long the container of the last attempt ran.')),
    costUsd: z
      .nullable(z.number())
      .check(described('Of all attempts, at list price, in US dollars.')),
    attempt: z.int().check(described('Number of the last attempt; 0 where none was made.')),
    exitCode: z.nullable(z.int()).check(described('Of the last attempt.')),
    attempts: z.array(attemptSchema).check(described('Oldest first.')),
    links: z.strictObject({ self: url(), logs: url() }),
  })
  .check(z.meta({ id: 'run' }));

export type RunJson = z.infer<typeof runSchema>;

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
  currentRun: z.nullable(runSchema).check(described('The run of the open round.')),
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
  unreadable: z.int().check(described('Runs among the newest that this version cannot read.')),
});

export const statusSchema = z
  .strictObject({
    at: time(),
    timers: z.strictObject({ watcher: timerSchema, fallback: timerSchema }),
    models: z.array(modelSchema),
  })
  .check(described('The answer of GET /api/status and GET /api/status/{model}.'));

export type StatusJson = z.infer<typeof statusSchema>;
