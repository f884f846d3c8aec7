// The page that asks for the key.

import { html } from '../html.ts';
import type { Frame } from '../parts/layout.ts';
import { primary, question } from './question.ts';

/** Asks for a function key. @param refused whether one came along that does not open the dashboard. */
export function keyPage(frame: Frame, refused: boolean): string {
  return question(frame, {
    title: 'The dashboard asks for a key',
    text: html`<p>Any function key of the app that opens the function <code>dashboard</code> will do, such as the host key <code>operator</code>. docs/dashboard.md says how to read it.</p>`,
    form: html`method="get" id="key-form"`,
    fields: html`<label>Key <input name="code" type="password" autocomplete="current-password" spellcheck="false" required autofocus></label>
<label class="checkbox scripted"><input type="checkbox" name="keep"> <span>Keep it on this device <span class="muted">In the storage of this browser, in plain text, until it is refused or the data of this site is cleared. Everybody who uses this browser can then open the dashboard. Otherwise it is forgotten with this tab.</span></span></label>`,
    buttons: primary('Open'),
    ...(refused ? { error: 'That key does not open the dashboard.' } : {}),
  });
}
