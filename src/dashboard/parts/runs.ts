// The runs of a model or a job, on its page.

import { costUsd, type Run } from '../../lib/runs/run.ts';
import type { RunList } from '../../lib/runs/stores.ts';
import { moment, sentence } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { attemptsOf, lookOf, nameOf, reasonOf, submissionWords } from '../outcome.ts';
import { unreadableWords } from '../warnings.ts';
import { badge, table } from './elements.ts';
import { type LogSeen, logSection } from './log.ts';
import { price, ranFor } from './run-facts.ts';

/** A page of the runs of one model or job. @param older whether these are not the newest. @param said the run whose reason is at the top of the page. */
export function runsCard(
  now: Date,
  name: string,
  {
    runs,
    older,
    isJob,
    said,
  }: { readonly runs: RunList; readonly older: boolean; readonly isJob: boolean; readonly said: Run | null },
): Html {
  const { records, next, unreadable } = runs;
  const heads = ['Run', 'State', 'Requested', 'Attempts', 'Ran', 'Exit', ...(isJob ? [] : ['Numerai']), 'Cost'];
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
        ...(isJob ? [] : [submissionWords(run)]),
        price(costUsd(run)),
      ],
      reason: run.id === said?.id ? null : reasonOf(run),
    };
  });
  return html`<section class="card"><h2>${older ? 'Older runs' : 'Runs'}</h2>
${rows.length === 0 ? html`<p class="muted">There are none${older ? ' that are older' : ' yet'}.</p>` : table('Runs', heads, rows)}
${older && unreadable > 0 && html`<p class="muted">${unreadableWords(unreadable)}.</p>`}
${
  (older || next !== null) &&
  html`<p class="actions">${older && html`<a class="button" href="${links.model(name)}">Newest runs</a>`}
${next !== null && html`<a class="button" href="${links.olderRuns(name, next)}">Older runs</a>`}</p>`
}
</section>`;
}

/** The end of the log of the newest run. */
export function logCard(log: LogSeen, run: Run): Html {
  return html`<section class="card"><h2>Log of the newest run</h2>${logSection(log)}
${log.text !== '' && html`<p class="actions"><a class="button" href="${links.run(run.model, run.id)}#log">The whole log</a></p>`}</section>`;
}
