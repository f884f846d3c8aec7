// GET /api/dashboard/…: where people open the dashboard. It holds no data and lets everybody in: it asks
// the guarded function (dashboard.ts) with the key that came along, if any, and passes on what that says.
//
// Only the platform can check keys, and it answers a missing one with an empty page: to somebody who
// follows a link in an alert, or reloads a page whose address holds no key any more, the dashboard would
// look broken. So where the platform says no, this asks for a key.

import { app, type HttpHandler, type HttpRequest } from '@azure/functions';
import { GUARDED } from '../dashboard/links.ts';
import { keyPage } from '../dashboard/pages/key.ts';
import { routePart } from './http/handler.ts';
import { askItself, holdsKey, keyOf } from './http/own-call.ts';
import { frameAt, htmlPage } from './http/page.ts';
import type { Runtime } from './runtime.ts';

const DEADLINE_MS = 30_000;

/**
 * Registers the address that people open.
 * @param forUsers answers in place of the guarded function where people sign in; else false.
 */
export function registerDashboardDoor(runtime: Runtime, forUsers: HttpHandler | false): void {
  app.http('dashboardDoor', {
    methods: ['GET', 'HEAD'],
    authLevel: 'anonymous',
    route: 'dashboard/{model?}/{runId?}',
    handler: async (request, context) => {
      if (forUsers !== false) return forUsers(request, context);
      const answer = await open(runtime, request);
      return { ...answer, headers: { ...answer.headers, 'x-request-id': context.invocationId } };
    },
  });
}

async function open(runtime: Runtime, request: HttpRequest) {
  const frame = frameAt(runtime.system.clock.now());
  const parts = ['model', 'runId'].flatMap((name) => routePart(request, name) ?? []);
  const query = new URLSearchParams([...request.query].filter(([name]) => !holdsKey(name)));
  const guarded = `${[GUARDED, ...parts.map(encodeURIComponent)].join('/')}?${query}`;
  try {
    const answer = await askItself(runtime, request, guarded, DEADLINE_MS);
    if (answer.status !== 401 && answer.headers.get('content-type')?.startsWith('text/html'))
      return htmlPage(answer.status, answer.body);
    const refused = keyOf(request) !== '';
    return htmlPage(refused ? 401 : 200, keyPage(frame, refused));
  } catch {
    // The app does not reach itself, for example behind a firewall: the browser, which got here, does. Its
    // script sends a key here only after the guarded function refused it.
    return htmlPage(200, keyPage(frame, request.headers.has('x-functions-key')));
  }
}
