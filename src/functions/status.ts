// GET /api/status/{model?}: every model, or one, at a glance.

import { app } from '@azure/functions';
import { findModel } from '../lib/config/models.ts';
import { readStatus } from '../lib/operations/status.ts';
import { baseUrl, httpHandler, routePart } from './http/handler.ts';
import { json } from './http/responses.ts';
import { statusJson } from './http/status-json.ts';
import type { Runtime } from './runtime.ts';

/** Registers the function. */
export function registerStatus(runtime: Runtime): void {
  app.http('status', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'status/{model?}',
    handler: httpHandler(runtime, async (call) => {
      const { request, services } = call;
      const name = routePart(request, 'model');
      const models = name === undefined ? services.models : [findModel(services.models, name)];
      const status = await readStatus(services, models);
      return json(200, statusJson(status, baseUrl(call)));
    }),
  });
}
