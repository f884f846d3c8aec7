// The page of one run: what it is for, its attempts, and the log of one of them.

import type { Attempt } from '../../lib/runs/attempt.ts';
import { hasEnded, type Run, submittedAt } from '../../lib/runs/run.ts';
import type { RunRecord } from '../../lib/runs/stores.ts';
import { moment, sentence } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { attemptsOf, lookOf, submissionWords } from '../outcome.ts';
import { asking } from '../parts/actions.ts';
import { attemptFacts, attemptsTable } from '../parts/attempts.ts';
import { badge, type Fact, factList } from '../parts/elements.ts';
import { type Frame, page } from '../parts/layout.ts';
import { type LogSeen, logSection } from '../parts/log.ts';
import { costOf, nextAttempt, reasonOf, runFacts } from '../parts/run-facts.ts';

export interface RunPageData {
  readonly record: RunRecord;
  /** The attempt whose log is shown; null where none was made. */
  readonly attempt: Attempt | null;
  readonly log: LogSeen;
  /** What has just been done, where something was. */
  readonly done: Done | null;
}

export const DONE = ['started', 'duplicate', 'cancelled'] as const;
export type Done = (typeof DONE)[number];

const LIVE_SECONDS = 3;

/** The page of a run. */
export function runPage(frame: Frame, { record, attempt, log, done }: RunPageData): string {
  const { run } = record;
  const { tone, words } = lookOf(run);
  const ended = hasEnded(run);
  const reason = reasonOf(run);
  const title = run.isTest
    ? `Test run of ${run.model}`
    : `${run.model}, ${run.round === null ? 'round not known' : `round ${run.round}`}`;
  return page(frame, {
    title: `${title}: ${words} · Numerai runs`,
    tone,
    trail: [
      { text: run.model, href: links.model(run.model) },
      {
        text: run.isTest ? 'test run' : run.round === null ? 'run' : `round ${run.round}`,
        href: links.run(run.model, run.id),
      },
    ],
    ...(ended ? {} : { refreshSeconds: LIVE_SECONDS }),
    main: html`${done !== null && html`<p class="notice tone-busy" role="status">${doneWords(done, run)}</p>`}
<section class="banner tone-${tone}" aria-labelledby="headline">
<h1 id="headline">${title}</h1>
<div role="status"><p class="fact-line">${badge(tone, sentence(words))} ${runFacts(run, frame.now)}</p></div>
${reason !== null && html`<p class="reason">${reason}</p>`}
<p class="actions">${!ended && asking(links.cancel(run.model, run.id), 'Cancel', ' this run', 'danger')}
<a class="button" href="${links.model(run.model)}">All runs<span class="visually-hidden"> of ${run.model}</span></a></p>
</section>
<section class="card"><h2>What happened</h2>${factList(factsOf(run, frame.now))}</section>
${attempt !== null && html`<section class="card"><h2>Attempts</h2>${attemptsTable(record, attempt, frame.now)}</section>`}
${logCard(attempt, log, frame.now)}`,
  });
}

function logCard(attempt: Attempt | null, log: LogSeen, now: Date): Html {
  const title = attempt === null ? 'Log' : `Attempt ${attempt.number}`;
  const isLive = attempt !== null && attempt.outcome === null;
  return html`<section class="card" id="log"><h2>${title}${isLive && html` ${badge('busy', 'live')}`}</h2>
${attempt !== null && attemptFacts(attempt, now)}${logSection(log, attempt)}</section>`;
}

function doneWords(done: Done, run: Run): string {
  switch (done) {
    case 'started':
      return 'The run was requested. This page follows it.';
    case 'duplicate':
      return 'Nothing was started: this run takes care of the round already.';
    case 'cancelled':
      return `The cancellation was asked for. ${hasEnded(run) ? 'The run has ended.' : 'The container is being stopped.'}`;
  }
}

function factsOf(run: Run, now: Date): Fact[] {
  const at = (time: string | null) => (time === null ? null : moment(time, now));
  const submission = submissionWords(run);
  const arrivedAt = submittedAt(run);
  const more =
    hasEnded(run) || run.attemptsLeft === 0 ? '' : `; ${run.attemptsLeft} more may follow`;
  return [
    { term: 'Asked for by', value: run.trigger },
    {
      term: 'Trigger id',
      value: run.triggerId === null ? null : html`<code>${run.triggerId}</code>`,
    },
    { term: 'Requested', value: at(run.requestedAt) },
    {
      term: 'Next attempt',
      value: run.state === 'waiting' ? nextAttempt(run, now) : null,
    },
    { term: 'Ended', value: at(run.finishedAt) },
    {
      term: 'Numerai',
      value:
        submission === null
          ? null
          : html`${submission}${arrivedAt !== null && html`, ${moment(arrivedAt, now)}`}`,
    },
    { term: 'Attempts', value: `${attemptsOf(run)}${more}` },
    { term: 'Cost', value: costOf(run) },
    { term: 'Run id', value: html`<code>${run.id}</code>` },
  ];
}
