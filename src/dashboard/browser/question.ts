// What changes something: a question in a dialog, then the form in it, sent with the key.

import { GUARDED, PAGES } from '../links.ts';
import { request } from './key.ts';
import { abandonVisit, documentOf, show } from './page.ts';

/** Shows the page that asks whether something is meant as a dialog. */
export async function ask(path: string): Promise<void> {
  try {
    await showAsDialog(await request(path));
  } catch {
    // The browser shows what it can.
    location.assign(path);
  }
}

async function showAsDialog(response: Response): Promise<void> {
  const content = (await documentOf(response)).querySelector('main > *');
  const dialog = document.querySelector('dialog');
  if (content === null || dialog === null) return;
  dialog.replaceChildren(content);
  dialog.setAttribute('aria-label', content.querySelector('h1')?.textContent ?? '');
  // Shown anew, it puts the focus where the page says: on the answer that changes nothing.
  dialog.close();
  dialog.showModal();
}

/** Sends a form and goes where that leads; the dialog shows why the app refused. */
export async function send(form: HTMLFormElement): Promise<void> {
  if (form.getAttribute('aria-busy') === 'true') return;
  form.setAttribute('aria-busy', 'true');
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  try {
    const response = await request(form.action, {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
    if (!response.redirected) return await showAsDialog(response);
    abandonVisit();
    const { pathname } = new URL(response.url);
    await show(response, pathname.replace(GUARDED, PAGES), 'push');
  } catch {
    form.removeAttribute('aria-busy');
    const error = form.querySelector('.error');
    if (error !== null) error.textContent = 'The app did not answer. Check whether it was done before you try again.';
  }
}
