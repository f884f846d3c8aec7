// The page that asks for a function key.

import { html } from '../html.ts';
import { type Frame, page } from '../parts/layout.ts';

/** @param refused whether a key came along that does not open the dashboard. */
export function keyPage(frame: Frame, refused: boolean): string {
  return page(frame, {
    title: 'Key required · Numerai runs',
    tone: 'quiet',
    kind: 'key',
    main: html`<section class="card question"><h1>The dashboard asks for a key</h1>
<p id="key-refused" class="error" role="alert">${refused && 'That key does not open the dashboard.'}</p>
<p>Any function key of the app that opens the function <code>dashboard</code> will do, such as the host key <code>operator</code>. docs/dashboard.md says how to read it.</p>
<form method="get" id="key-form">
<p><label for="key">Key</label><input id="key" name="code" type="password" autocomplete="current-password" spellcheck="false" required></p>
<label class="checkbox" id="keep-key" hidden><input type="checkbox" name="keep" value="1"> <span>Keep it in this browser <span class="muted">Otherwise it is forgotten with this tab.</span></span></label>
<p class="actions"><button class="button primary">Open</button></p>
</form></section>`,
  });
}
