// Signing in with Microsoft Entra, by the platform's built-in authentication: it says in headers of its own who somebody is,
// and takes these headers from every request that comes from outside.

import type { HttpHandler, HttpRequest } from '@azure/functions';
import { GUARDED, PAGES } from '../../dashboard/links.ts';
import { messagePage } from '../../dashboard/pages/message.ts';
import { frameAt, htmlPage } from './page.ts';

const LOGIN = '/.auth/login/aad?post_login_redirect_uri=';

/**
 * Lets those in who may open the dashboard, and sends everybody else to sign in.
 * @param users their object ids.
 */
export function forSignedIn(users: readonly string[], clock: { now(): Date }, handler: HttpHandler): HttpHandler {
  return (request, context) => {
    const id = signedInAs(request);
    if (id !== null && users.includes(id)) return handler(request, context);
    if (id === null && request.method !== 'POST') return { status: 302, headers: { location: loginFor(request) } };
    const detail =
      id === null
        ? 'Nobody is signed in: nothing was done. Open the dashboard, sign in, and press it again.'
        : `You are signed in as ${id}, which is not among DASHBOARD_USERS in the app's settings. Add it there, or sign in as somebody else at /.auth/logout.`;
    const message = { title: 'Not allowed', detail, requestId: context.invocationId, faults: [] };
    return htmlPage(id === null ? 401 : 403, messagePage(frameAt(clock.now()), message));
  };
}

/** The object id of who is signed in; null where nobody is, or by another provider. */
function signedInAs({ headers }: HttpRequest): string | null {
  const isEntra = headers.get('x-ms-client-principal-idp') === 'aad';
  return isEntra ? (headers.get('x-ms-client-principal-id')?.toLowerCase() ?? null) : null;
}

/** Back to the page, at the address that people open, and on this app only. */
function loginFor({ url }: HttpRequest): string {
  const { pathname, search } = new URL(url);
  return `${LOGIN}${encodeURIComponent(pathname.replace(GUARDED, PAGES) + search)}`;
}
