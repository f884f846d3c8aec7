// Requests that change something are taken from programs and from the app's own pages, not from a page of
// another site that a browser was led to. Programs send no such headers; browsers always do.

import type { HttpRequest } from '@azure/functions';
import { BadRequestError } from './handler.ts';

/** @throws {BadRequestError} 403 for a request that a page of another site made. */
function refuseOtherSites({ headers }: HttpRequest): void {
  const site = headers.get('sec-fetch-site') ?? 'none';
  if (site === 'same-origin' || site === 'none') return;
  throw new BadRequestError(
    'This request was made by a page of another site, and is refused.',
    403,
  );
}

/** @throws {BadRequestError} for what {@link refuseOtherSites} refuses; 415 for a form of any page. */
export function refuseForms(request: HttpRequest): void {
  refuseOtherSites(request);
  const type = request.headers.get('content-type') ?? '';
  const isForm = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)/i.test(
    type,
  );
  if (isForm && request.headers.get('origin') !== null)
    throw new BadRequestError(
      'Send application/json: a form of a page cannot make this request.',
      415,
    );
}

/**
 * For the forms of the dashboard. Over HTTPS and to localhost all browsers say where a request comes from, and no
 * page can make them lie.
 * @throws {BadRequestError} 403 for a form that no page of the app sent.
 */
export function requireOwnPage(request: HttpRequest): void {
  if (request.headers.get('sec-fetch-site') !== 'same-origin')
    throw new BadRequestError(
      'No page of the app sent this form, or not by HTTPS: it is refused.',
      403,
    );
}
