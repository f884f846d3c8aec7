// Requests that change something are taken from programs and from the app's own pages, not from a page of
// another site that a browser was led to. Programs send no such headers; browsers always do.

import type { HttpRequest } from '@azure/functions';
import { BadRequestError } from './handler.ts';

/** @throws {BadRequestError} 403 for a request that a page of another site made. */
export function refuseOtherSites({ headers }: HttpRequest): void {
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
