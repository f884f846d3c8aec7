// The first page: how things are, then every model, what is wrong before what is well, then every job; many of them on
// several pages.

import type { Lateness } from '../../lib/operations/model-health.ts';
import type { Status } from '../../lib/operations/status.ts';
import { type ModelView, viewsOf } from '../condition.ts';
import { costThisMonth } from '../cost.ts';
import { plural } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type JobView, jobsLine, jobViewsOf, nextWords, skippedWords } from '../job-view.ts';
import { links } from '../links.ts';
import { actions, jobActions } from '../parts/actions.ts';
import { durations, durationsOf } from '../parts/duration-chart.ts';
import { badge, prose, verdictLines } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import { type Chosen, pageOf, pager, search } from '../parts/pager.ts';
import { legend, roundStrip } from '../parts/round-strip.ts';
import { allowedFor, jobRunFacts, runFacts } from '../parts/run-facts.ts';
import { worst } from '../tones.ts';
import { verdictOf } from '../verdict.ts';

const FROM_THE_BEGINNING: Chosen = { page: 1, find: '' };

/** The overview of all models; the headline is about all, whatever is chosen. */
export function overviewPage(
  frame: Frame,
  status: Status,
  lateness: Lateness,
  chosen: Chosen = FROM_THE_BEGINNING,
): string {
  const views = viewsOf(status, lateness);
  const verdict = verdictOf(status, views);
  // What is wrong first, and of that what can still be submitted; all else in the order of models.json, so that the eye finds
  // it where it was.
  const wrong = ['bad', 'warn'].flatMap((tone) => views.filter((view) => view.tone === tone)).sort(byClose);
  const fine = views.filter((view) => !isWrong(view));
  const jobs = jobViewsOf(status);
  const ofJobs = jobsLine(jobs);
  const busy = [...status.models, ...status.jobs].some(({ inFlight }) => inFlight !== null);
  const tone = worst([verdict.tone, ...jobs.map((job) => job.tone)]);
  const all = [...wrong, ...jobs.filter(isWrong), ...fine, ...jobs.filter((job) => !isWrong(job))];
  const found = all.filter((view) => nameOf(view).includes(chosen.find));
  const { shown, ...place } = pageOf(found, chosen);
  const fineShown = shown.filter((view) => !isWrong(view));
  const modelsShown = fineShown.filter(isModelView);
  const jobsShown = fineShown.filter((view) => !isModelView(view));
  // The headline says why it has its colour: where it is better with the models, the jobs are it.
  const lines = [`${verdict.headline}.`, ...verdict.lines];
  const { headline, below } =
    ofJobs !== null && verdict.tone !== tone
      ? { headline: ofJobs, below: lines }
      : { headline: verdict.headline, below: [...verdict.lines, ...(ofJobs === null ? [] : [`${ofJobs}.`])] };
  return page(frame, {
    title: headline,
    tone,
    refreshSeconds: busy ? REFRESH.busy : REFRESH.calm,
    main: html`<section class="banner tone-${tone}" aria-labelledby="headline">
<div role="status"><h1 id="headline">${headline}</h1></div>
${verdictLines(below, verdict.warnings)}
</section>
${search(chosen.find, all.length, found.length)}
${group('Needs attention', shown.filter(isWrong), frame)}
${group(wrong.length > 0 ? 'The others' : titleOf(fine, modelsShown, 'model'), modelsShown, frame)}
${group(titleOf(jobs, jobsShown, 'job'), jobsShown, frame)}
${pager(place, chosen.find)}
${legend()}`,
  });
}

/** Rounds that are open first, by their close. */
function byClose({ status: a }: ModelView, { status: b }: ModelView): number {
  const [first, second] = [a, b].map(({ openRound }) => openRound?.closeTime.getTime() ?? Number.MAX_SAFE_INTEGER);
  return (first ?? 0) - (second ?? 0);
}

type Shown = ModelView | JobView;
const isModelView = (view: Shown): view is ModelView => 'model' in view.status;
const isWrong = ({ tone }: Shown): boolean => tone === 'bad' || tone === 'warn';
/** The name of the model or job. */
const nameOf = (view: Shown): string => (isModelView(view) ? view.status.model.name : view.status.job.name);

/** `12 models`; `3 of 12 models` where others are on other pages, or not what is sought. */
function titleOf(all: readonly unknown[], shown: readonly unknown[], one: string): string {
  return `${shown.length < all.length ? `${shown.length} of ` : ''}${plural(all.length, one)}`;
}

/** Models and jobs below a heading; nothing where there are none. */
function group(title: string, members: readonly Shown[], frame: Frame): Html | false {
  return (
    members.length > 0 &&
    html`<section class="model-list"><h2>${title}</h2>
<ul>${members.map((view) => (isModelView(view) ? modelRow(view, frame) : jobRow(view, frame)))}</ul>
</section>`
  );
}

function jobRow(view: JobView, { now }: Frame): Html {
  const { status, health, tone, words, reason } = view;
  const { job } = status;
  const skipped = skippedWords(status, now);
  return html`<li class="card model-row tone-${tone}" id="job-${job.name}">
<div class="model-name"><h3><a href="${links.model(job.name)}">${job.name}</a></h3> ${badge(tone, words)}
<p class="fact-line"><span>next: ${nextWords(status, now)}</span>
${health.run !== null && jobRunFacts(health.run, now, job)}
${skipped !== null && html`<span>skipped: ${skipped}</span>`}</p>
${tone !== 'good' && reason !== null && html`<p class="reason">${prose(reason)}</p>`}</div>
${jobActions(view)}
<div class="duration">${durationsOf(status.records, job.timeoutMinutes, health.usualSeconds)}</div>
<p class="cost">${costThisMonth(status, now)}<br><span class="muted">this month</span></p>
</li>`;
}

function modelRow(view: ModelView, frame: Frame): Html {
  const { status, health, tone, words, reason } = view;
  const { model } = status;
  return html`<li class="card model-row tone-${tone}" id="model-${model.name}">
<div class="model-name"><h3><a href="${links.model(model.name)}">${model.name}</a></h3> ${badge(tone, words)}
<p class="fact-line"><span>${roundWords(view)}</span>
${health.run !== null && runFacts(health.run, frame.now, allowedFor(model, status.openRound))}</p>
${(tone !== 'good' || status.paused !== null) && reason !== null && html`<p class="reason">${prose(reason)}</p>`}</div>
${actions(view)}
${roundStrip(view)}
<div class="duration">${durations(view)}</div>
<p class="cost">${costThisMonth(status, frame.now)}<br><span class="muted">this month</span></p>
</li>`;
}

/** What it is about: `classic round 1234`; where something is wrong, whether that can still be put right. */
function roundWords(view: ModelView): string {
  const { round, isOpen } = view.health;
  const { tournament } = view.status.model;
  return round === null ? tournament : `${tournament} round ${round}${isWrong(view) && !isOpen ? ', closed' : ''}`;
}
