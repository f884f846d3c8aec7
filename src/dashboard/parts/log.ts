// A container's log on a page.

import { stripVTControlCharacters } from 'node:util';
import type { Attempt } from '../../lib/runs/attempt.ts';
import { type Html, html } from '../html.ts';

/** What was read of a log. */
export type LogSeen =
  | { readonly kind: 'log'; readonly text: string; readonly cut: boolean }
  | { readonly kind: 'none' }
  /** It could not be read now; `why` is a sentence. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** The log of an attempt, or a sentence in place of it. */
export function logSection(seen: LogSeen, attempt: Attempt | null): Html {
  if (attempt === null) return html`<p class="muted">There is no log: nothing was started.</p>`;
  if (seen.kind === 'unreadable')
    return html`<p class="muted">The log cannot be read now. ${seen.why}</p>`;
  const text = seen.kind === 'log' ? plainLog(seen.text) : '';
  if (text.trim() === '') {
    return html`<p class="muted">${attempt.outcome !== null ? 'There is no log: the container wrote none, or never ran.' : 'Nothing has been written yet.'}</p>`;
  }
  return html`${seen.kind === 'log' && seen.cut && html`<p class="note">The last lines; the beginning is left out.</p>`}
<pre class="log" tabindex="0" role="region" aria-label="Log">${text}</pre>`;
}

/** The log as text: without the sequences that colour it in a terminal. */
function plainLog(log: string): string {
  return stripVTControlCharacters(log).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

/** The last lines of a log. */
export function tailOf(log: string, lines: number): { text: string; cut: boolean } {
  const all = log.trimEnd().split('\n');
  return { text: all.slice(-lines).join('\n'), cut: all.length > lines };
}
