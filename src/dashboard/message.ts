// Pages that say that something did not work, and what to do; and the one that asks for the key.

import type { ConfigurationFault } from '../lib/util/errors.ts';
import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { links } from './links.ts';

export interface Message {
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly faults?: readonly ConfigurationFault[];
}

/** Says what did not work; the faults of a configuration one by one. */
export function messagePage(frame: Frame, message: Message): string {
  const { faults } = message;
  return page(frame, {
    title: `${message.title} · Numerai runs`,
    tone: 'bad',
    main: html`<section class="verdict bad"><h1>${message.title}</h1>
${
  faults === undefined
    ? html`<p>${message.detail}</p>`
    : html`<p>The app does nothing until ${faults.length === 1 ? 'this is' : 'these are'} mended: no webhook is answered, nothing is started.</p>
<ul class="faults">${faults.map(({ key, got, want }) => html`<li><h2><code>${key}</code></h2><p>Got ${got}.</p><p>Wanted: ${want}.</p></li>`)}</ul>`
}
<p class="actions"><a class="button" href="${links.overview}" data-close>To the overview</a></p>
<p class="of">Request <code>${message.requestId}</code>: the app's log tells more of it.</p></section>`,
  });
}

/** @param refused whether a key came along that does not open the dashboard. */
export function keyPage(frame: Frame, refused: boolean): string {
  return page(frame, {
    title: 'Key wanted · Numerai runs',
    tone: 'quiet',
    kind: 'key',
    main: html`<section class="card question"><h1>The dashboard asks for a key</h1>
<p id="refused" class="refused" role="alert">${refused && 'That key does not open the dashboard.'}</p>
<p>Any function key of the app that opens the function <code>dashboard</code> will do, such as the host key <code>operator</code>. docs/dashboard.md tells how to read it.</p>
<form method="get" id="key-form">
<p><label for="key">Key</label><input id="key" name="code" type="password" autocomplete="current-password" spellcheck="false" required></p>
<label class="check" id="keep-choice" hidden><input type="checkbox" name="keep" value="1"> <span>Keep it in this browser <span class="of">Otherwise it is forgotten with this tab.</span></span></label>
<p class="actions"><button class="button primary">Open</button></p>
</form></section>`,
  });
}
