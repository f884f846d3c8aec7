// The page in the window: shows one that was fetched, marks one that is out of date.

import { addLocalTimes } from './local-times.ts';
import { morph } from './morph.ts';

/** What differs from page to page. The rest stays: the dialog, the button that pauses. */
const PARTS = ['header nav', 'main', '#as-of'];

/** A reader within so many pixels of a log's end follows the log. */
const AT_END_PX = 24;

/** Shows the fetched page in place of the one that is there. */
export function show(fetched: Document): void {
  addLocalTimes(fetched);
  document.title = fetched.title;
  document.body.dataset.kind = fetched.body.dataset.kind ?? 'page';
  document.body.dataset.refresh = fetched.body.dataset.refresh ?? '0';
  showIcon(fetched);
  const followed = [...logs()].filter(
    (log) => log.scrollHeight - log.scrollTop - log.clientHeight < AT_END_PX,
  );
  for (const selector of PARTS) {
    const current = document.querySelector(selector);
    const next = fetched.querySelector(selector);
    if (current && next) morph(current, next);
  }
  for (const log of followed) scrollToEnd(log);
  document.body.classList.remove('stale');
}

/** Scrolls every log to its newest lines. */
export function scrollLogsToEnd(): void {
  for (const log of logs()) scrollToEnd(log);
}

/** Says that the page could not be refreshed; the next page that is shown says so no more. */
export function markStale(): void {
  document.body.classList.add('stale');
  const asOf = document.getElementById('as-of');
  if (asOf === null || asOf.querySelector('.error') !== null) return;
  const note = document.createElement('span');
  note.className = 'error';
  note.textContent = ' · cannot be refreshed now';
  asOf.append(note);
}

function logs(): NodeListOf<HTMLElement> {
  return document.querySelectorAll<HTMLElement>('pre.log');
}

function scrollToEnd(log: HTMLElement): void {
  log.scrollTop = log.scrollHeight;
}

function showIcon(fetched: Document): void {
  const icon = document.querySelector('link[rel=icon]');
  const href = fetched.querySelector('link[rel=icon]')?.getAttribute('href');
  if (icon && href && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}
