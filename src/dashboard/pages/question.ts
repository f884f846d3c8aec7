// Pages that ask for something before it goes on: a confirmation, which the script shows as a dialog, or the
// key.

import { canBeGivenVariables } from '../../lib/compute/container.ts';
import { type Entry, isJob } from '../../lib/config/models.ts';
import { timeLeftMs } from '../../lib/rounds/round.ts';
import { hasEnded, type Run } from '../../lib/runs/run.ts';
import { dueSlots, isAccepted } from '../../lib/runs/slots.ts';
import { isRetry, type ModelView } from '../condition.ts';
import { list, longSpan } from '../format.ts';
import { type Html, html, type Value } from '../html.ts';
import type { JobView } from '../job-view.ts';
import { links } from '../links.ts';
import { lookOf } from '../outcome.ts';
import { prose } from '../parts/elements.ts';
import { type Frame, page } from '../parts/layout.ts';
import { asOf } from '../verdict.ts';

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

const HASTENED = 'What its run waits for is tried at once.';
const FINDS_TEST = 'The container finds NUMERAI_IS_TEST set.';

const postTo = (address: string): Html => html`method="post" action="${address}"`;
const primary = (words: Value): Html => html`<button class="button primary">${words}</button>`;
/** The answer that changes nothing; it has the focus. */
const doNot = (href: string, what: string): Html => html`<a class="button" href="${href}" autofocus>Do not ${what}</a>`;

function question(frame: Frame, { model, title, ...asked }: Question): string {
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

/** Asks whether a model is to be started; a round that has its submission is started again, and without one a test. */
export function startQuestion(frame: Frame, view: ModelView): string {
  const { health, reason } = view;
  const { name } = view.status.model;
  const retry = isRetry(health);
  const waits = view.status.inFlight?.state === 'waiting';
  const verb = retry ? 'Retry' : 'Start';
  const { openRound, roundsKnown } = view.status;
  // Where Numerai cannot be asked, what is not confirmed is not known to be in.
  const mayBeOpen = health.isOpen || (roundsKnown.kind === 'unknown' && health.condition === 'unconfirmed');
  const again = mayBeOpen && health.run?.state === 'succeeded';
  const mayOnlyTest = openRound === null && roundsKnown.kind === 'known';
  return question(frame, {
    model: name,
    title: waits ? `Try ${name} now?` : `${verb} ${name}${again ? ' again' : ''}?`,
    text: html`<p>${again ? effectOfAnother(view) : `${effectOf(view, frame.now)}${whichOf(view)}`}</p>
${retry && reason !== null && html`<p class="reason">The last attempt: ${prose(reason)}</p>`}`,
    form: postTo(links.start(name)),
    fields: html`${again && html`<input type="hidden" name="force" value="1">`}
${
  mayOnlyTest
    ? html`<input type="hidden" name="test" value="1">`
    : html`<label class="checkbox"><input type="checkbox" name="test" value="1"> <span>As a test: it does not use up the round. <span class="muted">${FINDS_TEST}</span></span></label>`
}`,
    buttons: html`<button class="button primary">${waits && !mayOnlyTest ? 'Try now' : html`${verb}${again && ' again'}${mayOnlyTest && ' a test'}`}</button>
${doNot(links.model(name), waits ? 'try now' : verb.toLowerCase())}`,
  });
}

function effectOfAnother(view: ModelView): string {
  const { hasSubmitted, run } = view.health;
  if (hasSubmitted)
    return 'The round has its submission already. Another attempt makes another one; Numerai counts the latest.';
  return run === null || run.slots.length < 2
    ? 'The round has no submission yet that is known to count. Another attempt makes one; Numerai counts the latest.'
    : `Not every submission of the round is known to count yet.${whichOf(view)}`;
}

/** Which models at Numerai the next attempt is for, where others are submitted. */
function whichOf({ status: { model }, health: { run, isOpen } }: ModelView): string {
  const due = run === null ? [] : dueSlots(run);
  const isUnderWay = run !== null && !hasEnded(run) && run.state !== 'waiting';
  if (!isOpen || isUnderWay || due.length === 0 || due.length === run?.slots.length) return '';
  // An existing group is not told which are missing.
  return !canBeGivenVariables(model, false)
    ? ' Another attempt makes all of them again; Numerai counts the latest.'
    : ` Another attempt is for the others: ${list(due.map((slot) => slot.model))}.`;
}

function effectOf({ status: { openRound, roundsKnown, roundsAsOf, inFlight } }: ModelView, now: Date): string {
  const hastened = inFlight?.state === 'waiting' ? `${HASTENED} ` : '';
  if (openRound !== null)
    return `${hastened}The run submits for round ${openRound.number}, which closes in ${longSpan(timeLeftMs(openRound, now) / 1000)}${asOf(roundsAsOf, now)}.`;
  return roundsKnown.kind === 'unknown'
    ? `${hastened}Numerai cannot be asked which round is open. The run submits to whatever round Numerai takes.`
    : `No round is open, so only a test can be started: it uses up no round. ${FINDS_TEST}`;
}

/** Asks whether a job is to be started. */
export function startJobQuestion(frame: Frame, { status: { job, inFlight } }: JobView): string {
  const { name, overlap } = job;
  const waits = inFlight?.state === 'waiting';
  const effect = waits
    ? HASTENED
    : inFlight === null || overlap === 'allow'
      ? 'A run is started now, whatever its schedule says.'
      : 'A run is under way, so nothing is started: cancel that one first, or wait for its end.';
  return question(frame, {
    model: name,
    title: waits ? `Try ${name} now?` : `Start ${name}?`,
    text: html`<p>${effect}</p>`,
    form: postTo(links.start(name)),
    buttons: html`${primary(waits ? 'Try now' : 'Start')}
${doNot(links.model(name), waits ? 'try now' : 'start')}`,
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

/** Asks for a function key. @param refused whether one came along that does not open the dashboard. */
export function keyPage(frame: Frame, refused: boolean): string {
  return question(frame, {
    title: 'The dashboard asks for a key',
    text: html`<p>Any function key of the app that opens the function <code>dashboard</code> will do, such as the host key <code>operator</code>. docs/dashboard.md says how to read it.</p>`,
    form: html`method="get" id="key-form"`,
    fields: html`<label>Key <input name="code" type="password" autocomplete="current-password" spellcheck="false" required autofocus></label>
<label class="checkbox scripted"><input type="checkbox" name="keep"> <span>Keep it on this device <span class="muted">In the storage of this browser, in plain text, until it is refused or the data of this site is cleared. Everybody who uses this browser can then open the dashboard. Otherwise it is forgotten with this tab.</span></span></label>`,
    buttons: primary('Open'),
    ...(refused ? { error: 'That key does not open the dashboard.' } : {}),
  });
}
