// GET /api/status/{model?}: every model and job, or one, at a glance.

import { readStatus } from '../lib/operations/status.ts';
import { baseUrl, entryOf, type HttpFunction, routePart } from './http/handler.ts';
import { json } from './http/responses.ts';
import { statusJson } from './http/status-json.ts';

export const status: HttpFunction = {
  methods: ['GET'],
  route: 'status/{model?}',
  async handle(call) {
    const { request, services } = call;
    const isForAll = routePart(request, 'model') === undefined;
    const found = await (isForAll ? services.overview() : readStatus(services, [entryOf(call)]));
    return json(200, statusJson(found, baseUrl(call)));
  },
};
