// Requests to the app, with the key.

import { GUARDED, PAGES } from '../links.ts';
import { storedKey } from './key.ts';

/** The app accepts no request without a key, or not with this one. */
export class KeyRefusedError extends Error {}

/**
 * Requests the guarded address of a page.
 * @throws {KeyRefusedError}
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const url = new URL(path, location.href);
  const guarded = url.pathname.startsWith(GUARDED)
    ? url.pathname
    : GUARDED + url.pathname.slice(PAGES.length);
  const key = storedKey();
  const response = await fetch(guarded + url.search, {
    ...init,
    cache: 'no-store',
    headers: { ...init.headers, ...(key === null ? {} : { 'x-functions-key': key }) },
  });
  if (response.status === 401) throw new KeyRefusedError();
  return response;
}

/** The body as a document. */
export async function documentOf(response: Response): Promise<Document> {
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}
