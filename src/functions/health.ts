// GET /api/health: anonymous, and silent about everything. GET /api/health?deep=1, with a key: each
// dependency, what is wrong with it and how to mend it.

import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { ConfigurationError, messageOf } from '../lib/errors.ts';
import { checkHealth } from '../lib/health.ts';
import { httpHandler } from './http/handler.ts';
import { json, problem } from './http/responses.ts';
import type { Runtime } from './runtime.ts';

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

/**
 * An anonymous function is not told whether a key came along, and the app does not know the keys: only
 * the platform can check them. So the question goes on, with the caller's key, to the function that the
 * platform guards.
 */
async function askDeep(
  runtime: Runtime,
  request: HttpRequest,
  requestId: string,
): Promise<HttpResponseInit> {
  const key = request.headers.get('x-functions-key') ?? request.query.get('code') ?? '';
  const url = `${deepBase(runtime, request)}/api/health/deep`;
  try {
    const response = await fetch(url, {
      headers: key === '' ? {} : { 'x-functions-key': key },
      signal: AbortSignal.timeout(DEEP_DEADLINE_MS),
      redirect: 'error',
    });
    if (response.status === 401) {
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
      status: response.status,
      headers: {
        'content-type': response.headers.get('content-type') ?? 'application/json',
        'cache-control': 'no-store',
        // The request that the findings came from; its problem, if it is one, names the same.
        'x-request-id': response.headers.get('x-request-id') ?? requestId,
      },
      body: await response.text(),
    };
  } catch (error) {
    return problem(
      {
        status: 503,
        title: 'The app does not reach itself',
        detail: `${new URL(url).origin} did not answer (${messageOf(error)}). Ask /api/health/deep directly, or mend PUBLIC_URL.`,
      },
      requestId,
    );
  }
}

const DEEP_DEADLINE_MS = 60_000;

/** Where a configuration is wrong, the address at hand will do. */
function deepBase(runtime: Runtime, request: HttpRequest): string {
  return isConfigured(runtime)
    ? (runtime.app().settings.publicUrl ?? new URL(request.url).origin)
    : new URL(request.url).origin;
}
