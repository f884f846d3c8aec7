// Requests that change something are taken from programs and from the app's own pages, not from a page of another
// site that a browser was led to. Over HTTPS and to localhost all browsers say where a request comes from, and no
// page can make them lie.

import type { HttpRequest } from '@azure/functions';
import { BadRequestError } from './handler.ts';

/** `none` for a program; where a browser does not say, it may be any site. */
function siteOf({ headers }: HttpRequest): string {
  return headers.get('sec-fetch-site') ?? (headers.get('origin') === null ? 'none' : 'any');
}

/** @throws {BadRequestError} 403 for a request that a page of another site made. */
export function refuseOtherSites(request: HttpRequest): void {
  if (!['same-origin', 'none'].includes(siteOf(request)))
    throw new BadRequestError(
      'A page of another site made this request: nothing was done. Use the pages of the app, or call from a program.',
      403,
    );
}

/** @throws {BadRequestError} 403 for a form that no page of the app sent. */
export function requireOwnPage(request: HttpRequest): void {
  if (siteOf(request) !== 'same-origin')
    throw new BadRequestError(
      'No page of the app sent this form, or not by HTTPS: nothing was done. Open the dashboard by HTTPS, and press it there.',
      403,
    );
}
