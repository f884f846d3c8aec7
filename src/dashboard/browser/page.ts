// From page to page without a load: fetch the page with the key, and change the one in the window into it.

import { Idiomorph } from 'idiomorph';
import { request } from './key.ts';
import { addLocalTimes } from './local-times.ts';

/** `push`: to another page. `pop`: to the one in the browser's bar. `refresh`: the same page again. */
type How = 'push' | 'pop' | 'refresh';

/** A reader within so many pixels of a log's end follows the log. */
const AT_END_PX = 24;

let fetching: AbortController | undefined;
let fetchedAt = performance.now();
let shownAt = performance.now();

/** Milliseconds since the app made what is shown, about. */
export function shownForMs(): number {
  return performance.now() - shownAt;
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
  if (how !== 'refresh') document.querySelector('main')?.setAttribute('aria-busy', 'true');
  try {
    const response = await request(path, { signal: own.signal });
    // A page that was fine a moment ago is worth more than the message that there is none now.
    if (how === 'refresh' && response.status >= 500) throw new Error(`status ${response.status}`);
    await show(response, path, how);
  } catch {
    if (own.signal.aborted) return;
    if (how === 'refresh') markStale();
    // The browser shows what it can.
    else location.assign(path);
  } finally {
    if (fetching === own) {
      fetching = undefined;
      fetchedAt = performance.now();
    }
  }
}

/** What is being fetched is of no use any more: it must not take the place of what comes now. */
export function abandonVisit(): void {
  fetching?.abort();
}

/** The body as a document. @throws where it is no page of the app. */
export async function documentOf(response: Response): Promise<Document> {
  const fetched = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (fetched.querySelector('main') === null) throw new Error(`status ${response.status}`);
  addLocalTimes(fetched);
  return fetched;
}

/** Shows a page of the app at its address. */
export async function show(response: Response, path: string, how: How): Promise<void> {
  const next = await documentOf(response);
  if (how === 'push') history.pushState(null, '', path);
  // A question that was opened while the page was fetched again stays.
  if (how !== 'refresh') document.querySelector('dialog')?.close();
  const followed = logs().filter((log) => log.scrollHeight - log.scrollTop - log.clientHeight < AT_END_PX);
  morph(next);
  shownAt = performance.now();
  // However long what led here took, it is fresh.
  fetchedAt = shownAt;
  if (how === 'refresh') return scrollToEnd(followed);
  scrollToEnd();
  const target = location.hash === '' ? null : document.getElementById(location.hash.slice(1));
  if (target !== null) target.scrollIntoView();
  else if (how === 'push') scrollTo(0, 0);
  const first = document.querySelector<HTMLElement>('main [autofocus]');
  (first ?? document.querySelector('main'))?.focus({ preventScroll: true });
}

/** Scrolls logs to their newest lines. */
export function scrollToEnd(which = logs()): void {
  for (const log of which) log.scrollTop = log.scrollHeight;
}

function logs(): Element[] {
  return [...document.querySelectorAll('pre.log')];
}

/** Says that the page could not be refreshed; the next page that is shown says so no more. */
function markStale(): void {
  const asOf = document.getElementById('as-of');
  if (asOf === null || asOf.querySelector('.error') !== null) return;
  const note = document.createElement('span');
  note.className = 'error tone-bad';
  note.textContent = ' · cannot be refreshed now';
  asOf.append(note);
}

/** What differs from page to page. The rest stays, such as the dialog. */
const PARTS = ['title', 'link[rel=icon]', 'body > header', 'main'];

/**
 * Touches only what differs: scroll positions and selections stay, and a screen reader announces just what is
 * new. What has an id is recognized where it has moved to.
 */
function morph(next: Document): void {
  const focused = document.activeElement;
  for (const part of PARTS) {
    const [current, fetched] = [document, next].map((one) => one.querySelector(part));
    if (!current || !fetched) continue;
    Idiomorph.morph(current, fetched, {
      callbacks: {
        // What the reader has opened or pressed stays as it is.
        beforeAttributeUpdated: (name) => name !== 'open' && name !== 'aria-pressed',
        beforeNodeMorphed: (old: Node, replacement) => !appendGrownText(old, replacement),
      },
    });
  }
  // A browser without `moveBefore` takes the focus from an element that is moved.
  if (focused instanceof HTMLElement && focused.isConnected && focused !== document.activeElement)
    focused.focus({ preventScroll: true });
}

/** A log grows at its end: to append keeps what is selected in it, to replace would not. */
function appendGrownText(old: Node, replacement: Node): boolean {
  if (!(old instanceof Text) || replacement.nodeType !== Node.TEXT_NODE) return false;
  const text = replacement.textContent ?? '';
  if (text.length <= old.data.length || !text.startsWith(old.data)) return false;
  old.appendData(text.slice(old.data.length));
  return true;
}
