// What the commands need of the app's answers. Another version of the app may say more, and `--json` passes that on.

import * as z from 'zod/mini';
import { OUTCOMES } from '../src/lib/runs/attempt.ts';
import { RUN_STATES } from '../src/lib/runs/run.ts';
import { SUBMISSIONS } from '../src/lib/runs/slots.ts';

const text = z.nullable(z.string());
const attemptSchema = z.looseObject({
  number: z.int(),
  execution: text,
  location: text,
  outcome: z.nullable(z.enum(OUTCOMES)),
  reason: text,
  exitCode: z.nullable(z.int()),
  startedAt: text,
  finishedAt: text,
  slots: z.nullable(z.array(z.string())),
});
export const runSchema = z.looseObject({
  id: z.string(),
  model: text,
  job: text,
  round: z.nullable(z.int()),
  trigger: z.string(),
  triggerId: text,
  isTest: z.boolean(),
  state: z.enum(RUN_STATES),
  reason: text,
  submission: z.enum(SUBMISSIONS),
  slots: z.array(z.looseObject({ model: z.string(), id: text, submission: z.enum(SUBMISSIONS) })),
  waitingFor: text,
  nextAttemptAt: text,
  requestedAt: z.string(),
  durationSeconds: z.nullable(z.number()),
  costUsd: z.nullable(z.number()),
  attempt: z.int(),
  attempts: z.array(attemptSchema),
});
const pauseSchema = z.looseObject({ by: z.string(), reason: text });
const entryFields = {
  paused: z.nullable(pauseSchema),
  inFlight: z.nullable(runSchema),
  lastRun: z.nullable(runSchema),
};
const modelSchema = z.looseObject({
  model: z.string(),
  tournament: z.string(),
  ...entryFields,
  openRound: z.nullable(z.looseObject({ number: z.int(), closeTime: z.string() })),
  roundsUnknown: text,
  currentRun: z.nullable(runSchema),
});
const jobSchema = z.looseObject({
  job: z.string(),
  ...entryFields,
  schedule: text,
  nextAt: text,
  lastGoodAt: text,
});
/** Of GET /api/status. */
export const statusSchema = z.looseObject({
  at: z.string(),
  models: z.array(modelSchema),
  jobs: z.array(jobSchema),
});
/** Of POST /api/runs/{name}. */
export const startedSchema = z.looseObject({ runId: z.string(), duplicate: z.boolean() });
/** Of GET /api/runs. */
export const pageSchema = z.looseObject({ runs: z.array(runSchema), next: text });
/** Of GET /api/health?deep=1. */
export const healthSchema = z.object({
  findings: z.array(z.object({ dependency: z.string(), ok: z.boolean(), problem: text, remedy: text })),
});
/** Problem details (RFC 9457). */
export const problemSchema = z.object({ detail: z.string() });

/** A run as the app shows it. */
export type AppRun = z.output<typeof runSchema>;
export type AppAttempt = z.output<typeof attemptSchema>;
export type AppStatus = z.output<typeof statusSchema>;
export type AppModel = AppStatus['models'][number];
export type AppJob = AppStatus['jobs'][number];
export type AppPause = z.output<typeof pauseSchema>;
export type AppHealth = z.output<typeof healthSchema>['findings'];

/** The model or the job that a run is of. */
export const ownerOf = ({ model, job }: Pick<AppRun, 'model' | 'job'>): string => model ?? job ?? '';
