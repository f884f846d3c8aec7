// GET /api/runs/{model}/{runId}/logs: the log of the last attempt, or of ?attempt=; live while its container
// runs, kept after it ended.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { findRun } from '../lib/operations/list-runs.ts';
import { attemptOf, readLog } from '../lib/operations/read-log.ts';
import { BadRequestError, httpHandler, routePart } from './http/handler.ts';
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
      const attempt = attemptOf(record, attemptNumber(request.query.get('attempt')));
      const log = await readLog(services, record, attempt, model);
      return text(200, log ?? '', { 'x-run-id': record.run.id });
    }),
  });
}

function attemptNumber(given: string | null): number | null {
  if (given === null || given === '') return null;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new BadRequestError('attempt must be the number of an attempt: 1, 2 …');
  return number;
}
