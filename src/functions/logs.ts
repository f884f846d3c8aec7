// GET /api/runs/{model}/{runId}/logs: the log of the last attempt, or of ?attempt=; live while its container
// runs, kept after it ended; why there is none where there is none.

import { findRun } from '../lib/operations/list-runs.ts';
import { attemptOf, readLog, whyNoLog } from '../lib/operations/read-log.ts';
import { type HttpFunction, ownerOf, routePart } from './http/handler.ts';
import { text } from './http/responses.ts';

export const logs: HttpFunction = {
  methods: ['GET'],
  route: 'runs/{model}/{runId}/logs',
  async handle(call) {
    const { request, services } = call;
    const { name, model } = ownerOf(call);
    const record = await findRun(services, { name }, routePart(request, 'runId') ?? '');
    const attempt = attemptOf(record, request.query.get('attempt'));
    const log = await readLog(services, record, attempt, model);
    return text(200, log || `[the app] ${whyNoLog(attempt)}\n`, { 'x-run-id': record.run.id });
  },
};
