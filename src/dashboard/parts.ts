// Pieces that several pages share.

import { stripVTControlCharacters } from 'node:util';
import type { ModelStatus } from '../lib/operations/status.ts';
import { costUsd, durationSeconds, hasEnded, type Run } from '../lib/runs/run.ts';
import { dollars, moment, span } from './format.ts';
import { type Html, html, type Value } from './html.ts';
import { links } from './links.ts';
import { cellsOf, LETTERS, lookOf, submissionWords } from './outcome.ts';
import { runInFlight, type Stand } from './standing.ts';
import type { Tone } from './tones.ts';
import type { Warning } from './verdict.ts';

/** A word with its colour. */
export function badge(tone: Tone, words: string): Html {
  return html`<span class="badge ${tone}">${words}</span>`;
}

/** How a run went, in a badge. */
export function runBadge(run: Run): Html {
  const { tone, words } = lookOf(run);
  return badge(tone, words);
}

/** The last rounds, oldest first: a letter and a colour for the eye, words for whoever hears the page. */
export function strip(status: ModelStatus): Html {
  const cells = cellsOf(status.rounds);
  if (cells.length === 0) return html`<p class="none">No rounds yet</p>`;
  return html`<ol class="strip" aria-label="Last rounds, oldest first">
${cells.map(({ tone, letter, round, words, attempts }) => html`<li class="${tone}">${letter}<span>${round} ${words}${attempts > 1 && `, ${attempts} attempts`}</span></li>`)}</ol>`;
}

/** What the letters of the strip mean. */
export function legend(): Html {
  return html`<dl class="legend">${LETTERS.map(({ letter, tone, meaning }) => html`<div><dt class="${tone}">${letter}</dt><dd>${meaning}</dd></div>`)}</dl>`;
}

/** Troubles of the app itself; null where it has none. */
export function warnings(all: readonly Warning[]): Value {
  if (all.length === 0) return null;
  return html`<ul class="warnings">${all.map(({ tone, title, text }) => html`<li class="${tone}"><strong>${title}.</strong> ${text}</li>`)}</ul>`;
}

/** Trigger, attempt, since when, what Numerai says: what is to be known of a run at a glance. */
export function runFacts(run: Run, now: Date): Html {
  const ended = hasEnded(run);
  const since = ended ? (run.finishedAt ?? run.requestedAt) : (run.startedAt ?? run.requestedAt);
  const seconds = (now.getTime() - Date.parse(since)) / 1000;
  const submission = submissionWords(run);
  return html`<span>${run.trigger}</span>
<span>attempt ${run.attempt}</span>
<span>${!ended && 'since '}${moment(since, now)}${!ended && html` (${span(seconds)})`}</span>
${submission !== null && html`<span><span class="hear">Numerai: </span>${submission}</span>`}
${run.isTest && html`<span>test run</span>`}`;
}

/** What can be done with a model now, the most likely first. */
export function actions(status: ModelStatus, stand: Stand): Html {
  const { model } = status;
  const running = runInFlight(status);
  const newest = stand.run ?? status.lastRun;
  const button = (href: string, text: string, kind = '') =>
    html`<a class="button ${kind}" href="${href}" data-confirm>${text}<span class="hear"> ${model.name}</span></a>`;
  return html`<p class="actions">
${running !== null && button(links.cancel(model.name, running.id), 'Cancel', 'danger')}
${running === null && stand.open && stand.standing === 'failed' && button(links.retry(model.name), 'Retry', 'primary')}
${running === null && !(stand.open && stand.standing === 'failed') && button(links.start(model.name), 'Start', stand.standing === 'overdue' ? 'primary' : '')}
${newest !== null && html`<a class="button" href="${links.run(model.name, newest.id)}#log">Log<span class="hear"> of ${model.name}</span></a>`}
</p>`;
}

/** How long the container ran, or has been running; null where it has not started. */
export function ranFor(run: Run, now: Date): string | null {
  const seconds = durationSeconds(run);
  if (seconds !== null) return span(seconds);
  if (run.startedAt === null || hasEnded(run)) return null;
  return `${span((now.getTime() - Date.parse(run.startedAt)) / 1000)} so far`;
}

/** What a run cost; null where that is not known. */
export function costOf(run: Run): string | null {
  const cost = costUsd(run);
  return cost === null ? null : dollars(cost);
}

/** The log as text: without the sequences that colour it in a terminal. */
export function plainLog(log: string): string {
  return stripVTControlCharacters(log).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

export interface Facts {
  readonly term: string;
  /** Left out where it is null. */
  readonly value: Value;
}

/** A list of terms with their values. */
export function facts(all: readonly Facts[]): Html {
  return html`<dl class="facts">${all.map(({ term, value }) => value !== null && value !== undefined && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}
