// What the app answers, where no schema of the app itself shapes it: every answer of the tests is held against it
// (test/support/described.ts).

import * as z from 'zod/mini';
import { pausedSchema, runSchema } from '../../src/functions/http/run-json.ts';
import { described } from '../../src/lib/config/fields.ts';
import { RUN_STATES } from '../../src/lib/runs/run.ts';

const url = z.string().check(z.meta({ format: 'uri' }));
const { model, job, round } = runSchema.shape;

export const started = z
  .strictObject({
    runId: z.string(),
    model,
    job,
    round,
    state: z.enum(RUN_STATES),
    duplicate: described('Whether the run was there before this call.', z.boolean()),
    statusUrl: url,
  })
  .check(z.meta({ id: 'started' }));

export const notStarted = described(
  'What is paused is not started, and there is nothing to call again for.',
  z.strictObject({ runId: z.null(), model, job, paused: pausedSchema, statusUrl: url }),
).check(z.meta({ id: 'notStarted' }));

export const runList = z.strictObject({
  runs: z.array(runSchema),
  unreadable: described('Rows that this version cannot read.', z.int()),
  next: described('Where the list goes on; null at its end.', z.nullable(url)),
});

export const pauseState = z.strictObject({ name: z.string(), paused: pausedSchema });

const status = z.enum(['ok', 'error']);
export const health = z.strictObject({ status });
export const healthDeep = z.strictObject({
  status,
  findings: z.array(
    z.strictObject({
      dependency: z.string(),
      ok: z.boolean(),
      problem: described('What is wrong; null where nothing is.', z.nullable(z.string())),
      remedy: described('What to do about it.', z.nullable(z.string())),
    }),
  ),
});

export const problem = described(
  'Problem details (RFC 9457).',
  z.strictObject({
    type: z.string(),
    status: z.int(),
    title: z.string(),
    detail: described('What happened, to what, and what to do.', z.string()),
    faults: z.optional(
      described(
        'What is wrong with the configuration.',
        z.array(z.strictObject({ key: z.string(), got: z.string(), expected: z.string() })),
      ),
    ),
    instance: z.string(),
    requestId: described('Names the request in the log.', z.string()),
  }),
).check(z.meta({ id: 'problem' }));
