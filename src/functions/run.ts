// GET /api/runs/{model}/{runId}: one run, whole.

import { readKept } from '../lib/operations/kept.ts';
import { findRun } from '../lib/operations/list-runs.ts';
import { baseUrl, type HttpFunction, ownerOf, routePart } from './http/handler.ts';
import { json } from './http/responses.ts';
import { runJson } from './http/run-json.ts';

export const run: HttpFunction = {
  methods: ['GET'],
  route: 'runs/{model}/{runId}',
  async handle(call) {
    const runId = routePart(call.request, 'runId') ?? '';
    const record = await findRun(call.services, ownerOf(call), runId);
    return json(200, runJson(record, baseUrl(call), await readKept(call.services, [record])), {
      'x-run-id': record.run.id,
    });
  },
};
