// The pages that ask whether something is to be started.

import { canBeGivenVariables } from '../../lib/compute/container.ts';
import { timeLeftMs } from '../../lib/rounds/round.ts';
import { hasEnded } from '../../lib/runs/run.ts';
import { dueSlots } from '../../lib/runs/slots.ts';
import { isRetry, type ModelView } from '../condition.ts';
import { list, longSpan } from '../format.ts';
import { html } from '../html.ts';
import type { JobView } from '../job-view.ts';
import { links } from '../links.ts';
import { prose } from '../parts/elements.ts';
import type { Frame } from '../parts/layout.ts';
import { asOf } from '../verdict.ts';
import { doNot, postTo, primary, question } from './question.ts';

const HASTENED = 'What its run waits for is tried at once.';
const FINDS_TEST = 'The container finds NUMERAI_IS_TEST set.';

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
