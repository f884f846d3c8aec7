// The page of one model: its runs, the log of the newest, its configuration.

import type { Model } from '../../lib/config/models.ts';

import type { Status } from '../../lib/operations/status.ts';
import { costUsd, type Run } from '../../lib/runs/run.ts';
import type { RunList } from '../../lib/runs/stores.ts';
import type { ModelView } from '../condition.ts';
import { costThisMonth } from '../cost.ts';
import { moment, sentence } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { attemptsOf, lookOf, nameOf, reasonOf, submissionWords } from '../outcome.ts';
import { actions } from '../parts/actions.ts';
import { configuration } from '../parts/configuration.ts';
import { durations } from '../parts/duration-chart.ts';
import { badge, factList, table, verdictLines } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import { type LogSeen, logSection } from '../parts/log.ts';
import { legend, roundStrip } from '../parts/round-strip.ts';
import { price, ranFor, runFacts } from '../parts/run-facts.ts';
import { verdictOf } from '../verdict.ts';
import { unreadableWords } from '../warnings.ts';

export interface ModelPageData {
  /** The status of just this model, and the model as the pages show it. */
  readonly status: Status;
  readonly view: ModelView;
  /** The runs to list. */
  readonly runs: RunList;
  /** Whether these are older ones. */
  readonly older: boolean;
  /** Of the newest run's last attempt. */
  readonly log: LogSeen;
  /** Base of the webhook's URL. */
  readonly base: string;
}

/** The page of a model. */
export function modelPage(frame: Frame, data: ModelPageData): string {
  const { view, older } = data;
  const { tone, words, health, reason } = view;
  const { model, records, inFlight } = view.status;
  const verdict = verdictOf(data.status, [view]);
  const newest = records[0]?.run ?? null;
  const runs = runsCard(frame, model, data);
  const log = newest !== null && !older && logCard(data.log, newest);
  // Where something is wrong, its log says why.
  const logFirst = tone !== 'good' && tone !== 'quiet';
  return page(frame, {
    title: `${model.name}: ${words}`,
    tone: verdict.tone,
    trail: [{ text: model.name, href: links.model(model.name) }],
    ...(older ? {} : { refreshSeconds: inFlight === null ? REFRESH.calm : REFRESH.busy }),
    main: html`<section class="banner tone-${verdict.tone}" aria-labelledby="headline">
<h1 id="headline">${model.name}</h1>
<div role="status"><p class="fact-line">${badge(tone, words)} <span>${verdict.headline}</span></p></div>
${verdictLines(verdict)}
${health.run !== null && html`<p class="fact-line">${runFacts(health.run, frame.now)}</p>`}
${reason !== null && html`<p class="reason">${reason}</p>`}
${actions(view)}
</section>
<section class="card">${factList([
      ['Last rounds', roundStrip(view.status)],
      ['Duration', durations(view)],
      ['Cost this month', costThisMonth(view.status, frame.now)],
    ])}</section>
${logFirst ? [log, runs] : [runs, log]}
${configuration(model, data.base)}
${legend()}`,
  });
}

function runsCard({ now }: Frame, { name }: Model, { runs, older }: ModelPageData): Html {
  const { records, next, unreadable } = runs;
  const heads = ['Run', 'State', 'Requested', 'Attempts', 'Ran', 'Exit', 'Numerai', 'Cost'];
  const rows = records.map(({ run }) => {
    const { tone, words } = lookOf(run);
    return {
      id: `run-${run.id}`,
      cells: [
        html`<a href="${links.run(name, run.id)}">${sentence(nameOf(run))}</a>`,
        badge(tone, words),
        html`${moment(run.requestedAt, now)} <span class="muted">${run.trigger}</span>`,
        attemptsOf(run),
        ranFor(run.attempt, now),
        run.attempt?.exitCode,
        submissionWords(run),
        price(costUsd(run)),
      ],
      reason: reasonOf(run),
    };
  });
  return html`<section class="card"><h2>${older ? 'Older runs' : 'Runs'}</h2>
${rows.length === 0 ? html`<p class="muted">There are none${older ? ' that are older' : ' yet'}.</p>` : table('Runs', heads, rows)}
${older && unreadable > 0 && html`<p class="muted">${unreadableWords(unreadable)}.</p>`}
<p class="actions">${older && html`<a class="button" href="${links.model(name)}">Newest runs</a>`}
${next !== null && html`<a class="button" href="${links.olderRuns(name, next)}">Older runs</a>`}</p>
</section>`;
}

function logCard(log: LogSeen, run: Run): Html {
  return html`<section class="card"><h2>Log of the newest run</h2>${logSection(log)}
<p class="actions"><a class="button" href="${links.run(run.model, run.id)}#log">The whole log</a></p></section>`;
}
