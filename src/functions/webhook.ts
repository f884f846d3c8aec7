// POST, GET /api/webhook/{model?}: Numerai calls when a round opens.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { requestRun } from '../lib/operations/request-run.ts';
import { BODY_MAX_BYTES, parseWebhookBody } from '../lib/start/webhook-body.ts';
import { BadRequestError, baseUrl, httpHandler, readBody, routePart } from './http/handler.ts';
import { startAnswer } from './http/run-json.ts';
import type { Runtime } from './runtime.ts';
import { withBudget } from './start-budget.ts';

/** Registers the function. */
export function registerWebhook(runtime: Runtime): void {
  app.http('webhook', {
    methods: ['GET', 'POST'],
    authLevel: 'function',
    route: 'webhook/{model?}',
    handler: httpHandler(runtime, async (call) => {
      const { request, services } = call;
      const model = findModel(services.models, routePart(request, 'model'));
      const body = parseWebhookBody(
        request.method === 'GET' ? '' : await readBody(request, BODY_MAX_BYTES),
      );
      if (!body.ok) throw new BadRequestError(body.faults.join(' '));
      const result = await withBudget(services, (signal) =>
        requestRun(services, { model, trigger: 'webhook', force: false, ...body.call, signal }),
      );
      return startAnswer(result, baseUrl(call));
    }),
  });
}
