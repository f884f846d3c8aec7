// The function key: taken out of the address at once, kept in the browser's storage, and sent in a header
// only.

import { GUARDED, PAGES } from '../links.ts';

const STORED_AS = 'numerai-dashboard-key';

/** Takes the key from the query, or from the fragment, which never leaves the browser. */
export function takeKeyFromAddress(): void {
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const key = url.searchParams.get('code') ?? fragment.get('key') ?? fragment.get('code');
  if (key === null) return;
  url.searchParams.delete('code');
  if (fragment.has('key') || fragment.has('code')) url.hash = '';
  history.replaceState(history.state, '', url);
  storeKey(key, false);
}

/** Keeps the key for this tab, or for this browser. */
export function storeKey(key: string, forBrowser: boolean): void {
  sessionStorage.setItem(STORED_AS, key);
  if (forBrowser) localStorage.setItem(STORED_AS, key);
}

/** The key that is kept; null if there is none. */
export function storedKey(): string | null {
  return sessionStorage.getItem(STORED_AS) ?? localStorage.getItem(STORED_AS);
}

/** Requests the guarded address of a page, with the key. Where each that is kept is refused: the page that asks for one. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const key = storedKey();
  const headers: HeadersInit = key === null ? {} : { 'x-functions-key': key };
  const { pathname, search } = new URL(path, location.href);
  const guarded = pathname.startsWith(GUARDED) ? pathname : pathname.replace(PAGES, GUARDED);
  const response = await fetch(guarded + search, { ...init, headers, cache: 'no-store' });
  if (response.status !== 401) return response;
  for (const storage of [sessionStorage, localStorage])
    if (storage.getItem(STORED_AS) === key) storage.removeItem(STORED_AS);
  // Another tab may have kept the one that came after it.
  if (storedKey() !== null) return request(path, init);
  return fetch(PAGES, { headers, cache: 'no-store', signal: init.signal ?? null });
}
