// What can be done with a model or a job.

import type { Job } from '../../lib/config/models.ts';
import type { Paused } from '../../lib/runs/pause.ts';
import { hasEnded, type Run } from '../../lib/runs/run.ts';
import { isRetry, type ModelView } from '../condition.ts';
import { type Html, html } from '../html.ts';
import type { JobView } from '../job-view.ts';
import { links } from '../links.ts';
import { unseen } from './elements.ts';

const NONE = html``;

const toLog = (run: Run | null): Html | false =>
  run !== null &&
  html`<a class="button" href="${links.run(run.model, run.id)}#log">Log${unseen(` of ${run.model}`)}</a>`;
const toCancel = ({ model, id }: Run): Html => asking(links.cancel(model, id), 'Cancel', model, 'tone-bad');

/** Cancel, retry or start, whichever is possible now; what waits can be started now as well; and the log of the run that counts, else the newest. @param more what its own page has beside them. */
export function actions(view: ModelView, more: Html = NONE): Html {
  const run = view.health.run ?? view.status.records[0]?.run ?? null;
  return html`<p class="actions">
${change(view)}
${toLog(run)}
${more}</p>`;
}

/** The same for a job: a start is a run of its own. */
export function jobActions({ status, health: { condition, run } }: JobView, more: Html = NONE): Html {
  const { job, inFlight } = status;
  const { name } = job;
  const verb = startOfJob(job, inFlight);
  return html`<p class="actions">
${verb && asking(links.start(name), verb, name, condition === 'failed' || verb === 'Try now' ? 'primary' : '')}
${inFlight !== null && toCancel(inFlight)}
${toLog(run)}
${more}</p>`;
}

/** What a start does for a job: hasten the run that waits, or make a run of its own; null: nothing, while one is under way. */
export function startOfJob({ overlap }: Pick<Job, 'overlap'>, inFlight: Run | null): 'Start' | 'Try now' | null {
  if (inFlight !== null && startOf(inFlight) === 'Try now') return 'Try now';
  return inFlight === null || overlap === 'allow' ? 'Start' : null;
}

/** Pause or resume; what models.json pauses is resumed there. */
export function pauseAction(name: string, paused: Paused | null): Html {
  if (paused === null) return asking(links.pause(name), 'Pause', name, '');
  return paused.since === null ? NONE : asking(links.resume(name), 'Resume', name, 'primary');
}

/** What a start does for a run while its round is open: hasten what waits, or try again what ended badly; null: nothing. */
export function startOf({ state, isTest }: Run): 'Try now' | 'Retry' | null {
  if (isTest) return null;
  if (state === 'waiting') return 'Try now';
  return hasEnded({ state }) && state !== 'succeeded' ? 'Retry' : null;
}

function change({ status, health }: ModelView): Html {
  const { name } = status.model;
  const { inFlight } = status;
  if (inFlight !== null) {
    const verb = health.isOpen || status.roundsKnown.kind === 'unknown' ? startOf(inFlight) : null;
    return html`${verb && asking(links.start(name), verb, name, 'primary')}
${toCancel(inFlight)}`;
  }
  const retry = isRetry(health);
  const emphasis = retry || health.condition === 'overdue' ? 'primary' : '';
  return asking(links.start(name), retry ? 'Retry' : 'Start', name, emphasis);
}

/** A button that leads to a question. @param of what a screen reader says beside the text. */
export function asking(href: string, text: string, of: string, emphasis: 'primary' | 'tone-bad' | ''): Html {
  return html`<a class="button ${emphasis}" href="${href}" data-confirm>${text}${unseen(` ${of}`)}</a>`;
}
