// GET /api/runs/{model}/{runId}/logs: the container's log, live while it runs, kept after it ended.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { readLog } from '../lib/operations/run-log.ts';
import { findRun } from '../lib/operations/runs.ts';
import { httpHandler, routePart } from './http/handler.ts';
import { text } from './http/responses.ts';
import type { Runtime } from './runtime.ts';

/** Registers the function. */
export function registerLogs(runtime: Runtime): void {
  app.http('logs', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'runs/{model}/{runId}/logs',
    handler: httpHandler(runtime, async ({ request, services }) => {
      const model = findModel(services.models, routePart(request, 'model'));
      const { value: run } = await findRun(services, model, routePart(request, 'runId') ?? '');
      const log = await readLog(services, run, model);
      return text(200, log ?? '', { 'x-run-id': run.id });
    }),
  });
}
