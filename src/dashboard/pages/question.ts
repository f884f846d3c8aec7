// Pages that ask for something before it goes on, which the script shows as dialogs: what they have in common, and those of
// pauses and cancellations.

import { type Entry, isJob } from '../../lib/config/models.ts';
import { hasEnded, type Run } from '../../lib/runs/run.ts';
import { isAccepted } from '../../lib/runs/slots.ts';
import { type Html, html, type Value } from '../html.ts';
import { links } from '../links.ts';
import { lookOf } from '../outcome.ts';
import { type Frame, page } from '../parts/layout.ts';

interface Question {
  readonly title: string;
  readonly text: Value;
  /** The form's attributes, fields and buttons. */
  readonly form: Value;
  readonly fields?: Value;
  readonly buttons: Value;
  readonly error?: string;
  readonly model?: string;
}

export const postTo = (address: string): Html => html`method="post" action="${address}"`;
export const primary = (words: Value): Html => html`<button class="button primary">${words}</button>`;
/** The answer that changes nothing; it has the focus. */
export const doNot = (href: string, what: string): Html =>
  html`<a class="button" href="${href}" autofocus>Do not ${what}</a>`;

/** The page of a question. */
export function question(frame: Frame, { model, title, ...asked }: Question): string {
  return page(frame, {
    title,
    tone: 'quiet',
    trail: model === undefined ? [] : [{ text: model, href: links.model(model) }],
    main: html`<section class="card question"><h1>${title}</h1>
${asked.text}
<form ${asked.form}>
${asked.fields}
<p class="error tone-bad" role="alert">${asked.error}</p>
<p class="actions">${asked.buttons}</p>
</form></section>`,
  });
}

/** Asks whether a model or a job is to be paused, and by whom and why. */
export function pauseQuestion(frame: Frame, entry: Entry): string {
  const { name } = entry;
  const effect = isJob(entry)
    ? 'At its scheduled times nothing is started, and a webhook starts nothing either.'
    : 'Neither its webhook nor the fallback starts anything, and nobody is told of rounds that it misses.';
  return question(frame, {
    model: name,
    title: `Pause ${name}?`,
    text: html`<p>${effect} A run in flight goes on, and you can still start it here. A deployment does not end the pause.</p>`,
    form: postTo(links.pause(name)),
    fields: html`<label>Who <input name="by" maxlength="200" autocomplete="name"></label>
<label>Why <input name="reason" maxlength="200"></label>`,
    buttons: html`${primary('Pause')}
${doNot(links.model(name), 'pause')}`,
  });
}

/** Asks whether it is to go on. */
export function resumeQuestion(frame: Frame, entry: Entry): string {
  const { name } = entry;
  return question(frame, {
    model: name,
    title: `Resume ${name}?`,
    text: html`<p>${
      isJob(entry)
        ? 'It runs at its next scheduled time; those that have passed are not made up for.'
        : 'If its round is open and has no submission, the fallback starts it within minutes.'
    }</p>`,
    form: postTo(links.resume(name)),
    buttons: html`${primary('Resume')}
${doNot(links.model(name), 'resume')}`,
  });
}

/** Asks whether a run is to be stopped. */
export function cancelQuestion(frame: Frame, run: Run): string {
  const { model, round, state } = run;
  const mayMissRound = round !== null && !run.isTest && run.submission !== 'accepted';
  const lacking = run.slots.some(isAccepted) ? 'some of its submissions' : 'a submission';
  return question(frame, {
    model,
    title: `Cancel this run of ${model}?`,
    text: hasEnded(run)
      ? html`<p>The run has ended: there is nothing left to cancel.</p>`
      : html`<p>${state === 'waiting' ? 'No' : 'The container is stopped, and no'} other attempt follows by itself${mayMissRound && `: round ${round} may stay without ${lacking}`}. The run was asked for by ${run.trigger} and is ${lookOf(run).words}.</p>`,
    form: postTo(links.cancel(model, run.id)),
    buttons: html`${!hasEnded(run) && html`<button class="button tone-bad">Cancel the run</button>`}
${doNot(links.run(model, run.id), 'cancel')}`,
  });
}
