// The page of one model: its runs, the log of the newest, how it is configured.

import type { Model } from '../lib/config/models.ts';
import { RUNS_READ, type Status } from '../lib/operations/status.ts';
import type { Run } from '../lib/runs/run.ts';
import { durationChart } from './chart.ts';
import { costThisMonth } from './cost.ts';
import { list, moment, span } from './format.ts';
import { type Html, html, type Value } from './html.ts';
import { type Frame, page, REFRESH } from './layout.ts';
import { links } from './links.ts';
import { type LogSeen, logSection } from './log.ts';
import { submissionWords } from './outcome.ts';
import {
  actions,
  badge,
  costOf,
  facts,
  legend,
  ranFor,
  runBadge,
  runFacts,
  strip,
  warnings,
} from './parts.ts';
import { runInFlight } from './standing.ts';
import { standsOf, verdictOf } from './verdict.ts';

export interface ModelPageData {
  readonly status: Status;
  readonly fallbackGraceMinutes: number;
  /** The runs to list, newest first, and the id after which older ones follow; null: there are none. */
  readonly runs: readonly Run[];
  readonly next: string | null;
  /** Whether these are older ones. */
  readonly older: boolean;
  readonly log: LogSeen;
  /** Base of the webhook's URL. */
  readonly base: string;
}

/** @param data the status of just this model. */
export function modelPage(frame: Frame, data: ModelPageData): string {
  const { status } = data;
  const [one] = standsOf(status, data.fallbackGraceMinutes);
  if (one === undefined) throw new Error('The status of a model has that model in it.');
  const { stand } = one;
  const { model } = one.status;
  const verdict = verdictOf(status, [one]);
  const cost = costThisMonth(
    one.status.recentRuns,
    one.status.recentRuns.length < RUNS_READ,
    frame.now,
  );
  const newest = one.status.lastRun;
  const runs = runsCard(frame, model, data);
  const log = newest === null || data.older ? null : logCard(data.log, newest);
  // Where something is wrong, its log says why.
  const logFirst = stand.tone !== 'good' && stand.tone !== 'quiet';
  return page(frame, {
    title: `${model.name}: ${stand.words} · Numerai runs`,
    tone: verdict.tone,
    trail: [{ text: model.name, href: links.model(model.name) }],
    ...(data.older
      ? {}
      : { refreshSeconds: runInFlight(one.status) === null ? REFRESH.calm : REFRESH.busy }),
    main: html`<section class="verdict ${verdict.tone}" aria-labelledby="verdict">
<h1 id="verdict">${model.name}</h1>
<div role="status"><p class="facts-line">${badge(stand.tone, stand.words)} <span>${verdict.headline}</span></p></div>
${verdict.lines.map((line) => html`<p>${line}</p>`)}
${stand.run !== null && html`<p class="facts-line">${runFacts(stand.run, frame.now)}</p>`}
${stand.run?.reason && html`<p class="reason">${stand.run.reason}</p>`}
${actions(one.status, stand)}
</section>
${warnings(verdict.warnings)}
<section class="card glance"><h2>At a glance</h2>
<div><h3>Last rounds</h3>${strip(one.status)}</div>
<div class="took"><h3>Duration</h3>${durationChart(one.status.recentRuns, model.timeoutMinutes) ?? html`<p class="none">No durations yet</p>`}<p class="of">Timeout (the line): ${span(model.timeoutMinutes * 60)}</p></div>
<div class="cost"><h3>Cost this month</h3><p>${cost.words}</p>${cost.note !== null && html`<p class="note">${cost.note}</p>`}</div>
</section>
${logFirst ? [log, runs] : [runs, log]}
${configuration(model, data.base)}
<details class="letters"><summary>What the letters mean</summary>${legend()}</details>`,
  });
}

function runsCard(frame: Frame, model: Model, { runs, next, older }: ModelPageData): Html {
  return html`<section class="card"><h2>${older ? 'Older runs' : 'Runs'}</h2>
${runs.length === 0 ? html`<p class="none">There are none${older ? ' that are older' : ' yet'}.</p>` : runsTable(runs, frame)}
<p class="pages">${older && html`<a class="button" href="${links.model(model.name)}">Newest runs</a>`}
${next !== null && html`<a class="button" href="${links.olderRuns(model.name, next)}">Older runs</a>`}</p>
</section>`;
}

