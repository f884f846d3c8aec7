// A container's log on a page.

import { stripVTControlCharacters } from 'node:util';
import type { Attempt } from '../../lib/runs/attempt.ts';
import { type Html, html } from '../html.ts';

/** What was read of a log. */
export interface LogSeen {
  readonly text: string;
  /** Whether the beginning is left out. */
  readonly cut?: boolean;
  /** Why it could not be read, as a sentence. */
  readonly trouble?: string;
}

/** The log of an attempt, or a sentence in place of it. */
export function logSection({ text, cut, trouble }: LogSeen, attempt: Attempt | null): Html {
  const say = (words: string) => html`<p class="muted">${words}</p>`;
  if (attempt === null) return say('There is no log: nothing was started.');
  if (trouble !== undefined) return say(`The log cannot be read now. ${trouble}`);
  if (text.trim() === '') {
    if (attempt.outcome === null) return say('Nothing has been written yet.');
    return attempt.logKept
      ? say('There is no log: the container wrote none or never ran, or the log could not be stored.')
      : say('The log is still being fetched. Within about ten minutes it appears here, or why there is none.');
  }
  return html`${cut && say('The last lines; the beginning is left out.')}
<pre class="log" tabindex="0" role="region" aria-label="Log">${text}</pre>`;
}

/** The last lines of a log, as text: without the sequences that colour it in a terminal. */
export function tailOf(log: string, lines: number): LogSeen {
  const all = stripVTControlCharacters(log).replace(/\r\n?/g, '\n').trimEnd().split('\n');
  return { text: all.slice(-lines).join('\n'), cut: all.length > lines };
}
