// Small pieces of any page.

import { type Html, html, type Value } from '../html.ts';
import type { Tone } from '../tones.ts';
import type { Verdict } from '../verdict.ts';

/** A word with its colour. */
export function badge(tone: Tone, words: string): Html {
  return html`<span class="badge tone-${tone}">${words}</span>`;
}

/** What only a screen reader says. */
export function unseen(words: string): Html {
  return html`<span class="visually-hidden">${words}</span>`;
}

/** Sentences whose names stand between backticks, as messages have them: those are shown as code. */
export function prose(text: string | null): Html {
  const parts = (text ?? '').split(/`([^`\n]+)`/);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/** Terms with their values; a fact without a value is left out. */
export function factList(facts: readonly (readonly [term: Value, value: Value])[]): Html {
  return html`<dl class="fact-list">${facts.map(([term, value]) => value !== null && value !== undefined && value !== false && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export interface Row {
  readonly id: string;
  /** The first one names the row. */
  readonly cells: readonly Value[];
  /** A sentence below the cells. */
  readonly reason: string | null;
}

/** A table that scrolls sideways where there is no room for it; on a phone, its cells wrap, each with its head. */
export function table(label: string, heads: readonly string[], rows: readonly Row[]): Html {
  return html`<div class="scroll-sideways" role="region" aria-label="${label}" tabindex="0"><table class="runs-table">
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => tableRow(row, heads))}</tbody></table></div>`;
}

function tableRow({ id, cells: [name, ...cells], reason }: Row, [, ...heads]: readonly string[]): Html {
  return html`<tr id="${id}"><th scope="row">${name}</th>
${cells.map((cell, index) => html`<td data-head="${heads[index]}">${cell ?? '–'}</td>`)}</tr>
${reason !== null && html`<tr class="run-reason"><td colspan="${cells.length + 1}"><p>${prose(reason)}</p></td></tr>`}`;
}

/** What a verdict says below its headline; last, the troubles of the app itself. */
export function verdictLines(lines: readonly (Html | string)[], warnings: Verdict['warnings']): Html {
  return html`${lines.map((line) => html`<p>${line}</p>`)}
${warnings.length > 0 && html`<ul class="notices">${warnings.map(({ title, text }) => html`<li><strong>${title}.</strong> ${prose(text)}</li>`)}</ul>`}`;
}
