// The app calling itself. An anonymous function does not learn whether a key came along, and the app does not
// know the keys: only the platform can check them. So a question that needs one goes on, with the caller's
// key, to a function that the platform guards.

import type { HttpRequest } from '@azure/functions';
import { withTimeLimit } from '../../lib/util/clock.ts';
import { ConfigurationError } from '../../lib/util/errors.ts';
import type { Runtime } from '../runtime.ts';

/** Whether it is the field of a query that holds a key, in whatever case. */
export const holdsKey = (name: string): boolean => name.toLowerCase() === 'code';

/** The key that came along, as the platform takes it; empty where none did. */
export function keyOf({ headers, query }: HttpRequest): string {
  return headers.get('x-functions-key') ?? [...query].find(([name]) => holdsKey(name))?.[1] ?? '';
}

/** Where the app reaches itself: as the settings say; where those are wrong, as it was reached just now. */
export function ownOrigin(runtime: Runtime, request: HttpRequest): string {
  const app = runtime.app();
  const publicUrl = app instanceof ConfigurationError ? undefined : app.settings.publicUrl;
  return publicUrl ?? new URL(request.url).origin;
}

/**
 * GETs a page of the app with the caller's key.
 * @throws where there is no answer within `deadlineMs`.
 */
export function askItself(
  runtime: Runtime,
  request: HttpRequest,
  path: string,
  deadlineMs: number,
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: string }> {
  const { clock, fetch } = runtime.system;
  const key = keyOf(request);
  return withTimeLimit(clock, deadlineMs, undefined, async (signal) => {
    const answer = await fetch(`${ownOrigin(runtime, request)}${path}`, {
      headers: key === '' ? {} : { 'x-functions-key': key },
      signal,
      redirect: 'error',
    });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  });
}
