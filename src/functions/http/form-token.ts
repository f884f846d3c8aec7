// A form of the dashboard is taken only from a page that the app gave to this browser: the form holds the
// token that a cookie holds. A page of another site can send the form, but can neither read the token nor,
// the cookie being strict, have the cookie sent along.
//
// Where keys are asked for, a page of another site fails already for want of the key, which the script
// sends in a header. The token is for where they are not: on one's own machine, or behind another login.

import { randomBytes } from 'node:crypto';
import type { Cookie, HttpRequest } from '@azure/functions';
import { GUARDED } from '../../dashboard/links.ts';
import { BadRequestError } from './handler.ts';
import { refuseOtherSites } from './same-site.ts';

const COOKIE = 'dashboard-token';
const PAIR = new RegExp(`(?:^|;)\\s*${COOKIE}=([\\w-]{43})\\s*(?:;|$)`);

export interface FormToken {
  readonly token: string;
  /** To be set where the browser has none yet. */
  readonly cookies: Cookie[];
}

/** The browser's token, or a new one. */
export function formToken(request: HttpRequest): FormToken {
  const known = cookieOf(request);
  if (known !== null) return { token: known, cookies: [] };
  const token = randomBytes(32).toString('base64url');
  return {
    token,
    cookies: [
      {
        name: COOKIE,
        value: token,
        path: GUARDED,
        httpOnly: true,
        sameSite: 'Strict',
        secure: new URL(request.url).protocol === 'https:',
      },
    ],
  };
}

/** @throws {BadRequestError} 403 for a form that did not come from a page of this app. */
export function checkForm(request: HttpRequest, form: URLSearchParams): void {
  refuseOtherSites(request);
  const expected = cookieOf(request);
  // Both come with the request: how long the comparison takes says nothing to the one who sends it.
  if (expected === null || form.get('token') !== expected) {
    throw new BadRequestError(
      'This form does not come from a page that was opened in this browser. Open the page anew, and allow its cookie.',
      403,
    );
  }
}

function cookieOf(request: HttpRequest): string | null {
  return PAIR.exec(request.headers.get('cookie') ?? '')?.[1] ?? null;
}
