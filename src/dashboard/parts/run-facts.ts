// What is to be known of a run, in a few words.

import type { Entry, Job } from '../../lib/config/models.ts';
import type { Round } from '../../lib/rounds/round.ts';
import { type Attempt, durationSeconds } from '../../lib/runs/attempt.ts';
import { hasEnded, type Run, waitsForChange } from '../../lib/runs/run.ts';
import { attemptsAllowed } from '../../lib/watch/moments.ts';
import { countdown, dollars, moment, plural, span } from '../format.ts';
import { type Html, html } from '../html.ts';
import { lookOf, submissionWords } from '../outcome.ts';
import { unseen } from './elements.ts';

/** How many attempts of it may fail: in a round that is open for hours they come back. Null where nobody knows the round. */
export function allowedFor(entry: Entry, round: Pick<Round, 'openTime' | 'closeTime'> | null): number | null {
  return round === null ? entry.maxAttempts : attemptsAllowed(entry, round);
}

/**
 * Trigger, attempts, since when or until when, what Numerai says: a run at a glance.
 * @param allowed how many attempts may fail; null where that is not known.
 * @param label before all that.
 */
export function runFacts(run: Run, now: Date, allowed: number | null, label = ''): Html {
  // The badge says it where it is only some, or is waited for.
  const { letter, words } = lookOf(run);
  const said = submissionWords(run);
  const submission = letter === 'P' || said === words ? null : said;
  const attempts = attemptsInWords(run, allowed);
  return html`<span>${label}${run.trigger}</span>
${attempts !== null && html`<span>${attempts}</span>`}
<span>${when(run, now)}</span>
${submission !== null && html`<span>${unseen('Numerai: ')}${submission}</span>`}
${run.isTest && html`<span>test run</span>`}`;
}

/** `attempt 2 of 5`, or how many were made; of so many only where all that were made count as such. */
function attemptsInWords(run: Run, allowed: number | null): string | null {
  const { attempt, countedFailures } = run;
  if (attempt === null) return null;
  const { number, outcome, lastResort } = attempt;
  if (hasEnded(run)) return plural(number, 'attempt');
  const counted = outcome === null ? countedFailures + 1 : countedFailures;
  const of = allowed !== null && counted === number && !lastResort ? ` of ${allowed}` : '';
  return outcome === null || run.state !== 'waiting' || of !== ''
    ? `attempt ${number}${of}`
    : plural(number, 'attempt');
}

/** The same for a run of a job, which no round tells from the next one. */
export function jobRunFacts(run: Run, now: Date, { maxAttempts }: Pick<Job, 'maxAttempts'>): Html {
  return runFacts(run, now, maxAttempts, hasEnded(run) ? 'last: ' : 'now: ');
}

function when(run: Run, now: Date): Html {
  if (run.state === 'waiting') {
    if (run.nextAttemptAt === null)
      return html`${waitsForChange(run) ? 'next attempt after a fix' : 'next attempt not planned yet'}`;
    const isDue = new Date(run.nextAttemptAt) <= now;
    return html`next attempt ${isDue ? 'due' : html`${moment(run.nextAttemptAt, now)} ${countdown(run.nextAttemptAt, now)}`}`;
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
