// From page to page without a load: fetch the page with the key, show it, keep the browser's history.

import { askForKey } from './key-page.ts';
import { markStale, scrollLogsToEnd, show } from './page.ts';
import { documentOf, KeyRefusedError, request } from './request.ts';

/** `push`: to another page. `pop`: to one of the history. `refresh`: the same page again. */
type How = 'push' | 'pop' | 'refresh';

let fetching: AbortController | undefined;
let fetchedAt = performance.now();
/** The address of the page in the window, without its fragment. */
let shown = '';

/** The address in the browser's bar, without its fragment. */
export function currentPath(): string {
  return location.pathname + location.search;
}

/** Whether the address is that of the page in the window. */
export function isShown({ pathname, search }: Pick<URL, 'pathname' | 'search'>): boolean {
  return pathname + search === shown;
}

/** Takes the address in the browser's bar for that of the page in the window. */
export function rememberAddress(): void {
  shown = currentPath();
}

/** Milliseconds since a page was last fetched, or could not be; 0 while one is being fetched. */
export function pageAgeMs(): number {
  return fetching === undefined ? performance.now() - fetchedAt : 0;
}

/** Fetches a page and shows it. A newer call takes the place of one that is under way. */
export async function visit(path: string, how: How): Promise<void> {
  fetching?.abort();
  const own = new AbortController();
  fetching = own;
  const url = new URL(path, location.href);
  document.body.classList.toggle('loading', how !== 'refresh');
  try {
    const response = await request(url.pathname + url.search, { signal: own.signal });
    const fetched = await documentOf(response);
    // A page that was fine a moment ago is worth more than the message that there is none now.
    if (fetched.querySelector('main') === null || (how === 'refresh' && response.status >= 500))
      throw new Error(`status ${response.status}`);
    if (how === 'push') history.pushState(null, '', url);
    shown = url.pathname + url.search;
    show(fetched);
    if (how !== 'refresh') arrive(url, how);
  } catch (error) {
    if (own.signal.aborted) return;
    if (error instanceof KeyRefusedError) await askForKey();
    else if (how === 'refresh') markStale();
    // The browser shows what it can.
    else location.assign(url);
  } finally {
    if (fetching === own) {
      fetching = undefined;
      fetchedAt = performance.now();
      document.body.classList.remove('loading');
    }
  }
}

function arrive({ hash }: URL, how: How): void {
  const target = hash === '' ? null : document.getElementById(hash.slice(1));
  if (target !== null) target.scrollIntoView();
  else if (how === 'push') scrollTo(0, 0);
  scrollLogsToEnd();
  document.getElementById('main')?.focus({ preventScroll: true });
}
