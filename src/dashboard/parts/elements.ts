// Small pieces of any page.

import { type Html, html, type Value } from '../html.ts';
import type { Tone } from '../tones.ts';
import type { Warning } from '../warnings.ts';

/** A word with its colour. */
export function badge(tone: Tone, words: string): Html {
  return html`<span class="badge tone-${tone}">${words}</span>`;
}

/** Troubles of the app itself; null if it has none. */
export function notices(warnings: readonly Warning[]): Html | null {
  if (warnings.length === 0) return null;
  return html`<ul class="notices">${warnings.map(({ tone, title, text }) => html`<li class="notice tone-${tone}"><strong>${title}.</strong> ${text}</li>`)}</ul>`;
}

export interface Fact {
  readonly term: string;
  /** A fact without a value is left out. */
  readonly value: Value;
  /** Whether the fact needs a line of its own. */
  readonly wide?: boolean;
}

/** Terms with their values. */
export function factList(facts: readonly Fact[]): Html {
  return html`<dl class="fact-list">${facts.map(({ term, value, wide }) => value !== null && value !== undefined && html`<div${wide && html` class="whole-line"`}><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}
