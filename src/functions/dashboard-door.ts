// GET /api/dashboard/…: where people open the dashboard. It holds no data and lets everybody in: it asks
// the guarded function (dashboard.ts) with the key that came along, if any, and passes on what that says.
//
// Only the platform can check keys, and it answers a missing one with an empty page: to somebody who
// follows a link in an alert, or reloads a page whose address holds no key any more, the dashboard would
// look broken. So where the platform says no, this says what is wanted.

import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { ConfigurationError } from '../lib/errors.ts';
import { GUARDED } from '../pages/links.ts';
import { keyPage } from '../pages/message.ts';
import { frameAt, htmlPage } from './http/page.ts';
import type { Runtime } from './runtime.ts';

const DEADLINE_MS = 30_000;

export function registerDashboardDoor(runtime: Runtime): void {
  app.http('dashboardDoor', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'dashboard/{model?}/{runId?}',
    handler: async (request, context) => {
      const answer = await open(runtime, request);
      return { ...answer, headers: { ...answer.headers, 'x-request-id': context.invocationId } };
    },
  });
}

type PageAnswer = HttpResponseInit & { headers?: Record<string, string> };

async function open(runtime: Runtime, request: HttpRequest): Promise<PageAnswer> {
  const key = request.headers.get('x-functions-key') ?? request.query.get('code') ?? '';
  try {
    const response = await fetch(guardedUrl(runtime, request), {
      headers: key === '' ? {} : { 'x-functions-key': key },
      signal: AbortSignal.timeout(DEADLINE_MS),
      redirect: 'error',
    });
    const type = response.headers.get('content-type') ?? '';
    if (response.status !== 401 && type.startsWith('text/html'))
      return page(response.status, await response.text());
    return page(key === '' ? 200 : 401, keyPage(frameAt(new Date()), key !== ''));
  } catch {
    // The app does not reach itself, for example behind a firewall: the browser, which got here, does.
    return page(200, keyPage(frameAt(new Date()), false));
  }
}

function page(status: number, body: string): PageAnswer {
  const { headers } = htmlPage(status, body);
  return { status, headers: { ...(headers as Record<string, string>) }, body };
}

function guardedUrl(runtime: Runtime, request: HttpRequest): string {
  const { model, runId } = request.params;
  const path = [model, runId].flatMap((part) =>
    part === undefined ? [] : [encodeURIComponent(part)],
  );
  const url = new URL(`${[`${base(runtime, request)}${GUARDED}`, ...path].join('/')}`);
  for (const name of ['after', 'done']) {
    const value = request.query.get(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
}

/** As the settings say; where they are wrong, the page that says so is reached as this was. */
function base(runtime: Runtime, request: HttpRequest): string {
  const origin = new URL(request.url).origin;
  try {
    return runtime.app().settings.publicUrl ?? origin;
  } catch (error) {
    if (error instanceof ConfigurationError) return origin;
    throw error;
  }
}
