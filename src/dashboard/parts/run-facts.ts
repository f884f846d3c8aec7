// What is to be known of a run, in a few words.

import { type Attempt, durationSeconds } from '../../lib/runs/attempt.ts';
import { costUsd, hasEnded, type Run } from '../../lib/runs/run.ts';
import { dollars, moment, plural, span } from '../format.ts';
import { type Html, html } from '../html.ts';
import { attemptsOf, lookOf, submissionWords } from '../outcome.ts';
import { badge } from './elements.ts';

/** Trigger, attempts, since when or until when, what Numerai says: a run at a glance. */
export function runFacts(run: Run, now: Date): Html {
  const submission = submissionWords(run);
  const attempts = attemptsOf(run);
  return html`<span>${run.trigger}</span>
${attempts > 0 && html`<span>${hasEnded(run) || run.state === 'waiting' ? plural(attempts, 'attempt') : `attempt ${attempts}`}</span>`}
<span>${run.state === 'waiting' ? html`next attempt ${nextAttempt(run, now)}` : since(run, now)}</span>
${submission !== null && html`<span><span class="visually-hidden">Numerai: </span>${submission}</span>`}
${run.isTest && html`<span>test run</span>`}`;
}

function since(run: Run, now: Date): Html {
  if (hasEnded(run)) return moment(run.finishedAt ?? run.requestedAt, now);
  const begin = run.attempt?.startedAt ?? run.attempt?.acceptedAt ?? run.requestedAt;
  return html`since ${moment(begin, now)} (${span((now.getTime() - Date.parse(begin)) / 1000)})`;
}

/** When the next attempt of a run that waits follows, or that it is due. */
export function nextAttempt({ nextAttemptAt }: Run, now: Date): Html {
  return nextAttemptAt === null || Date.parse(nextAttemptAt) <= now.getTime()
    ? html`due`
    : moment(nextAttemptAt, now);
}

/** What is to be said of a run in a sentence or two; null where there is nothing to say. */
export function reasonOf({ state, waitingFor, reason, attempt }: Run): string | null {
  if (state !== 'waiting' || waitingFor === null) return reason;
  return attempt?.reason == null ? waitingFor : `${waitingFor} ${attempt.reason}`;
}

/** How a run went, as a badge. */
export function runBadge(run: Run): Html {
  const { tone, words } = lookOf(run);
  return badge(tone, words);
}

/** How long the container ran, or has been running; null if it has not started. */
export function ranFor(attempt: Attempt | null, now: Date): string | null {
  const seconds = durationSeconds(attempt);
  if (seconds !== null) return span(seconds);
  if (attempt === null || attempt.startedAt === null || attempt.outcome !== null) return null;
  return `${span((now.getTime() - Date.parse(attempt.startedAt)) / 1000)} so far`;
}

/** What all attempts of a run cost; null if that is not known. */
export function costOf(run: Run): string | null {
  const cost = costUsd(run);
  return cost === null ? null : dollars(cost);
}
