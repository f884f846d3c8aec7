// GET /api/runs/{model}/{runId}: one run, whole.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { findRun } from '../lib/operations/list-runs.ts';
import { baseUrl, httpHandler, routePart } from './http/handler.ts';
import { json } from './http/responses.ts';
import { runJson } from './http/run-json.ts';
import type { Runtime } from './runtime.ts';

/** Registers the function. */
export function registerRun(runtime: Runtime): void {
  app.http('run', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'runs/{model}/{runId}',
    handler: httpHandler(runtime, async (call) => {
      const { request, services } = call;
      const model = findModel(services.models, routePart(request, 'model'));
      const record = await findRun(services, model, routePart(request, 'runId') ?? '');
      return json(200, runJson(record, baseUrl(call)), { 'x-run-id': record.run.id });
    }),
  });
}
