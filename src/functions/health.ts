// GET /api/health: anonymous, and silent about everything. GET /api/health?deep=1, with a key: each
// dependency, what is wrong with it and how to fix it.

import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { checkHealth } from '../lib/operations/health.ts';
import { ConfigurationError, messageOf } from '../lib/util/errors.ts';
import { httpHandler } from './http/handler.ts';
import { askItself, ownOrigin } from './http/own-call.ts';
import { json, problem } from './http/responses.ts';
import type { Runtime } from './runtime.ts';

/** Registers both levels of the one URL. */
export function registerHealth(runtime: Runtime): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: async (request, context) => {
      const id = { 'x-request-id': context.invocationId };
      if (isDeep(request)) return askDeep(runtime, request, context.invocationId);
      return isConfigured(runtime)
        ? json(200, { status: 'ok' }, id)
        : json(503, { status: 'error' }, id);
    },
  });
  app.http('healthDeep', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'health/deep',
    handler: httpHandler(runtime, async ({ services }) => {
      const findings = await checkHealth(services);
      const ok = findings.every((finding) => finding.ok);
      return json(ok ? 200 : 503, { status: ok ? 'ok' : 'error', findings });
    }),
  });
}

function isDeep(request: HttpRequest): boolean {
  const deep = request.query.get('deep');
  return deep !== null && deep !== '0' && deep !== 'false';
}

function isConfigured(runtime: Runtime): boolean {
  try {
    runtime.app();
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}

const DEEP_DEADLINE_MS = 60_000;

async function askDeep(
  runtime: Runtime,
  request: HttpRequest,
  requestId: string,
): Promise<HttpResponseInit> {
  try {
    const answer = await askItself(runtime, request, '/api/health/deep', DEEP_DEADLINE_MS);
    if (answer.status === 401) {
      return problem(
        {
          status: 401,
          title: 'Unauthorized',
          detail: 'health?deep=1 needs a key: in the header x-functions-key, or as ?code=.',
        },
        requestId,
      );
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
    return problem(
      {
        status: 503,
        title: 'The app does not reach itself',
        detail: `${ownOrigin(runtime, request)} did not answer (${messageOf(error)}). Ask /api/health/deep directly, or fix PUBLIC_URL.`,
      },
      requestId,
    );
  }
}
