// The page that says that something did not work, and what to do.

import type { ConfigurationFault } from '../../lib/util/errors.ts';
import { html } from '../html.ts';
import { links } from '../links.ts';
import { type Frame, page } from '../parts/layout.ts';

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
    main: html`<section class="banner tone-bad"><h1>${message.title}</h1>
${
  faults === undefined
    ? html`<p>${message.detail}</p>`
    : html`<p>The app does nothing until ${faults.length === 1 ? 'this is' : 'these are'} fixed: no webhook is answered, nothing is started.</p>
<ul class="fault-list">${faults.map(({ key, got, want }) => html`<li><h2><code>${key}</code></h2><p>Got ${got}.</p><p>Expected: ${want}.</p></li>`)}</ul>`
}
<p class="actions"><a class="button" href="${links.overview}" data-close>To the overview</a></p>
<p class="muted">Request <code>${message.requestId}</code>: search the app's log for it.</p></section>`,
  });
}
