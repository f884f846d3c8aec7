// POST /api/runs/{model}/{runId}/cancel: an operator stops a run.

import { cancelRun } from '../lib/operations/cancel-run.ts';
import { readKept } from '../lib/operations/kept.ts';
import { findRun } from '../lib/operations/list-runs.ts';
import { baseUrl, type HttpFunction, ownerOf, routePart } from './http/handler.ts';
import { json } from './http/responses.ts';
import { runJson } from './http/run-json.ts';
import { refuseOtherSites } from './http/same-site.ts';

export const cancel: HttpFunction = {
  methods: ['POST'],
  route: 'runs/{model}/{runId}/cancel',
  async handle(call) {
    const { request, services } = call;
    refuseOtherSites(request);
    const owner = ownerOf(call);
    const runId = routePart(request, 'runId') ?? '';
    const run = await cancelRun(services, owner, runId);
    const { earlier } = await findRun(services, owner, runId);
    const record = { run, earlier };
    return json(200, runJson(record, baseUrl(call), await readKept(services, [record])), { 'x-run-id': run.id });
  },
};
