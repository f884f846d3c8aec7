// POST /api/runs/{model}: an operator starts a model.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { BadRequestError, baseUrl, httpHandler, readBody, routePart } from './http/handler.ts';
import { startAnswer } from './http/run-json.ts';
import { refuseOtherSites } from './http/same-site.ts';
import type { Runtime } from './runtime.ts';
import { startForOperator } from './start-budget.ts';

const BODY_MAX_BYTES = 16 * 1024;

/** Registers the function. */
export function registerStart(runtime: Runtime): void {
  app.http('start', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'runs/{model}',
    handler: httpHandler(runtime, async (call) => {
      const { request, services } = call;
      refuseOtherSites(request);
      const model = findModel(services.models, routePart(request, 'model'));
      const { force, test } = parseOptions(await readBody(request, BODY_MAX_BYTES));
      const result = await startForOperator(services, model, { isTest: test, force });
      return startAnswer(result, baseUrl(call));
    }),
  });
}

function parseOptions(text: string): { force: boolean; test: boolean } {
  if (text.trim() === '') return { force: false, test: false };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new BadRequestError(
      'The body is not JSON. Send {"force": false, "test": false}, or nothing.',
    );
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadRequestError('The body must be a JSON object.');
  const { force = false, test = false }: { force?: unknown; test?: unknown } = body;
  if (typeof force !== 'boolean' || typeof test !== 'boolean')
    throw new BadRequestError('`force` and `test` must be true or false.');
  return { force, test };
}
