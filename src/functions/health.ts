// GET /api/health: anonymous, and silent about everything. GET /api/health?deep=1, with a key: what health-deep.ts says.

import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { ConfigurationError, messageOf } from '../lib/util/errors.ts';
import { askItself } from './http/own-call.ts';
import { json, problem } from './http/responses.ts';
import type { Runtime } from './runtime.ts';

/** Registers the one URL of both levels. */
export function registerHealth(runtime: Runtime): void {
  app.http('health', {
    methods: ['GET', 'HEAD'],
    authLevel: 'anonymous',
    route: 'health',
    handler: async (request, context) => {
      const deep = request.query.get('deep');
      if (deep !== null && deep !== '0' && deep !== 'false') return askDeep(runtime, request, context.invocationId);
      const isConfigured = !(runtime.app() instanceof ConfigurationError);
      const [status, word] = isConfigured ? [200, 'ok'] : [503, 'error'];
      return json(status, { status: word }, { 'x-request-id': context.invocationId });
    },
  });
}

const DEEP_DEADLINE_MS = 60_000;

async function askDeep(runtime: Runtime, request: HttpRequest, requestId: string): Promise<HttpResponseInit> {
  try {
    const answer = await askItself(runtime, request, '/api/health/deep', DEEP_DEADLINE_MS);
    if (answer.status === 401) {
      const detail = 'health?deep=1 needs a key: in the header x-functions-key, or as ?code=.';
      return problem({ status: 401, title: 'Unauthorized', detail }, requestId);
    }
    return {
      status: answer.status,
      headers: {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
        'cache-control': 'no-store',
        // The request that the findings came from; its problem, if it is one, names the same.
        'x-request-id': answer.headers.get('x-request-id') ?? requestId,
      },
      body: answer.body,
    };
  } catch (error) {
    const detail = `${messageOf(error)} Ask /api/health/deep directly, or fix PUBLIC_URL.`;
    return problem({ status: 503, title: 'The app does not reach itself', detail }, requestId);
  }
}
