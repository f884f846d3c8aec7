// What is asked before something is changed: a page of its own, which the script shows as a dialog.

import type { Run } from '../../lib/runs/run.ts';
import type { ModelView } from '../condition.ts';
import { longSpan } from '../format.ts';
import { html, type Value } from '../html.ts';
import { links } from '../links.ts';
import { lookOf } from '../outcome.ts';
import { type Frame, page } from '../parts/layout.ts';

interface Question {
  readonly title: string;
  readonly text: Value;
  /** Where the form goes, and where it leads when nothing is to be done. */
  readonly action: string;
  readonly back: string;
  readonly model: string;
  readonly yes: string;
  readonly no: string;
  readonly danger: boolean;
  readonly fields: Value;
}

/** Asks whether a model is to be started; a round that has its submission is started again. */
export function startQuestion(frame: Frame, view: ModelView, token: string): string {
  const { status, health } = view;
  const { model, openRound } = status;
  const again = health.isOpen && health.run?.state === 'succeeded';
  const left =
    openRound === null
      ? null
      : longSpan((openRound.closeTime.getTime() - frame.now.getTime()) / 1000);
  return question(frame, token, {
    title: `Start ${model.name}${again ? ' again' : ''}?`,
    text: html`<p>${
      again
        ? `Round ${openRound?.number ?? ''} has its submission already. Another attempt makes another one; Numerai counts the latest.`
        : openRound === null
          ? status.roundsKnown.kind === 'unknown'
            ? 'Numerai cannot be asked which round is open. The run submits to whatever round Numerai takes.'
            : 'No round is open. What the run submits counts as late, or for no round at all.'
          : `The run submits for round ${openRound.number}, which closes in ${left ?? ''}.`
    }</p>`,
    action: links.start(model.name),
    back: links.model(model.name),
    model: model.name,
    yes: again ? 'Start again' : 'Start',
    no: 'Do not start',
    danger: false,
    fields: html`${again && html`<input type="hidden" name="force" value="1">`}
<label class="checkbox"><input type="checkbox" name="test" value="1"> <span>As a test: it does not use up the round. <span class="muted">The container finds NUMERAI_IS_TEST set.</span></span></label>`,
  });
}

/** Asks whether another attempt is to be made. */
export function retryQuestion(frame: Frame, view: ModelView, token: string): string {
  const { model, openRound } = view.status;
  const reason = view.health.run?.reason ?? null;
  return question(frame, token, {
    title: `Retry ${model.name}?`,
    text: html`<p>${
      openRound === null
        ? 'No round is open any more. What the run submits counts as late, or for no round at all.'
        : `Another attempt for round ${openRound.number}, which closes in ${longSpan((openRound.closeTime.getTime() - frame.now.getTime()) / 1000)}.`
    }</p>
${reason !== null && html`<p class="reason">The last attempt: ${reason}</p>`}`,
    action: links.retry(model.name),
    back: links.model(model.name),
    model: model.name,
    yes: 'Retry',
    no: 'Do not retry',
    danger: false,
    fields: null,
  });
}

/** Asks whether a run is to be stopped. */
export function cancelQuestion(frame: Frame, run: Run, token: string): string {
  const mayMissRound = run.round !== null && !run.isTest && run.submission !== 'accepted';
  return question(frame, token, {
    title: `Cancel this run of ${run.model}?`,
    text: html`<p>${run.state === 'waiting' ? 'No' : 'The container is stopped, and no'} other attempt follows by itself${mayMissRound && `: round ${run.round} may stay without a submission`}. The run was asked for by ${run.trigger} and is ${lookOf(run).words}.</p>`,
    action: links.cancel(run.model, run.id),
    back: links.run(run.model, run.id),
    model: run.model,
    yes: 'Cancel the run',
    no: 'Do not cancel',
    danger: true,
    fields: null,
  });
}

function question(frame: Frame, token: string, asked: Question): string {
  return page(frame, {
    title: `${asked.title} · Numerai runs`,
    tone: 'quiet',
    trail: [{ text: asked.model, href: links.model(asked.model) }],
    kind: 'confirm',
    main: html`<section class="card question"><h1 id="question">${asked.title}</h1>
${asked.text}
<form method="post" action="${asked.action}">
<input type="hidden" name="token" value="${token}">
${asked.fields}
<p class="actions"><button class="button ${asked.danger ? 'danger' : 'primary'}">${asked.yes}</button>
<a class="button" href="${asked.back}" data-close>${asked.no}</a></p>
</form></section>`,
  });
}
