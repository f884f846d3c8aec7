// The app calling itself. An anonymous function does not learn whether a key came along, and the app does not
// know the keys: only the platform can check them. So a question that needs one goes on, with the caller's
// key, to a function that the platform guards.

import type { HttpRequest } from '@azure/functions';
import { ownAddress } from '../../lib/config/settings.ts';
import { withTimeLimit } from '../../lib/util/clock.ts';
import { messageOf } from '../../lib/util/errors.ts';
import type { Runtime } from '../runtime.ts';

/** Whether it is the field of a query that holds a key, in whatever case. */
export const holdsKey = (name: string): boolean => name.toLowerCase() === 'code';

/** The key that came along, as the platform takes it; empty where none did. */
export function keyOf({ headers, query }: HttpRequest): string {
  return (headers.get('x-functions-key') ?? [...query].find(([name]) => holdsKey(name))?.[1] ?? '').trim();
}

/** What can be a key, and be sent in a header: anything else would be quoted by the error of what is to send it. */
const KEY = /^[\x21-\x7e]*$/;
/** Made when it is needed: the first `Headers` of a process loads all of `fetch`, for which no webhook should wait. */
const noKey = () => ({ status: 401, headers: new Headers(), body: '' });

/**
 * GETs a page of the app with the caller's key. That goes where the settings say the app is, and to no address that comes
 * with a request: its sender could name a place of their own as its host.
 * @throws where the app does not know its address, or there is no answer within `deadlineMs`; the message is a sentence.
 */
export function askItself(
  runtime: Runtime,
  request: HttpRequest,
  path: string,
  deadlineMs: number,
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: string }> {
  const { clock, fetch, environment } = runtime.system;
  const key = keyOf(request);
  return withTimeLimit(clock, deadlineMs, undefined, async (signal) => {
    const origin = ownAddress(environment);
    if (origin === undefined) throw new Error('The app does not know its own address: PUBLIC_URL is not set.');
    if (!KEY.test(key)) return noKey();
    try {
      const answer = await fetch(`${origin}${path}`, {
        headers: key === '' ? {} : { 'x-functions-key': key },
        signal,
        redirect: 'error',
      });
      return { status: answer.status, headers: answer.headers, body: await answer.text() };
    } catch (error) {
      throw new Error(`${origin} did not answer (${messageOf(error)}).`, { cause: error });
    }
  });
}
