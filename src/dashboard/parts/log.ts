// A container's log on a page.

import { stripVTControlCharacters } from 'node:util';
import { plainLines, withoutFrames } from '../../lib/util/quote.ts';
import { type Html, html } from '../html.ts';

/** What was read of a log. */
export interface LogSeen {
  readonly text: string;
  /** Whether the beginning is left out. */
  readonly cut?: boolean;
  /** Why there is none, or it could not be read, as a sentence. */
  readonly none?: string;
}

/** What a page shows of a log at most, in UTF-16 units: it is loaded anew every few seconds. */
const SHOWN_UNITS = 128 * 1024;

/** The log of an attempt, or a sentence in place of it. */
export function logSection({ text, cut, none = '' }: LogSeen): Html {
  const say = (words: string) => html`<p class="muted">${words}</p>`;
  if (text === '') return say(none);
  return html`${cut && say('The last lines; the beginning is left out.')}
<pre class="log" tabindex="0" role="region" aria-label="Log">${text}</pre>`;
}

const LAST_LINES = 6;

/** The last lines that say something, for the top of a page; null where there are none. */
export function lastLines({ text }: LogSeen): Html | null {
  const lines = withoutFrames(plainLines(text))
    .slice(-LAST_LINES)
    .map((line) => quoteLine(line));
  return lines.length === 0 ? null : html`<pre class="log-end">${lines.join('\n')}</pre>`;
}

const LONGEST_LINE = 300;
const quoteLine = (line: string): string => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);

/** The last lines of a log, as text: without the sequences that colour it in a terminal. */
export function tailOf(log: string, lines: number): LogSeen {
  const all = stripVTControlCharacters(log).replace(/\r\n?/g, '\n').trimEnd();
  const shown = all.slice(-SHOWN_UNITS).toWellFormed().split('\n').slice(-lines);
  const text = shown.join('\n');
  return { text: text.trim() === '' ? '' : text, cut: text.length < all.length };
}
