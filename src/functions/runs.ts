// GET /api/runs: runs, newest first, a page at a time.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { listRuns } from '../lib/operations/list-runs.ts';
import { RUN_STATES, type RunState } from '../lib/runs/run.ts';
import { isRunId } from '../lib/runs/run-id.ts';
import { BadRequestError, baseUrl, httpHandler } from './http/handler.ts';
import { json } from './http/responses.ts';
import { runJson } from './http/run-json.ts';
import type { Runtime } from './runtime.ts';

const LIMIT = { default: 20, max: 100 } as const;

/** Registers the function. */
export function registerRuns(runtime: Runtime): void {
  app.http('runs', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'runs',
    handler: httpHandler(runtime, async (call) => {
      const { request, services } = call;
      const { model, state, limit, after } = parseQuery(request.query);
      const models = model === null ? services.models : [findModel(services.models, model)];
      const page = await listRuns(services, { models, state, limit, after });
      const base = baseUrl(call);
      return json(200, {
        runs: page.records.map((record) => runJson(record, base)),
        unreadable: page.unreadable,
        next: page.next === null ? null : nextLink(base, request.query, page.next),
      });
    }),
  });
}

function parseQuery(query: URLSearchParams): {
  model: string | null;
  state: RunState | null;
  limit: number;
  after: string | null;
} {
  const state = query.get('state') || null;
  const known = RUN_STATES.find((candidate) => candidate === state) ?? null;
  if (state !== null && known === null)
    throw new BadRequestError(
      `state must be one of ${RUN_STATES.join(', ')}; got ${JSON.stringify(state.slice(0, 40))}.`,
    );
  const given = query.get('limit');
  const limit = given === null || given === '' ? LIMIT.default : Number(given);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT.max)
    throw new BadRequestError(`limit must be a whole number from 1 to ${LIMIT.max}.`);
  const after = query.get('after') || null;
  if (after !== null && !isRunId(after))
    throw new BadRequestError('after must be the id of a run, as the link `next` gives it.');
  return { model: query.get('model') || null, state: known, limit, after };
}

function nextLink(base: string, query: URLSearchParams, after: string): string {
  const url = new URL(`${base}/api/runs`);
  // Only what this call knows: a key in the query must not come back in a link.
  for (const name of ['model', 'state', 'limit']) {
    const value = query.get(name);
    if (value !== null && value !== '') url.searchParams.set(name, value);
  }
  url.searchParams.set('after', after);
  return url.href;
}
