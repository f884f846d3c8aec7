// GET /api/runs/{model}/{runId}/logs: the log of the last attempt, or of ?attempt=; live while its container
// runs, kept after it ended.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { findRun } from '../lib/operations/list-runs.ts';
import { attemptOf, readLog } from '../lib/operations/read-log.ts';
import { httpHandler, routePart } from './http/handler.ts';
import { attemptNumber } from './http/query.ts';
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
      const record = await findRun(services, model, routePart(request, 'runId') ?? '');
      const attempt = attemptOf(record, attemptNumber(request.query));
      const log = await readLog(services, record, attempt, model);
      return text(200, log ?? '', { 'x-run-id': record.run.id });
    }),
  });
}
