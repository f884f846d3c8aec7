// A run, and the answer to a request for one, as JSON. What the schema does not name the app keeps for itself.

import type { HttpResponseInit } from '@azure/functions';
import * as z from 'zod/mini';
import { described } from '../../lib/config/fields.ts';
import { TOURNAMENTS } from '../../lib/config/model-schema.ts';
import { type Entry, isJob } from '../../lib/config/models.ts';
import { keptOf } from '../../lib/operations/kept.ts';
import type { RequestedRun } from '../../lib/operations/request-run.ts';
import { durationSeconds, OUTCOMES } from '../../lib/runs/attempt.ts';
import { FAILURES } from '../../lib/runs/failure.ts';
import type { Paused } from '../../lib/runs/pause.ts';
import { costUsd, RUN_STATES, type Run, TRIGGERS } from '../../lib/runs/run.ts';
import { SUBMISSIONS } from '../../lib/runs/slots.ts';
import type { Kept, RunRecord } from '../../lib/runs/stores.ts';
import { json } from './responses.ts';

const text = z.nullable(z.string());
const url = z.string().check(z.meta({ format: 'uri' }));
/** ISO 8601 in UTC. */
export const time = z.pipe(
  z.transform((moment: Date | string) => (typeof moment === 'string' ? moment : moment.toISOString())),
  z.string().check(z.meta({ format: 'date-time' })),
);

const attemptSchema = z.object({
  number: z.int(),
  platform: described('What ran it.', z.string()),
  execution: described("The platform's name of the execution.", text),
  location: text,
  outcome: described('Null while it has not ended.', z.nullable(z.enum(OUTCOMES))),
  failure: described('Why it did not succeed.', z.nullable(z.enum(FAILURES))),
  reason: text,
  exitCode: z.nullable(z.int()),
  startedAt: z.nullable(time),
  finishedAt: z.nullable(time),
  costUsd: described('At list price, in US dollars.', z.nullable(z.number())),
  slots: described(
    'The slots that it was for, where others were submitted before; null: all.',
    z.nullable(z.array(z.string())),
  ),
  lastResort: described('Whether it ran the cheaper container of `lastResort`.', z.boolean()),
  kept: described(
    'Where what a failed attempt has left is kept to be looked at (`keepFailed`): until when, and how to look at it.',
    z.nullable(z.object({ until: time, look: z.string() })),
  ),
  links: z.object({ logs: url }),
});

export const runSchema = z
  .object({
    id: z.string(),
    model: described('Null for the run of a job.', text),
    job: described('Null for the run of a model.', text),
    tournament: described('Null for the run of a job.', z.nullable(z.enum(TOURNAMENTS))),
    round: described('Null while nobody knows it, and for the run of a job.', z.nullable(z.int())),
    scheduledFor: described('The scheduled time of a job; null where somebody asked for the run.', z.nullable(time)),
    trigger: z.enum(TRIGGERS),
    triggerId: text,
    isTest: z.boolean(),
    state: z.enum(RUN_STATES),
    reason: described('One sentence for a person, where there is something to say.', text),
    submission: described('What Numerai says of all slots together.', z.enum(SUBMISSIONS)),
    slots: z.array(
      z.object({
        model: described('Name of the model at Numerai, or its id.', z.string()),
        id: text,
        submission: z.enum(SUBMISSIONS),
        submittedAt: z.nullable(time),
      }),
    ),
    waitingFor: described('Why the next attempt waits; null unless the state is `waiting`.', text),
    nextAttemptAt: z.nullable(time),
    requestedAt: time,
    startedAt: described('When the last attempt started.', z.nullable(time)),
    finishedAt: z.nullable(time),
    durationSeconds: described('How long the container of the last attempt ran.', z.nullable(z.number())),
    costUsd: described('Of all attempts, at list price, in US dollars.', z.nullable(z.number())),
    attempt: described('Number of the last attempt; 0 where none was made.', z.int()),
    exitCode: described('Of the last attempt.', z.nullable(z.int())),
    attempts: described('Oldest first.', z.array(attemptSchema)),
    links: z.object({ self: url, logs: url }),
  })
  .check(z.meta({ id: 'run' }));

/** Whose run it is: of a model, or of a job. */
function ownerJson(run: Pick<Run, 'model' | 'tournament'>) {
  return isJob(run) ? { model: null, job: run.model } : { model: run.model, job: null };
}

/** The address of a run. */
function runUrl(base: string, run: Pick<Run, 'model' | 'id'>): string {
  return `${base}/api/runs/${encodeURIComponent(run.model)}/${run.id}`;
}

/**
 * @param base where links begin.
 * @param kept what is kept of failed attempts.
 */
export function runJson({ run, earlier }: RunRecord, base: string, kept: readonly Kept[]): z.output<typeof runSchema> {
  const self = runUrl(base, run);
  const { attempt } = run;
  const attempts = [...earlier, ...(attempt === null ? [] : [attempt])];
  return runSchema.parse({
    ...run,
    ...ownerJson(run),
    startedAt: attempt?.startedAt ?? null,
    durationSeconds: durationSeconds(attempt),
    costUsd: costUsd(run),
    attempt: attempt?.number ?? 0,
    exitCode: attempt?.exitCode ?? null,
    attempts: attempts.map((each) => ({
      ...each,
      kept: keptOf(kept, run.id, each.number),
      links: { logs: `${self}/logs?attempt=${each.number}` },
    })),
    links: { self, logs: `${self}/logs` },
  } satisfies z.input<typeof runSchema>);
}

/** The answer to a webhook, and to an operator's start. 200: Numerai takes nothing else for success. */
export function startAnswer({ run, duplicate }: RequestedRun, base: string): HttpResponseInit {
  const { id: runId, round, state } = run;
  const body = { runId, ...ownerJson(run), round, state, duplicate, statusUrl: runUrl(base, run) };
  return json(200, body, { 'x-run-id': runId });
}

/** When, by whom and why something was paused. */
export const pausedSchema = z.nullable(
  z.object({
    since: described('Null where models.json says so.', z.nullable(time)),
    by: z.string(),
    reason: text,
  }),
);

/** The answer to a webhook of what is paused. 200 as well: nothing is wrong, and there is nothing to call again for. */
export function pausedAnswer(entry: Entry, paused: Paused, base: string): HttpResponseInit {
  const owner = ownerJson({ model: entry.name, tournament: entry.tournament });
  const statusUrl = `${base}/api/status/${entry.name}`;
  return json(200, { runId: null, ...owner, paused: pausedSchema.parse(paused), statusUrl });
}
