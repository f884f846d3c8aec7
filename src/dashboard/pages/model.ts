// The page of one model: its runs, the log of the newest, its configuration.

import type { Status } from '../../lib/operations/status.ts';
import type { RunList } from '../../lib/runs/stores.ts';
import type { ModelView } from '../condition.ts';
import { costThisMonth } from '../cost.ts';
import { html } from '../html.ts';
import { links } from '../links.ts';
import { actions, pauseAction } from '../parts/actions.ts';
import { configuration } from '../parts/configuration.ts';
import { durations } from '../parts/duration-chart.ts';
import { badge, factList, prose, verdictLines } from '../parts/elements.ts';
import { type Frame, page, REFRESH } from '../parts/layout.ts';
import type { LogSeen } from '../parts/log.ts';
import { legend, roundStrip } from '../parts/round-strip.ts';
import { allowedFor, runFacts } from '../parts/run-facts.ts';
import { logCard, runsCard } from '../parts/runs.ts';
import { verdictOf } from '../verdict.ts';

/** What the page of a model, and that of a job, is made of. */
export interface EntryPageData<View> {
  /** The status of just this one, and how the pages show it. */
  readonly status: Status;
  readonly view: View;
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
export function modelPage(frame: Frame, data: EntryPageData<ModelView>): string {
  const { view, older } = data;
  const { tone, words, health, reason } = view;
  const { model, records, inFlight } = view.status;
  const verdict = verdictOf(data.status, [view]);
  const newest = records[0]?.run ?? null;
  const runs = runsCard(frame.now, model.name, { ...data, isJob: false, said: reason === null ? null : health.run });
  const log = newest !== null && !older && logCard(data.log, newest);
  // Where something is wrong, its log says why; that of another run does not.
  const logFirst = tone !== 'good' && tone !== 'quiet' && newest?.id === health.run?.id;
  return page(frame, {
    title: `${model.name}: ${words}`,
    tone: verdict.tone,
    trail: [{ text: model.name, href: links.model(model.name) }],
    ...(older ? {} : { refreshSeconds: inFlight === null ? REFRESH.calm : REFRESH.busy }),
    main: html`<section class="banner tone-${verdict.tone}" aria-labelledby="headline">
<h1 id="headline">${model.name}</h1>
<div role="status"><p class="fact-line">${badge(tone, words)} ${verdict.closing !== null && html`<span>${verdict.closing}</span>`}</p></div>
${reason !== null && html`<p class="reason">${prose(reason)}</p>`}
${health.run !== null && html`<p class="fact-line">${runFacts(health.run, frame.now, allowedFor(model, view.status.openRound))}</p>`}
${verdictLines(verdict.lines, verdict.warnings)}
${actions(view, pauseAction(model.name, view.status.paused))}
</section>
${logFirst && log}
<section class="card">${factList([
      ['Last rounds', roundStrip(view)],
      ['Duration', durations(view)],
      ['Cost this month', costThisMonth(view.status, frame.now)],
    ])}</section>
${[runs, !logFirst && log]}
${configuration(model, data.base)}
${legend()}`,
  });
}
