// GET /api/dashboard/…: where people open the dashboard. It holds no data and lets everybody in: it asks
// the guarded function (dashboard.ts) with the key that came along, if any, and passes on what that says.
//
// Only the platform can check keys, and it answers a missing one with an empty page: to somebody who
// follows a link in an alert, or reloads a page whose address holds no key any more, the dashboard would
// look broken. So where the platform says no, this says what is wanted.

import { app, type HttpRequest } from '@azure/functions';
import { GUARDED } from '../dashboard/links.ts';
import { keyPage } from '../dashboard/pages/key.ts';
import { routePart } from './http/handler.ts';
import { askItself, keyOf, ownOrigin } from './http/own-call.ts';
import { frameAt, htmlPage, type PageAnswer } from './http/page.ts';
import type { Runtime } from './runtime.ts';

const DEADLINE_MS = 30_000;

/** Registers the address that people open. */
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

async function open(runtime: Runtime, request: HttpRequest): Promise<PageAnswer> {
  const key = keyOf(request);
  const frame = frameAt(runtime.system.clock.now());
  try {
    const answer = await askItself(runtime, guardedUrl(runtime, request), key, DEADLINE_MS);
    const type = answer.headers.get('content-type') ?? '';
    return answer.status !== 401 && type.startsWith('text/html')
      ? htmlPage(answer.status, answer.body)
      : htmlPage(key === '' ? 200 : 401, keyPage(frame, key !== ''));
  } catch {
    // The app does not reach itself, for example behind a firewall: the browser, which got here, does.
    return htmlPage(200, keyPage(frame, false));
  }
}

function guardedUrl(runtime: Runtime, request: HttpRequest): string {
  const path = ['model', 'runId'].flatMap((name) => {
    const part = routePart(request, name);
    return part === undefined ? [] : [encodeURIComponent(part)];
  });
  const url = new URL([`${ownOrigin(runtime, request)}${GUARDED}`, ...path].join('/'));
  for (const name of ['after', 'attempt', 'done']) {
    const value = request.query.get(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
}
