// The last rounds of a model: a letter and a colour for the eye, words for a screen reader.

import { roundsOf } from '../../lib/operations/model-health.ts';
import type { ModelView } from '../condition.ts';
import { type Html, html } from '../html.ts';
import { cellsOf, LETTERS } from '../outcome.ts';

/** The last rounds, oldest first. */
export function roundStrip({ status, health }: ModelView): Html {
  const cells = cellsOf(roundsOf(status), health);
  if (cells.length === 0) return html`<p class="round-strip muted">No rounds yet</p>`;
  return html`<ol class="round-strip" aria-label="Last rounds, oldest first">
${cells.map(({ tone, letter, round, words, attempts }) => html`<li class="tone-${tone}">${letter}<span>${round} ${words}${attempts > 1 && `, ${attempts} attempts`}</span></li>`)}</ol>`;
}

/** What the letters of the strip and the bars mean. */
export function legend(): Html {
  return html`<details class="legend"><summary>What the letters and bars mean</summary>
<dl>${Object.entries(LETTERS).map(([letter, [tone, meaning]]) => html`<div><dt class="tone-${tone}">${letter}</dt><dd>${meaning}</dd></div>`)}</dl>
<p>Bars: how long the recent runs took, as square roots, so that short runs differ visibly; the line above is the timeout.</p></details>`;
}
