// The page of one run, with its log.

import type { Model } from '../../lib/config/models.ts';
import { hasEnded, type Run } from '../../lib/runs/run.ts';
import { moment, sentence } from '../format.ts';
import { html } from '../html.ts';
import { links } from '../links.ts';
import { lookOf, SUBMISSIONS } from '../outcome.ts';
import { asking } from '../parts/actions.ts';
import { badge, type Fact, factList } from '../parts/elements.ts';
import { type Frame, page } from '../parts/layout.ts';
import { type LogSeen, logSection } from '../parts/log.ts';
import { costOf, ranFor, runFacts } from '../parts/run-facts.ts';

export interface RunPageData {
  readonly run: Run;
  readonly model: Model;
  readonly log: LogSeen;
  /** What has just been done, where something was. */
  readonly done: Done | null;
}

export const DONE = ['started', 'duplicate', 'cancelled'] as const;
export type Done = (typeof DONE)[number];

const LIVE_SECONDS = 3;

/** The page of a run. */
export function runPage(frame: Frame, { run, model, log, done }: RunPageData): string {
  const { tone, words } = lookOf(run);
  const ended = hasEnded(run);
  const title = run.isTest
    ? `Test run of ${run.model}`
    : `${run.model}, ${run.round === null ? 'round not known' : `round ${run.round}`}`;
  return page(frame, {
    title: `${title}: ${words} · Numerai runs`,
    tone,
    trail: [
      { text: run.model, href: links.model(run.model) },
      {
        text: run.isTest
          ? 'test run'
          : run.round === null
            ? 'run'
            : `round ${run.round}, attempt ${run.attempt}`,
        href: links.run(run.model, run.id),
      },
    ],
    ...(ended ? {} : { refreshSeconds: LIVE_SECONDS }),
    main: html`${done !== null && html`<p class="notice tone-busy" role="status">${DONE_WORDS[done]}</p>`}
<section class="banner tone-${tone}" aria-labelledby="headline">
<h1 id="headline">${title}</h1>
<div role="status"><p class="fact-line">${badge(tone, sentence(words))} ${runFacts(run, frame.now)}</p></div>
${run.reason !== null && html`<p class="reason">${run.reason}</p>`}
<p class="actions">${!ended && asking(links.cancel(run.model, run.id), 'Cancel', ' this run', 'danger')}
<a class="button" href="${links.model(run.model)}">All runs<span class="visually-hidden"> of ${run.model}</span></a></p>
</section>
<section class="card"><h2>What happened</h2>${factList(factsOf(run, model, frame.now))}</section>
<section class="card" id="log"><h2>Log${!ended && html` ${badge('busy', 'live')}`}</h2>${logSection(log, run)}</section>`,
  });
}

const DONE_WORDS: Readonly<Record<Done, string>> = {
  started: 'The run was requested. This page follows it.',
  duplicate: 'Nothing was started: this run takes care of the round already.',
  cancelled: 'The cancellation was asked for. The container is being stopped.',
};

function factsOf(run: Run, model: Model, now: Date): Fact[] {
  const at = (time: string | null) => (time === null ? null : moment(time, now));
  return [
    { term: 'Asked for by', value: run.trigger },
    {
      term: 'Trigger id',
      value: run.triggerId === null ? null : html`<code>${run.triggerId}</code>`,
    },
    { term: 'Requested', value: at(run.requestedAt) },
    { term: 'Start accepted', value: at(run.acceptedAt) },
    { term: 'Container started', value: at(run.startedAt) },
    { term: 'Ended', value: at(run.finishedAt) },
    { term: 'Ran for', value: ranFor(run, now) },
    { term: 'Exit code', value: run.exitCode },
    {
      term: 'Numerai',
      value: html`${SUBMISSIONS[run.submission]}${run.submittedAt !== null && html`, ${moment(run.submittedAt, now)}`}`,
    },
    {
      term: 'Attempts left',
      value: hasEnded(run) ? null : `${run.retriesLeft} after this one, of ${model.maxAttempts}`,
    },
    {
      term: 'Attempt before',
      value:
        run.previousRunId === null
          ? null
          : html`<a href="${links.run(run.model, run.previousRunId)}">attempt ${run.attempt - 1}</a>`,
    },
    {
      term: 'Container group',
      value: run.containerGroup === null ? null : html`<code>${run.containerGroup}</code>`,
    },
    { term: 'Region', value: run.location },
    {
      term: 'Size',
      value:
        run.cpu === null || run.memoryGB === null ? null : `${run.cpu} vCPU, ${run.memoryGB} GB`,
    },
    { term: 'Cost', value: costOf(run) },
    { term: 'Run id', value: html`<code>${run.id}</code>` },
  ];
}
