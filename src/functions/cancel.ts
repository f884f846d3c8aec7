// POST /api/runs/{model}/{runId}/cancel: an operator stops a run.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { cancelRun } from '../lib/operations/cancel-run.ts';
import { findRun } from '../lib/operations/list-runs.ts';
import { baseUrl, httpHandler, routePart } from './http/handler.ts';
import { json } from './http/responses.ts';
import { runJson } from './http/run-json.ts';
import { refuseOtherSites } from './http/same-site.ts';
import type { Runtime } from './runtime.ts';

/** Registers the function. */
export function registerCancel(runtime: Runtime): void {
  app.http('cancel', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'runs/{model}/{runId}/cancel',
    handler: httpHandler(runtime, async (call) => {
      const { request, services } = call;
      refuseOtherSites(request);
      const model = findModel(services.models, routePart(request, 'model'));
      const runId = routePart(request, 'runId') ?? '';
      const run = await cancelRun(services, model, runId);
      const { earlier } = await findRun(services, model, runId);
      return json(200, runJson({ run, earlier }, baseUrl(call)), { 'x-run-id': run.id });
    }),
  });
}
