// Counts on what the page says is to come, by the time of the app, and not by the reader's clock.

import { inWords } from '../format.ts';
import { shownForMs } from './page.ts';

/** Brings every countdown of the page up to now. */
export function countDown(): void {
  const asOf = document.querySelector<HTMLTimeElement>('#as-of time');
  if (asOf === null) return;
  const now = Date.parse(asOf.dateTime) + shownForMs();
  for (const element of document.querySelectorAll<HTMLElement>('[data-until]'))
    element.textContent = inWords(Date.parse(element.dataset.until ?? '') - now);
}
