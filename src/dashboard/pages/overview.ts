// The first page: how things are, then every model, what is wrong before what is well.

import type { Status } from '../../lib/operations/status.ts';
import { type ModelView, viewsOf } from '../condition.ts';
import { costOfModel } from '../cost.ts';
import { plural, roughSpan } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { actions } from '../parts/actions.ts';
import { durationChart } from '../parts/duration-chart.ts';
import { badge, notices } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import { legend, roundStrip } from '../parts/round-strip.ts';
import { reasonOf, runFacts } from '../parts/run-facts.ts';
import { severity } from '../tones.ts';
import { verdictOf } from '../verdict.ts';

/** The overview of all models. */
export function overviewPage(frame: Frame, status: Status, fallbackGraceMinutes: number): string {
  const views = viewsOf(status, fallbackGraceMinutes);
  const verdict = verdictOf(status, views);
  // What is wrong first; all else in the order of models.json, so that the eye finds it where it was.
  const needy = views.filter(needsAttention).sort((a, b) => severity(b.tone) - severity(a.tone));
  const fine = views.filter((view) => !needsAttention(view));
  const busy = status.models.some(({ inFlight }) => inFlight !== null);
  return page(frame, {
    title: `${verdict.headline} · Numerai runs`,
    tone: verdict.tone,
    refreshSeconds: busy ? REFRESH.busy : REFRESH.calm,
    main: html`<section class="banner tone-${verdict.tone}" aria-labelledby="headline">
<div role="status"><h1 id="headline">${verdict.headline}</h1></div>
${verdict.lines.map((line) => html`<p>${line}</p>`)}
</section>
${notices(verdict.warnings)}
${needy.length > 0 && group('Needs attention', needy, frame)}
${fine.length > 0 && group(needy.length > 0 ? 'The others' : plural(fine.length, 'model'), fine, frame)}
${legend(html`<p>Bars: how long the recent runs took, as square roots, so that short runs differ visibly; the line above is the timeout.</p>`)}`,
  });
}

function needsAttention({ tone }: ModelView): boolean {
  return tone === 'bad' || tone === 'warn';
}

function group(title: string, members: readonly ModelView[], frame: Frame): Html {
  return html`<section class="model-list">
<div class="column-heads"><h2>${title}</h2><span aria-hidden="true">Last rounds</span><span aria-hidden="true">Duration</span><span aria-hidden="true">This month</span><span></span></div>
<ul>${members.map((member) => row(member, frame))}</ul>
</section>`;
}

function row(view: ModelView, frame: Frame): Html {
  const { status, health, tone, words } = view;
  const { model } = status;
  const cost = costOfModel(status, frame.now);
  const runs = status.records.map(({ run }) => run);
  return html`<li class="model-row tone-${tone}" id="model-${model.name}">
<div class="model-name"><h3><a href="${links.model(model.name)}">${model.name}</a></h3> ${badge(tone, words)}
<p class="fact-line"><span>${health.round === null ? model.tournament : `round ${health.round}`}</span>
${health.run !== null && runFacts(health.run, frame.now)}</p></div>
${why(view)}
<div class="rounds">${roundStrip(status)}</div>
<div class="duration">${durationChart(runs, model.timeoutMinutes) ?? html`<p class="muted">No durations yet</p>`}
${health.usualSeconds !== null && html`<p><span class="visually-hidden">Usual duration: </span>${roughSpan(health.usualSeconds)} <span class="muted">of ${roughSpan(model.timeoutMinutes * 60)}</span></p>`}</div>
<div class="cost"><p><span class="column-label">This month </span>${cost.words}</p>${cost.note !== null && html`<p class="note">${cost.note}</p>`}</div>
${actions(view)}
</li>`;
}

/** What is to be said of a model that is not well. */
function why({ status: { model }, health, tone }: ModelView): Html | null {
  if (health.condition === 'overdue') {
    return html`<p class="reason">Nothing has asked for a run since the round opened.${!model.fallback && ' The fallback is off for this model.'}</p>`;
  }
  const reason = health.run === null ? null : reasonOf(health.run);
  if (tone === 'good' || reason === null) return null;
  return html`<p class="reason">${shortened(reason)}</p>`;
}

/** The whole of it is on the run's page. */
const REASON_SHOWN = 220;

function shortened(reason: string): string {
  return reason.length <= REASON_SHOWN ? reason : `${reason.slice(0, REASON_SHOWN).trimEnd()}…`;
}
