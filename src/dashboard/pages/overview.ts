// The first page: how things are, then every model, what is wrong before what is well.

import { type ModelStatus, RUNS_READ, type Status } from '../../lib/operations/status.ts';
import { costThisMonth } from '../cost.ts';
import { plural, roughSpan } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { actions } from '../parts/actions.ts';
import { durationChart, usualSeconds } from '../parts/duration-chart.ts';
import { badge, notices } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import { legend, roundStrip } from '../parts/round-strip.ts';
import { runFacts } from '../parts/run-facts.ts';
import { runInFlight, type Stand } from '../standing.ts';
import { severity } from '../tones.ts';
import { type ModelStand, standsOf, verdictOf } from '../verdict.ts';

/** The overview of all models. */
export function overviewPage(frame: Frame, status: Status, fallbackGraceMinutes: number): string {
  const stands = standsOf(status, fallbackGraceMinutes);
  const verdict = verdictOf(status, stands);
  // What is wrong first; all else in the order of models.json, so that the eye finds it where it was.
  const needy = stands
    .filter(({ stand }) => stand.tone === 'bad' || stand.tone === 'warn')
    .sort((a, b) => severity(b.stand.tone) - severity(a.stand.tone));
  const fine = stands.filter(({ stand }) => stand.tone !== 'bad' && stand.tone !== 'warn');
  const busy = stands.some(({ status: model }) => runInFlight(model) !== null);
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

function group(title: string, members: readonly ModelStand[], frame: Frame): Html {
  return html`<section class="model-list">
<div class="column-heads"><h2>${title}</h2><span aria-hidden="true">Last rounds</span><span aria-hidden="true">Duration</span><span aria-hidden="true">This month</span><span></span></div>
<ul>${members.map((member) => row(member, frame))}</ul>
</section>`;
}

function row({ status, stand }: ModelStand, frame: Frame): Html {
  const { model } = status;
  const cost = costThisMonth(status.recentRuns, status.recentRuns.length < RUNS_READ, frame.now);
  const usual = usualSeconds(status.recentRuns);
  return html`<li class="model-row tone-${stand.tone}" id="model-${model.name}">
<div class="model-name"><h3><a href="${links.model(model.name)}">${model.name}</a></h3> ${badge(stand.tone, stand.words)}
<p class="fact-line"><span>${stand.round === null ? model.tournament : `round ${stand.round}`}</span>
${stand.run !== null && runFacts(stand.run, frame.now)}</p></div>
${why(status, stand)}
<div class="rounds">${roundStrip(status)}</div>
<div class="duration">${durationChart(status.recentRuns, model.timeoutMinutes) ?? html`<p class="muted">No durations yet</p>`}
${usual !== null && html`<p><span class="visually-hidden">Usual duration: </span>${roughSpan(usual)} <span class="muted">of ${roughSpan(model.timeoutMinutes * 60)}</span></p>`}</div>
<div class="cost"><p><span class="column-label">This month </span>${cost.words}</p>${cost.note !== null && html`<p class="note">${cost.note}</p>`}</div>
${actions(status, stand)}
</li>`;
}

/** What is to be said of a model that is not well. */
function why({ model }: ModelStatus, stand: Stand): Html | null {
  if (stand.standing === 'overdue') {
    return html`<p class="reason">Nothing has asked for a run since the round opened.${!model.fallback && ' The fallback is off for this model.'}</p>`;
  }
  const reason = stand.run?.reason ?? null;
  if (stand.tone === 'good' || reason === null) return null;
  return html`<p class="reason">${shortened(reason)}</p>`;
}

/** The whole of it is on the run's page. */
const REASON_SHOWN = 220;

function shortened(reason: string): string {
  return reason.length <= REASON_SHOWN ? reason : `${reason.slice(0, REASON_SHOWN).trimEnd()}…`;
}
