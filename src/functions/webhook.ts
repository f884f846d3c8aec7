// POST, GET /api/webhook/{model?}: Numerai calls when a round opens.

import { requestRun } from '../lib/operations/request-run.ts';
import { BODY_MAX_BYTES, webhookBody } from '../lib/start/webhook-body.ts';
import { baseUrl, type HttpFunction, modelOf, readJson } from './http/handler.ts';
import { problem } from './http/responses.ts';
import { startAnswer } from './http/run-json.ts';
import { withBudget } from './start-budget.ts';

const MISCONFIGURED = 'GET /api/health?deep=1, with a key, says what is wrong and how to fix it.';

export const webhook: HttpFunction = {
  methods: ['GET', 'POST'],
  route: 'webhook/{model?}',
  async handle(call) {
    const { request, services } = call;
    const model = modelOf(call);
    const asked = await readJson(request, BODY_MAX_BYTES, webhookBody);
    const result = await withBudget(services, (signal) =>
      requestRun(services, { model, trigger: 'webhook', force: false, ...asked, signal }),
    );
    return startAnswer(result, baseUrl(call));
  },
  // Numerai keeps what it is answered; what is wrong with the configuration is for operators.
  show: ({ faults, ...answer }, requestId) =>
    problem(faults === undefined ? answer : { ...answer, detail: MISCONFIGURED }, requestId),
};
