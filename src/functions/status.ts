// GET /api/status/{model?}: every model, or one, at a glance.

import { readStatus } from '../lib/operations/status.ts';
import { baseUrl, type HttpFunction, modelOf, routePart } from './http/handler.ts';
import { json } from './http/responses.ts';
import { statusJson } from './http/status-json.ts';

export const status: HttpFunction = {
  methods: ['GET'],
  route: 'status/{model?}',
  async handle(call) {
    const { request, services } = call;
    const isForAll = routePart(request, 'model') === undefined;
    const found = await readStatus(services, isForAll ? services.models : [modelOf(call)]);
    return json(200, statusJson(found, baseUrl(call)));
  },
};
