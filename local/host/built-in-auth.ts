// The platform's built-in authentication, as far as the app meets it: headers that say who is signed in come from the
// platform only, and a sign-in ends with a cookie. https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Who signs in here. */
export const EMULATED_USER = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const COOKIE = 'AppServiceAuthSession';
const OWN_HEADER = /^x-ms-(client-principal|token-)/;

/** The headers of a request as the app gets them. */
export function withPrincipal({ headersDistinct }: IncomingMessage): NodeJS.Dict<string[]> {
  const fromOutside = Object.entries(headersDistinct).filter(([name]) => !OWN_HEADER.test(name));
  const isSignedIn = headersDistinct.cookie?.some((text) => text.includes(`${COOKIE}=${EMULATED_USER}`)) === true;
  const own = { 'x-ms-client-principal-id': [EMULATED_USER], 'x-ms-client-principal-idp': ['aad'] };
  return { ...Object.fromEntries(fromOutside), ...(isSignedIn ? own : {}) };
}

/** Signs in whom it does not know, and goes back where they came from, which is on the app. @returns whether it was meant. */
export function answerSignIn(url: URL, response: ServerResponse): boolean {
  if (url.pathname !== '/.auth/login/aad') return false;
  const back = url.searchParams.get('post_login_redirect_uri') ?? '/';
  const isOwn = /^\/(?![\\/])/.test(back);
  response.writeHead(isOwn ? 302 : 403, {
    'content-length': 0,
    ...(isOwn && { location: back, 'set-cookie': `${COOKIE}=${EMULATED_USER}; path=/; HttpOnly` }),
  });
  response.end();
  return true;
}
