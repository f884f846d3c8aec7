// What is to be known of a run, in a few words.

import { costUsd, hasEnded, type Run } from '../../lib/runs/run.ts';
import { dollars, moment, span } from '../format.ts';
import { type Html, html } from '../html.ts';
import { lookOf, submissionWords } from '../outcome.ts';
import { badge } from './elements.ts';

/** Trigger, attempt, since when, what Numerai says: a run at a glance. */
export function runFacts(run: Run, now: Date): Html {
  const ended = hasEnded(run);
  const since = ended ? (run.finishedAt ?? run.requestedAt) : (run.startedAt ?? run.requestedAt);
  const seconds = (now.getTime() - Date.parse(since)) / 1000;
  const submission = submissionWords(run);
  return html`<span>${run.trigger}</span>
<span>attempt ${run.attempt}</span>
<span>${!ended && 'since '}${moment(since, now)}${!ended && html` (${span(seconds)})`}</span>
${submission !== null && html`<span><span class="visually-hidden">Numerai: </span>${submission}</span>`}
${run.isTest && html`<span>test run</span>`}`;
}

/** How a run went, as a badge. */
export function runBadge(run: Run): Html {
  const { tone, words } = lookOf(run);
  return badge(tone, words);
}

/** How long the container ran, or has been running; null if it has not started. */
export function ranFor(run: Run, now: Date): string | null {
  const seconds = durationSeconds(run);
  if (seconds !== null) return span(seconds);
  if (run.startedAt === null || hasEnded(run)) return null;
  return `${span((now.getTime() - Date.parse(run.startedAt)) / 1000)} so far`;
}

/** What a run cost; null if that is not known. */
export function costOf(run: Run): string | null {
  const cost = costUsd(run);
  return cost === null ? null : dollars(cost);
}
