// The attempts of a run, each with how it ended and where its log is.

import type { Attempt } from '../../lib/runs/attempt.ts';
import type { RunRecord } from '../../lib/runs/stores.ts';
import { dollars, moment } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { lookOfAttempt } from '../outcome.ts';
import { badge, factList } from './elements.ts';
import { ranFor } from './run-facts.ts';

/** All attempts, oldest first. @param chosen the one whose log is shown. */
export function attemptsTable({ run, earlier }: RunRecord, chosen: Attempt, now: Date): Html {
  const attempts = [...earlier, ...(run.attempt === null ? [] : [run.attempt])];
  return html`<div class="scroll-sideways" role="region" aria-label="Attempts" tabindex="0"><table class="runs-table">
<thead><tr><th scope="col">Attempt</th><th scope="col">Log</th><th scope="col">Outcome</th><th scope="col">Exit</th><th scope="col">Ran</th><th scope="col">Location</th><th scope="col">Cost</th></tr></thead>
<tbody>${attempts.map((attempt) => {
    const { tone, words } = lookOfAttempt(attempt);
    const { number, exitCode, location, costUsd, reason } = attempt;
    const isChosen = number === chosen.number;
    return html`<tr id="attempt-${number}">
<th scope="row">${number}</th>
<td><a href="${links.attempt(run.model, run.id, number)}#log"${isChosen && html` aria-current="true"`}>Log<span class="visually-hidden"> of attempt ${number}</span></a>${isChosen && html` <span class="muted">below</span>`}</td>
<td>${badge(tone, words)}</td>
<td>${exitCode ?? '–'}</td><td>${ranFor(attempt, now) ?? '–'}</td><td>${location ?? '–'}</td><td>${costUsd === null ? '–' : dollars(costUsd)}</td></tr>
${reason !== null && html`<tr class="run-reason"><td colspan="7">${reason}</td></tr>`}`;
  })}</tbody></table></div>`;
}

/** What the table of attempts leaves out. */
export function attemptFacts(attempt: Attempt, now: Date): Html {
  const { cpu, memoryGB, execution } = attempt;
  const at = (time: string | null) => (time === null ? null : moment(time, now));
  return factList([
    { term: 'Start accepted', value: at(attempt.acceptedAt) },
    { term: 'Container started', value: at(attempt.startedAt) },
    { term: 'Ended', value: at(attempt.finishedAt) },
    { term: 'Execution', value: execution === null ? null : html`<code>${execution}</code>` },
    {
      term: 'Size',
      value: cpu === null || memoryGB === null ? null : `${cpu} vCPU, ${memoryGB} GB`,
    },
  ]);
}
