// What is to be known of a run, in a few words.

import { type Attempt, durationSeconds } from '../../lib/runs/attempt.ts';
import { hasEnded, type Run, waitsForChange } from '../../lib/runs/run.ts';
import { dollars, moment, plural, span } from '../format.ts';
import { type Html, html } from '../html.ts';
import { attemptsOf, lookOf, submissionWords } from '../outcome.ts';
import { unseen } from './elements.ts';

/** Trigger, attempts, since when or until when, what Numerai says: a run at a glance. @param label before all that. */
export function runFacts(run: Run, now: Date, label = ''): Html {
  // The badge says how many where it is only some.
  const submission = lookOf(run).letter === 'P' ? null : submissionWords(run);
  const attempts = attemptsOf(run);
  return html`<span>${label}${run.trigger}</span>
${attempts > 0 && html`<span>${hasEnded(run) || run.state === 'waiting' ? plural(attempts, 'attempt') : `attempt ${attempts}`}</span>`}
<span>${when(run, now)}</span>
${submission !== null && html`<span>${unseen('Numerai: ')}${submission}</span>`}
${run.isTest && html`<span>test run</span>`}`;
}

/** The same for a run of a job, which no round tells from the next one. */
export function jobRunFacts(run: Run, now: Date): Html {
  return runFacts(run, now, hasEnded(run) ? 'last: ' : 'now: ');
}

function when(run: Run, now: Date): Html {
  if (run.state === 'waiting') {
    if (run.nextAttemptAt === null)
      return html`${waitsForChange(run) ? 'next attempt after a fix' : 'next attempt not planned yet'}`;
    const isDue = new Date(run.nextAttemptAt) <= now;
    return html`next attempt ${isDue ? 'due' : moment(run.nextAttemptAt, now)}`;
  }
  if (hasEnded(run)) return moment(run.finishedAt ?? run.requestedAt, now);
  const begin = run.attempt?.startedAt ?? run.attempt?.acceptedAt ?? run.requestedAt;
  return html`since ${moment(begin, now)} (${span((now.getTime() - Date.parse(begin)) / 1000)})`;
}

/** How long the container ran, or has been running; null if it has not started. */
export function ranFor(attempt: Attempt | null, now: Date): string | null {
  const seconds = durationSeconds(attempt);
  if (seconds !== null) return span(seconds);
  if (attempt === null || attempt.startedAt === null || attempt.outcome !== null) return null;
  return `${span((now.getTime() - Date.parse(attempt.startedAt)) / 1000)} so far`;
}

/** What something cost; null if that is not known. */
export function price(costUsd: number | null): string | null {
  return costUsd === null ? null : dollars(costUsd);
}
