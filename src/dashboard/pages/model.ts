// The page of one model: its runs, the log of the newest, its configuration.

import type { Model } from '../../lib/config/models.ts';
import type { Status } from '../../lib/operations/status.ts';
import type { Run } from '../../lib/runs/run.ts';
import { viewsOf } from '../condition.ts';
import { costOfModel } from '../cost.ts';
import { moment, span } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { attemptsOf, submissionWords } from '../outcome.ts';
import { actions } from '../parts/actions.ts';
import { configuration } from '../parts/configuration.ts';
import { durationChart } from '../parts/duration-chart.ts';
import { badge, notices } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import { type LogSeen, logSection } from '../parts/log.ts';
import { legend, roundStrip } from '../parts/round-strip.ts';
import { costOf, ranFor, reasonOf, runBadge, runFacts } from '../parts/run-facts.ts';
import { verdictOf } from '../verdict.ts';
import { unreadableWords } from '../warnings.ts';

export interface ModelPageData {
  readonly status: Status;
  readonly fallbackGraceMinutes: number;
  /** The runs to list, newest first, and the id after which older ones follow; null: there are none. */
  readonly runs: readonly Run[];
  readonly next: string | null;
  /** Runs among them that could not be read, and are left out. */
  readonly unreadable: number;
  /** Whether these are older ones. */
  readonly older: boolean;
  /** Of the newest run's last attempt. */
  readonly log: LogSeen;
  /** Base of the webhook's URL. */
  readonly base: string;
}

/** @param data the status of just this model. */
export function modelPage(frame: Frame, data: ModelPageData): string {
  const { status } = data;
  const [view] = viewsOf(status, data.fallbackGraceMinutes);
  if (view === undefined) throw new Error('The status of a model has that model in it.');
  const { tone, words, health } = view;
  const { model, records, inFlight } = view.status;
  const verdict = verdictOf(status, [view]);
  const cost = costOfModel(view.status, frame.now);
  const recent = records.map(({ run }) => run);
  const newest = recent[0] ?? null;
  const runs = runsCard(frame, model, data);
  const log = newest === null || data.older ? null : logCard(data.log, newest);
  const reason = health.run === null ? null : reasonOf(health.run);
  // Where something is wrong, its log says why.
  const logFirst = tone !== 'good' && tone !== 'quiet';
  return page(frame, {
    title: `${model.name}: ${words} · Numerai runs`,
    tone: verdict.tone,
    trail: [{ text: model.name, href: links.model(model.name) }],
    ...(data.older ? {} : { refreshSeconds: inFlight === null ? REFRESH.calm : REFRESH.busy }),
    main: html`<section class="banner tone-${verdict.tone}" aria-labelledby="headline">
<h1 id="headline">${model.name}</h1>
<div role="status"><p class="fact-line">${badge(tone, words)} <span>${verdict.headline}</span></p></div>
${verdict.lines.map((line) => html`<p>${line}</p>`)}
${health.run !== null && html`<p class="fact-line">${runFacts(health.run, frame.now)}</p>`}
${reason !== null && html`<p class="reason">${reason}</p>`}
${actions(view)}
</section>
${notices(verdict.warnings)}
<section class="card at-a-glance"><h2 class="visually-hidden">At a glance</h2>
<div><h3>Last rounds</h3>${roundStrip(view.status)}</div>
<div class="duration"><h3>Duration</h3>${durationChart(recent, model.timeoutMinutes) ?? html`<p class="muted">No durations yet</p>`}<p class="muted">Timeout (the line): ${span(model.timeoutMinutes * 60)}</p></div>
<div class="cost"><h3>Cost this month</h3><p>${cost.words}</p>${cost.note !== null && html`<p class="note">${cost.note}</p>`}</div>
</section>
${logFirst ? [log, runs] : [runs, log]}
${configuration(model, data.base)}
${legend()}`,
  });
}

function runsCard(frame: Frame, model: Model, data: ModelPageData): Html {
  const { runs, next, older, unreadable } = data;
  return html`<section class="card"><h2>${older ? 'Older runs' : 'Runs'}</h2>
${runs.length === 0 ? html`<p class="muted">There are none${older ? ' that are older' : ' yet'}.</p>` : runsTable(runs, frame)}
${older && unreadable > 0 && html`<p class="note">${unreadableWords(unreadable)}.</p>`}
<p class="actions">${older && html`<a class="button" href="${links.model(model.name)}">Newest runs</a>`}
${next !== null && html`<a class="button" href="${links.olderRuns(model.name, next)}">Older runs</a>`}</p>
</section>`;
}

function logCard(log: LogSeen, run: Run): Html {
  return html`<section class="card"><h2>Log of the newest run</h2>${logSection(log, run.attempt)}
<p class="actions"><a class="button" href="${links.run(run.model, run.id)}#log">The whole log</a></p></section>`;
}

function runsTable(runs: readonly Run[], { now }: Frame): Html {
  return html`<div class="scroll-sideways" role="region" aria-label="Runs" tabindex="0"><table class="runs-table">
<thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col">Requested</th><th scope="col">Attempts</th><th scope="col">Ran</th><th scope="col">Exit</th><th scope="col">Numerai</th><th scope="col">Cost</th></tr></thead>
<tbody>${runs.map((run) => {
    const reason = reasonOf(run);
    return html`<tr id="run-${run.id}">
<th scope="row"><a href="${links.run(run.model, run.id)}">${run.isTest ? 'Test' : run.round === null ? 'Round not known' : `Round ${run.round}`}</a></th>
<td>${runBadge(run)}</td>
<td>${moment(run.requestedAt, now)} <span class="muted">${run.trigger}</span></td>
<td>${attemptsOf(run)}</td><td>${ranFor(run.attempt, now) ?? '–'}</td><td>${run.attempt?.exitCode ?? '–'}</td><td>${submissionWords(run) ?? '–'}</td><td>${costOf(run) ?? '–'}</td></tr>
${reason !== null && html`<tr class="run-reason"><td colspan="8">${reason}</td></tr>`}`;
  })}</tbody></table></div>`;
}
