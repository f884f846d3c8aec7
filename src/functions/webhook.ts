// POST, GET /api/webhook/{model?}: Numerai calls when a round opens; other programs start a job with its name.

import { requestRun } from '../lib/operations/request-run.ts';
import { PausedError } from '../lib/start/paused.ts';
import { BODY_MAX_BYTES, webhookBody } from '../lib/start/webhook-body.ts';
import { baseUrl, entryOf, type HttpFunction, readJson } from './http/handler.ts';
import { problem } from './http/responses.ts';
import { pausedAnswer, startAnswer } from './http/run-json.ts';
import { withBudget } from './start-budget.ts';

const MISCONFIGURED = 'GET /api/health?deep=1, with a key, says what is wrong and how to fix it.';

export const webhook: HttpFunction = {
  methods: ['GET', 'POST'],
  route: 'webhook/{model?}',
  async handle(call) {
    const { request, services } = call;
    const model = entryOf(call);
    const asked = await readJson(request, BODY_MAX_BYTES, webhookBody);
    const base = baseUrl(call);
    try {
      const result = await withBudget(services, (signal) =>
        requestRun(services, { model, trigger: 'webhook', force: false, ...asked, signal }),
      );
      return startAnswer(result, base);
    } catch (error) {
      if (error instanceof PausedError) return pausedAnswer(model, error.paused, base);
      throw error;
    }
  },
  // Numerai keeps what it is answered; what is wrong with the configuration is for operators.
  show: ({ faults, ...answer }, requestId) =>
    problem(faults === undefined ? answer : { ...answer, detail: MISCONFIGURED }, requestId),
};
