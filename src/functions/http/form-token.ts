// A form of the dashboard is taken only from a page that the app gave to this browser: the form holds the
// token that a cookie holds. A page of another site can send the form, but can neither read the token nor,
// the cookie being strict, have the cookie sent along.
//
// Where keys are asked for, a page of another site fails already for want of the key, which the script
// sends in a header. The token is for where they are not: on one's own machine, or behind another login.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Cookie, HttpRequest } from '@azure/functions';
import { GUARDED } from '../../dashboard/links.ts';
import { BadRequestError } from './handler.ts';

const COOKIE = 'dashboard-token';
const TOKEN = /^[\w-]{43}$/;

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
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') {
    throw new BadRequestError('This form was sent by a page of another site, and is refused.', 403);
  }
  const expected = cookieOf(request);
  const given = form.get('token') ?? '';
  if (expected === null || !equal(expected, given)) {
    throw new BadRequestError(
      'This form does not come from a page that was opened in this browser. Open the page anew, and allow its cookie.',
      403,
    );
  }
}

function cookieOf(request: HttpRequest): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name = '', value = ''] = part.split('=');
    if (name.trim() === COOKIE && TOKEN.test(value.trim())) return value.trim();
  }
  return null;
}

function equal(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
