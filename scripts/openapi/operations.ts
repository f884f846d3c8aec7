// What can be called, what it takes and what it answers.

import * as z from 'zod/mini';
import type { API } from '../../src/functions/api.ts';
import { runSchema } from '../../src/functions/http/run-json.ts';
import { statusSchema } from '../../src/functions/http/status-json.ts';
import { pauseBody } from '../../src/functions/pause.ts';
import { runsQuery } from '../../src/functions/runs.ts';
import { startOptions } from '../../src/functions/start.ts';
import { webhookBody } from '../../src/lib/start/webhook-body.ts';
import * as answers from './answers.ts';
import {
  body,
  eitherOf,
  HEADERS,
  inPath,
  inQuery,
  type JsonObject,
  json,
  problem,
  RUN_HEADERS,
  ref,
  refusals,
  text,
} from './parts.ts';

export interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  /** Default: the function's name. */
  readonly operationId?: string;
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly JsonObject[];
  readonly parameters?: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly responses: JsonObject;
}

const OF_BODY = [400, 403, 404, 411, 413, 415] as const;

const runOf = (path: string) => ({ path, parameters: [inPath('model'), inPath('runId')] });

const eitherHealth = (description: string) => eitherOf(description, answers.health, answers.healthDeep);

const status = statusSchema.check(z.meta({ id: 'status' }));

/** By the names of the functions; `health` and `openapi` need no key. */
export const OPERATIONS: Readonly<Record<keyof typeof API | 'health' | 'openapi', readonly Operation[]>> = {
  webhook: [
    {
      method: 'post',
      path: '/webhook/{model}',
      summary: 'Numerai says that a round is open; another program starts a job.',
      description: 'Every field of the body is optional. A run of the round that is there already is the answer.',
      parameters: [inPath('model')],
      requestBody: body(webhookBody, { roundNumber: '1784', triggerId: 'abc', isTest: false }),
      responses: {
        // Without the run's id in a header: there may be none.
        200: json('The run; or why there is none.', z.union([answers.started, answers.notStarted])),
        ...refusals(...OF_BODY, 409, 429),
      },
    },
  ],
  start: [
    {
      method: 'post',
      path: '/runs/{model}',
      summary: 'Starts a model or a job.',
      description:
        '`force` starts a round again that has its submission; `test` starts a run that submits for no round, and is no option of a job.',
      parameters: [inPath('model')],
      requestBody: body(startOptions, { force: false, test: false }),
      responses: { 200: json('The run.', answers.started, RUN_HEADERS), ...refusals(...OF_BODY, 409, 429) },
    },
  ],
  cancel: [
    {
      method: 'post',
      ...runOf('/runs/{model}/{runId}/cancel'),
      summary: 'Cancels a run.',
      responses: { 200: json('The run.', runSchema, RUN_HEADERS), ...refusals(403, 404, 409) },
    },
  ],
  pause: [
    {
      method: 'post',
      path: '/pause/{model}',
      summary: 'Pauses a model or a job.',
      parameters: [inPath('model')],
      requestBody: body(pauseBody, { by: 'Ada', reason: 'A new image is on its way.' }),
      responses: { 200: json('Since when, by whom and why.', answers.pauseState), ...refusals(...OF_BODY) },
    },
  ],
  resume: [
    {
      method: 'post',
      path: '/resume/{model}',
      summary: 'Resumes a model or a job.',
      parameters: [inPath('model')],
      requestBody: body(pauseBody, { by: 'Ada' }),
      responses: {
        200: json('No operator pauses it; how models.json goes on pausing it, or null.', answers.pauseState),
        ...refusals(...OF_BODY, 409),
      },
    },
  ],
  status: [
    {
      method: 'get',
      path: '/status',
      summary: 'Rounds, jobs, runs and timers at a glance.',
      responses: { 200: json('The status.', status), ...refusals() },
    },
    {
      method: 'get',
      path: '/status/{model}',
      operationId: 'statusOf',
      summary: 'The same of one model or job.',
      parameters: [inPath('model')],
      responses: { 200: json('The status.', status), ...refusals(404) },
    },
  ],
  runs: [
    {
      method: 'get',
      path: '/runs',
      summary: 'The history, newest first.',
      parameters: inQuery(runsQuery),
      responses: { 200: json('A part of the list.', answers.runList), ...refusals(400, 404) },
    },
  ],
  run: [
    {
      method: 'get',
      ...runOf('/runs/{model}/{runId}'),
      summary: 'One run, with its attempts.',
      responses: { 200: json('The run.', runSchema, RUN_HEADERS), ...refusals(404, 409) },
    },
  ],
  logs: [
    {
      method: 'get',
      path: '/runs/{model}/{runId}/logs',
      summary: "A container's log, live or kept.",
      parameters: [
        inPath('model'),
        inPath('runId'),
        {
          name: 'attempt',
          in: 'query',
          description: 'Default: the last.',
          allowEmptyValue: true,
          schema: { type: 'integer', minimum: 1 },
        },
      ],
      responses: {
        200: text('The log; or why there is none.', 'text/plain', RUN_HEADERS),
        ...refusals(404, 409),
      },
    },
  ],
  metrics: [
    {
      method: 'get',
      path: '/metrics',
      summary: 'Metrics for Prometheus.',
      responses: { 200: text('In the text format, version 0.0.4.', 'text/plain'), ...refusals() },
    },
  ],
  healthDeep: [
    {
      method: 'get',
      path: '/health/deep',
      summary: 'The state of each dependency, and how to fix it.',
      responses: {
        ...refusals(),
        200: json('All is well.', answers.healthDeep),
        503: eitherHealth('Something is not well.'),
      },
    },
  ],
  health: [
    {
      method: 'get',
      path: '/health',
      summary: 'Whether the app is up; with `deep` and a key, what `/health/deep` says.',
      security: [{}, { header: [] }, { query: [] }],
      parameters: [
        {
          name: 'deep',
          in: 'query',
          description: 'Anything but `0` and `false` asks for the state of each dependency, and needs a key.',
          schema: { type: 'string' },
        },
      ],
      responses: {
        200: eitherHealth('It is up.'),
        401: problem('A key is needed.'),
        500: ref('responses/500'),
        503: eitherHealth('It is not well.'),
      },
    },
  ],
  openapi: [
    {
      method: 'get',
      path: '/openapi.json',
      summary: 'This description.',
      security: [],
      responses: {
        200: {
          description: 'An OpenAPI document.',
          headers: HEADERS,
          content: { 'application/json': { schema: { type: 'object' } } },
        },
        '4XX': { description: 'What the platform refuses, such as an address that is too long. Without a body.' },
      },
    },
  ],
};
