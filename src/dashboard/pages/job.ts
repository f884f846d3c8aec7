// The page of one job: when it runs next, its runs, the log of the newest, its configuration.

import { costThisMonth } from '../cost.ts';
import { html } from '../html.ts';
import { type JobView, nextWords, skippedWords } from '../job-view.ts';
import { links } from '../links.ts';
import { jobActions, pauseAction } from '../parts/actions.ts';
import { jobConfiguration } from '../parts/configuration.ts';
import { durationsOf } from '../parts/duration-chart.ts';
import { badge, factList, prose, verdictLines } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import { jobRunFacts } from '../parts/run-facts.ts';
import { logCard, runsCard } from '../parts/runs.ts';
import { warningsOf } from '../warnings.ts';
import type { EntryPageData } from './model.ts';

/** The page of a job. */
export function jobPage(frame: Frame, data: EntryPageData<JobView>): string {
  const { status: all, view, runs, older, log, base } = data;
  const { tone, words, health, reason, status } = view;
  const { job, records, inFlight } = status;
  const newest = records[0]?.run ?? null;
  const runsSection = runsCard(frame.now, job.name, {
    runs,
    older,
    isJob: true,
    said: reason === null ? null : health.run,
  });
  // Where something is wrong, its log says why.
  const logFirst = tone === 'bad' || tone === 'warn';
  const logSection = newest !== null && !older && logCard(log, newest);
  return page(frame, {
    title: `${job.name}: ${words}`,
    tone,
    trail: [{ text: job.name, href: links.model(job.name) }],
    ...(older ? {} : { refreshSeconds: inFlight === null ? REFRESH.calm : REFRESH.busy }),
    main: html`<section class="banner tone-${tone}" aria-labelledby="headline">
<h1 id="headline">${job.name}</h1>
<div role="status"><p class="fact-line">${badge(tone, words)} <span>Next: ${nextWords(status, frame.now)}</span></p></div>
${reason !== null && html`<p class="reason">${prose(reason)}</p>`}
${health.run !== null && html`<p class="fact-line">${jobRunFacts(health.run, frame.now, job)}</p>`}
${verdictLines([], warningsOf(all))}
${jobActions(view, pauseAction(job.name, status.paused))}
</section>
${logFirst && logSection}
<section class="card">${factList([
      ['Skipped', skippedWords(status, frame.now)],
      ['Duration', durationsOf(records, job.timeoutMinutes, health.usualSeconds)],
      ['Cost this month', costThisMonth(status, frame.now)],
    ])}</section>
${[runsSection, !logFirst && logSection]}
${jobConfiguration(job, base)}`,
  });
}
