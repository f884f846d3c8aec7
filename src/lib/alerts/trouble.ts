// A run that goes on and has no submission yet, in words.

import { isJob } from '../config/models.ts';
import { followUpOf } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { missingSlots } from '../runs/slots.ts';
import { utcMinuteFrom } from '../util/clock.ts';
import { sentence } from './words.ts';

/** What the message of a run in trouble says at `now`. */
export function troubleContent(run: Run, now: Date) {
  const { id, model, lastResortNext, attempt } = run;
  return {
    subject: model,
    key: `${id}:${lastResortNext ? 'last-resort' : (attempt?.failure ?? '')}`,
    title: `${model}: ${lacking(run)}`,
    text: `${whatKeeps(run, now)} ${whoHelps(run)}`,
  };
}

function lacking(run: Run): string {
  const what = `the run${run.round === null ? '' : ` for round ${run.round}`}`;
  if (isJob(run)) return `${what} has not done its work yet`;
  if (run.submission !== 'partial') return `${what} has no submission yet`;
  return `${what} has submitted ${run.slots.length - missingSlots(run).length} of ${run.slots.length} models`;
}

/** What keeps a run that waits, and what it waits for, at `now`. */
export function whatKeeps(run: Run, now: Date): string {
  const reason = run.attempt?.reason ?? run.reason;
  return `${reason === null ? '' : `${sentence(reason)} `}${whatFollows(run, now)}`;
}

function whatFollows(run: Run, now: Date): string {
  return run.lastResortNext
    ? 'The last resort is started.'
    : `It is waiting for ${run.waitingFor ?? 'its next attempt'}${whenTried(run, now)}.`;
}

function whenTried({ nextAttemptAt, attempt }: Run, now: Date): string {
  if (nextAttemptAt === null) return '';
  const at = new Date(nextAttemptAt);
  if (at <= now) return ', tried again now';
  const time = utcMinuteFrom(now, at);
  const failure = attempt?.failure ?? null;
  // Somebody may change what is noticed before that.
  const isUpToSomebody = failure !== null && (followUpOf(failure) === 'person' || attempt?.lastResort);
  return isUpToSomebody ? `, tried again at ${time} at the latest` : `, next tried at ${time}`;
}

/** The sections of the runbook are named as the failures are. */
function whoHelps({ attempt }: Run): string {
  const failure = attempt?.failure ?? null;
  if (failure === null) return 'The app goes on by itself; look at it if you can.';
  if (followUpOf(failure) !== 'person')
    return `The app goes on by itself; look at it if you can (runbook: ${failure}).`;
  // A start that was refused is repeated anyway.
  const once =
    attempt?.outcome === null
      ? 'The app tries again by itself; press Start to try at once.'
      : 'The app notices a changed secret or models.json by itself; after any other fix, such as a new image, press Start.';
  return `Only you can fix this (runbook: ${failure}). ${once}`;
}
