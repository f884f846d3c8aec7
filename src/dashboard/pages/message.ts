// The page that says that something did not work, and what to do.

import type { ConfigurationFault } from '../../lib/util/errors.ts';
import { html } from '../html.ts';
import { links } from '../links.ts';
import { factList, prose } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import { BY_HAND } from '../warnings.ts';

export interface Message {
  readonly title: string;
  readonly detail: string;
  /** Whether it may pass by itself: then the page tries again. */
  readonly isPassing?: boolean;
  readonly requestId: string;
  readonly faults: readonly ConfigurationFault[];
}

/** Says what did not work; the faults of a configuration one by one. */
export function messagePage(frame: Frame, { title, detail, isPassing = false, requestId, faults }: Message): string {
  return page(frame, {
    title,
    tone: 'bad',
    ...(isPassing ? { refreshSeconds: REFRESH.busy } : {}),
    main: html`<section class="banner tone-bad"><h1>${title}</h1>
${
  faults.length === 0
    ? html`<p>${prose(detail)}</p>`
    : html`<p>The app does nothing until ${faults.length === 1 ? 'this is' : 'these are'} fixed: no webhook is answered, nothing is started.</p>
${factList(faults.map(({ key, got, expected }) => [html`<code>${key}</code>`, html`Got ${prose(got)}.<br>Expected: ${prose(expected)}.`]))}`
}
${isPassing && html`<p>${BY_HAND}</p>`}
<p class="actions"><a class="button" href="${links.overview}">To the overview</a></p>
<p class="muted">Request <code>${requestId}</code>: search the app's log for it.</p></section>`,
  });
}
