// The page that asks for the key.

import { PAGES } from '../links.ts';
import { closeDialog } from './dialog.ts';
import { forgetKey, storedKey } from './key.ts';
import { show } from './page.ts';
import { documentOf } from './request.ts';

/** Whether the page in the window is the one that asks for the key. */
export function isKeyPage(): boolean {
  return document.body.dataset.kind === 'key';
}

/** Asks for the key, and says whether the one that is known was refused. */
export async function askForKey(): Promise<void> {
  const refused = storedKey() !== null;
  forgetKey();
  closeDialog();
  // Without a key, the public address answers with the page that asks for one.
  if (!isKeyPage()) show(await documentOf(await fetch(PAGES, { cache: 'no-store' })));
  setUpKeyPage();
  const message = document.getElementById('key-refused');
  if (message !== null && refused) message.textContent = 'That key does not open the dashboard.';
}

/** Offers to keep the key, which takes a script, and puts the cursor where the key goes. */
export function setUpKeyPage(): void {
  const keep = document.getElementById('keep-key');
  if (keep !== null) keep.hidden = false;
  document.getElementById('key')?.focus();
}
