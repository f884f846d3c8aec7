// The last rounds of a model: a letter and a colour for the eye, words for a screen reader.

import { type ModelHealth, roundsOf } from '../../lib/operations/model-health.ts';
import type { Run } from '../../lib/runs/run.ts';
import type { ModelView } from '../condition.ts';
import { type Html, html } from '../html.ts';
import { attemptsOf, LETTERS, type Look, look, lookOf } from '../outcome.ts';

interface Cell extends Look {
  readonly round: number;
  readonly attempts: number;
}

/** How many rounds a strip shows. */
const CELLS = 20;

/**
 * The last rounds, oldest first, up to the one that the model's health is about; those that have no run are there as well.
 * @param runs one a round, newest first.
 */
export function cellsOf(
  runs: readonly Run[],
  { round: current, condition }: Pick<ModelHealth, 'round' | 'condition'>,
): Cell[] {
  const byRound = new Map(runs.flatMap((run): [number, Run][] => (run.round === null ? [] : [[run.round, run]])));
  if (byRound.size === 0) return [];
  const newest = Math.max(...byRound.keys(), current ?? 0);
  const first = Math.max(Math.min(...byRound.keys()), newest - CELLS + 1);
  return Array.from({ length: newest - first + 1 }, (_, index) => {
    const round = first + index;
    const run = byRound.get(round);
    return run === undefined
      ? {
          round,
          attempts: 0,
          ...(round === current && condition === 'missed' ? look('M', 'missed') : look('–', 'no run')),
        }
      : { round, attempts: attemptsOf(run), ...lookOf(run) };
  });
}

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
