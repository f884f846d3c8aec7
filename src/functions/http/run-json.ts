// A run, and the answer to a request for one, as JSON. What the schema does not name the app keeps for itself.

import type { HttpResponseInit } from '@azure/functions';
import * as z from 'zod/mini';
import { TOURNAMENTS } from '../../lib/config/model-schema.ts';
import type { RequestedRun } from '../../lib/operations/request-run.ts';
import { durationSeconds, OUTCOMES } from '../../lib/runs/attempt.ts';
import { FAILURES } from '../../lib/runs/failure.ts';
import { costUsd, RUN_STATES, type Run, SUBMISSIONS, TRIGGERS } from '../../lib/runs/run.ts';
import type { RunRecord } from '../../lib/runs/stores.ts';
import { json } from './responses.ts';

export const about = (description: string) => z.meta({ description });
const url = z.string().check(z.meta({ format: 'uri' }));
/** ISO 8601 in UTC. */
export const time = z.pipe(
  z.transform((moment: Date | string) =>
    typeof moment === 'string' ? moment : moment.toISOString(),
  ),
  z.string().check(z.meta({ format: 'date-time' })),
);

const attemptSchema = z.object({
  number: z.int(),
  platform: z.string().check(about('What ran it.')),
  execution: z.nullable(z.string()).check(about("The platform's name of the execution.")),
  location: z.nullable(z.string()),
  outcome: z.nullable(z.enum(OUTCOMES)).check(about('Null while it has not ended.')),
  failure: z.nullable(z.enum(FAILURES)).check(about('Why it did not succeed.')),
  reason: z.nullable(z.string()),
  exitCode: z.nullable(z.int()),
  startedAt: z.nullable(time),
  finishedAt: z.nullable(time),
  costUsd: z.nullable(z.number()).check(about('At list price, in US dollars.')),
  lastResort: z.boolean(),
  links: z.object({ logs: url }),
});

export const runSchema = z
  .object({
    id: z.string(),
    model: z.string(),
    job: z.nullable(z.string()),
    tournament: z.enum(TOURNAMENTS),
    round: z.nullable(z.int()).check(about('Null while nobody knows it.')),
    trigger: z.enum(TRIGGERS),
    triggerId: z.nullable(z.string()),
    isTest: z.boolean(),
    state: z.enum(RUN_STATES),
    reason: z
      .nullable(z.string())
      .check(about('One sentence for a person, where there is something to say.')),
    submission: z.enum(SUBMISSIONS).check(about('What Numerai says of it.')),
    slots: z.array(
      z.object({
        model: z.string().check(about('Name of the model at Numerai, or its id.')),
        id: z.nullable(z.string()),
        submission: z.enum(SUBMISSIONS),
        submittedAt: z.nullable(time),
      }),
    ),
    waitingFor: z
      .nullable(z.string())
      .check(about('Why the next attempt waits; null unless the state is `waiting`.')),
    nextAttemptAt: z.nullable(time),
    requestedAt: time,
    startedAt: z.nullable(time).check(about('When the last attempt started.')),
    finishedAt: z.nullable(time),
    durationSeconds: z
      .nullable(z.number())
      .check(about('How long the container of the last attempt ran.')),
    costUsd: z.nullable(z.number()).check(about('Of all attempts, at list price, in US dollars.')),
    attempt: z.int().check(about('Number of the last attempt; 0 where none was made.')),
    exitCode: z.nullable(z.int()).check(about('Of the last attempt.')),
    attempts: z.array(attemptSchema).check(about('Oldest first.')),
    links: z.object({ self: url, logs: url }),
  })
  .check(z.meta({ id: 'run' }));

/** The address of a run. */
function runUrl(base: string, run: Pick<Run, 'model' | 'id'>): string {
  return `${base}/api/runs/${encodeURIComponent(run.model)}/${run.id}`;
}

/** @param base where links begin. */
export function runJson({ run, earlier }: RunRecord, base: string): z.output<typeof runSchema> {
  const self = runUrl(base, run);
  const { attempt } = run;
  const attempts = [...earlier, ...(attempt === null ? [] : [attempt])];
  return runSchema.parse({
    ...run,
    job: null,
    startedAt: attempt?.startedAt ?? null,
    durationSeconds: durationSeconds(attempt),
    costUsd: costUsd(run),
    attempt: attempt?.number ?? 0,
    exitCode: attempt?.exitCode ?? null,
    attempts: attempts.map((each) => ({
      ...each,
      lastResort: false,
      links: { logs: `${self}/logs?attempt=${each.number}` },
    })),
    links: { self, logs: `${self}/logs` },
  } satisfies z.input<typeof runSchema>);
}

/** The answer to a webhook, and to an operator's start. 200: Numerai takes nothing else for success. */
export function startAnswer({ run, duplicate }: RequestedRun, base: string): HttpResponseInit {
  const { id: runId, model, round, state } = run;
  const body = { runId, model, round, state, duplicate, statusUrl: runUrl(base, run) };
  return json(200, body, { 'x-run-id': runId });
}
