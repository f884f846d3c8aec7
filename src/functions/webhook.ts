// POST /api/webhook/{model?}: Numerai calls when a round opens; other programs start a job with its name. A GET, which any
// page and any preview of a link can make, starts nothing.

import { requestRun } from '../lib/operations/request-run.ts';
import { PausedError } from '../lib/start/paused.ts';
import { BODY_MAX_BYTES, webhookBody } from '../lib/start/webhook-body.ts';
import { BadRequestError, baseUrl, entryOf, type HttpFunction, readJson } from './http/handler.ts';
import { problem } from './http/responses.ts';
import { pausedAnswer, startAnswer } from './http/run-json.ts';
import { refuseOtherSites } from './http/same-site.ts';
import { withBudget } from './start-budget.ts';

const WHAT_IT_IS_FOR =
  'This address is what Numerai calls when a round opens. It takes POST; this GET started nothing. To try it, use the Test button of the model at Numerai, or POST {"isTest": true} as JSON.';
const MISCONFIGURED = 'GET /api/health?deep=1, with a key, says what is wrong and how to fix it.';

export const webhook: HttpFunction = {
  methods: ['GET', 'POST'],
  route: 'webhook/{model?}',
  async handle(call) {
    const { request, services } = call;
    if (request.method !== 'POST') throw new BadRequestError(WHAT_IT_IS_FOR, 405);
    refuseOtherSites(request);
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
