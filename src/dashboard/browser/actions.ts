// What changes something: a confirmation in a dialog, then the form in it, sent with the key.

import { closeDialog, showDialog } from './dialog.ts';
import { askForKey } from './key-page.ts';
import { rememberAddress, visit } from './navigation.ts';
import { documentOf, KeyRefusedError, request } from './request.ts';

/** Shows the page that asks for a confirmation as a dialog. */
export async function confirm(path: string): Promise<void> {
  try {
    showDialog(await documentOf(await request(path)));
  } catch (error) {
    if (error instanceof KeyRefusedError) await askForKey();
    // The browser shows what it can.
    else location.assign(path);
  }
}

/** Sends a form and goes where the app says; the dialog shows why the app refused. */
export async function send(form: HTMLFormElement): Promise<void> {
  const buttons = form.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  form.setAttribute('aria-busy', 'true');
  try {
    const response = await request(form.getAttribute('action') ?? '', {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(
        [...new FormData(form)].map(([name, value]) => [name, String(value)]),
      ),
    });
    if (!response.ok) return showDialog(await documentOf(response));
    const { location: target }: { location: string } = await response.json();
    closeDialog();
    await visit(target, 'push');
    // A reload must not say again that it was done.
    history.replaceState(null, '', location.pathname);
    rememberAddress();
  } catch (error) {
    if (error instanceof KeyRefusedError) return askForKey();
    for (const button of buttons) button.disabled = false;
    form.removeAttribute('aria-busy');
    const note = form.querySelector('.error') ?? form.appendChild(document.createElement('p'));
    note.className = 'error';
    note.setAttribute('role', 'alert');
    note.textContent = 'The app did not answer. Check whether it was done before you try again.';
  }
}
