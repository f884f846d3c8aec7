// The dialog in which confirmations are shown.

import { addLocalTimes } from './local-times.ts';

let dialog: HTMLDialogElement | undefined;

/** Shows the content of a fetched page as a dialog. */
export function showDialog(fetched: Document): void {
  const content = fetched.querySelector('main > *');
  if (content === null) return;
  addLocalTimes(fetched);
  dialog ??= createDialog();
  dialog.replaceChildren(document.importNode(content, true));
  dialog.setAttribute('aria-label', dialog.querySelector('h1')?.textContent ?? '');
  if (!dialog.open) dialog.showModal();
  // Enter gives the answer that changes nothing.
  dialog.querySelector<HTMLElement>('[data-close]')?.focus();
}

/** Closes the dialog, if it is open. */
export function closeDialog(): void {
  dialog?.close();
}

/** Whether a confirmation is open. */
export function isDialogOpen(): boolean {
  return dialog?.open === true;
}

function createDialog(): HTMLDialogElement {
  const created = document.createElement('dialog');
  created.addEventListener('click', (event) => {
    const closes = event.target instanceof Element && event.target.closest('[data-close]') !== null;
    const besideContent = event.target === created;
    if (!closes && !besideContent) return;
    event.preventDefault();
    event.stopPropagation();
    created.close();
  });
  created.addEventListener('close', () => created.replaceChildren());
  document.body.append(created);
  return created;
}
