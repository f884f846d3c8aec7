// Keeps the page fresh, unless the reader pauses it.

import { isDialogOpen } from './dialog.ts';
import { currentPath, pageAgeMs, visit } from './navigation.ts';

const CHECK_EVERY_MS = 250;

let paused = false;

/** Fetches the page again whenever it is as old as it allows itself to be. */
export function keepFresh(): void {
  addPauseButton();
  setInterval(refreshIfDue, CHECK_EVERY_MS);
  document.addEventListener('visibilitychange', refreshIfDue);
}

function refreshIfDue(): void {
  const seconds = Number(document.body.dataset.refresh ?? 0);
  const due = seconds > 0 && pageAgeMs() >= seconds * 1000;
  if (due && !paused && !document.hidden && !isDialogOpen()) void visit(currentPath(), 'refresh');
}

function addPauseButton(): void {
  const button = document.createElement('button');
  button.id = 'pause';
  button.type = 'button';
  button.className = 'button small';
  button.textContent = 'Pause';
  button.setAttribute('aria-pressed', 'false');
  button.setAttribute('aria-label', 'Pause refreshing');
  button.addEventListener('click', () => {
    paused = !paused;
    button.setAttribute('aria-pressed', String(paused));
    button.textContent = paused ? 'Paused' : 'Pause';
  });
  document.querySelector('.freshness')?.append(' ', button);
}