function logCard(log: LogSeen, run: Run): Html {
  return html`<section class="card"><h2>Log of the newest run</h2>${logSection(log, run)}
<p class="pages"><a class="button" href="${links.run(run.model, run.id)}#log">The whole log</a></p></section>`;
}

function runsTable(runs: readonly Run[], { now }: Frame): Html {
  return html`<div class="wide" role="region" aria-label="Runs" tabindex="0"><table class="runs">
<thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col">Requested</th><th scope="col">Ran</th><th scope="col">Exit</th><th scope="col">Numerai</th><th scope="col">Cost</th></tr></thead>
<tbody>${runs.map(
    (run) => html`<tr>
<th scope="row"><a href="${links.run(run.model, run.id)}">${run.isTest ? 'Test' : run.round === null ? 'Round not known' : `Round ${run.round}`}<span class="of"> attempt ${run.attempt}</span></a></th>
<td>${runBadge(run)}</td>
<td>${moment(run.requestedAt, now)} <span class="of">${run.trigger}</span></td>
<td>${ranFor(run, now) ?? '–'}</td><td>${run.exitCode ?? '–'}</td><td>${submissionWords(run) ?? '–'}</td><td>${costOf(run) ?? '–'}</td></tr>
${run.reason !== null && html`<tr class="why"><td colspan="7">${run.reason}</td></tr>`}`,
  )}</tbody></table></div>`;
}

function configuration(model: Model, base: string): Html {
  const { container } = model;
  const names = (values: Readonly<Record<string, string>>): Value =>
    Object.keys(values).length === 0
      ? null
      : html`<ul class="pairs">${Object.entries(values).map(([name, value]) => html`<li><code>${name}</code> ← ${value}</li>`)}</ul>`;
  const url = `${base}/api/webhook/${model.name}`;
  return html`<section class="card"><h2>Configuration</h2>
${facts([
  { term: 'Tournament', value: model.tournament },
  {
    term: 'Model at Numerai',
    value:
      model.numeraiModelName ?? model.numeraiModelId ?? 'not named: submissions cannot be checked',
  },
  { term: 'Timeout', value: span(model.timeoutMinutes * 60) },
  { term: 'Attempts', value: `at most ${model.maxAttempts} a round` },
  {
    term: 'Fallback',
    value: model.fallback ? 'on: started by timer where the webhook does not come' : 'off',
  },
  ...(container.kind === 'group'
    ? [
        {
          term: 'Container group',
          value: html`<code>${container.group}</code>, which exists already`,
        },
      ]
    : [
        { term: 'Image', value: html`<code>${container.image}</code>` },
        {
          term: 'Command',
          value:
            container.command === null ? null : html`<code>${container.command.join(' ')}</code>`,
        },
        { term: 'Size', value: `${container.cpu} vCPU, ${container.memoryGB} GB` },
        { term: 'Regions', value: list(container.locations) },
        {
          term: 'Registry',
          value:
            container.registry === null
              ? null
              : `${container.registry.server}${container.registry.username === undefined ? ', by managed identity' : `, as ${container.registry.username}`}`,
        },
        {
          term: 'Variables',
          value:
            Object.keys(container.env).length === 0
              ? null
              : html`<ul class="pairs">${Object.keys(container.env).map((name) => html`<li><code>${name}</code></li>`)}</ul>`,
        },
        { term: 'Secrets, by name', value: names(container.secrets) },
      ]),
  {
    term: 'Webhook',
    value: html`<code class="url">${url}?code=…</code> <span class="of">in Numerai's model settings; the key is that of the function <code>webhook</code></span>`,
  },
])}
${container.kind === 'group' && html`<p class="hint"><strong>This container group exists already</strong>, and Azure starts it with the environment that it was created with. So the trigger id that Numerai sends cannot be passed on to it: submissions arrive, but Numerai does not show them as the answer to its call. With <code>image</code> instead of <code>group</code> in models.json, the app creates a group for each run and hands the id over.</p>`}
</section>`;
}
