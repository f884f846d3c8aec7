// A run that goes on and has no submission yet, in words.

import { isJob } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import { AFTER_A_FIX, followUpOf, isOfEveryContainer } from '../runs/failure.ts';
import { hasFailedLast, type Run, toBeFixed, waitsForChange } from '../runs/run.ts';
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
    text: `${whoHelps(run)} ${whatKeeps(run, now)}`,
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
  const last = run.attempt !== null && hasFailedLast(run.attempt) ? 'The last resort has failed as well. ' : '';
  return `${last}${reason === null ? '' : `${sentence(reason)} `}${whatFollows(run, now)}`;
}

function whatFollows(run: Run, now: Date): string {
  return run.lastResortNext
    ? 'The last resort is started.'
    : `It is waiting for ${run.waitingFor ?? 'its next attempt'}${whenTried(run, now)}.`;
}

function whenTried(run: Run, now: Date): string {
  const { nextAttemptAt, attempt } = run;
  if (nextAttemptAt === null) return waitsForChange(run) ? ', and has had its try before the close' : '';
  const at = new Date(nextAttemptAt);
  if (at <= now) return ', tried again now';
  const time = utcMinuteFrom(now, at);
  const failure = attempt?.failure ?? null;
  // Somebody may change what is noticed before that.
  const isUpToSomebody = failure !== null && (followUpOf(failure) === 'person' || attempt?.lastResort);
  return isUpToSomebody ? `, tried again at ${time} at the latest` : `, next tried at ${time}`;
}

/** The sections of the runbook are named as the failures are. */
function whoHelps(run: Run): string {
  const { attempt, lastResortNext } = run;
  if (attempt === null || attempt.failure === null) return 'The app goes on by itself; look at it if you can.';
  const yours = toBeFixed(run);
  if (yours !== null) {
    const isOrdinary = (lastResortNext || hasFailedLast(attempt)) && !isOfEveryContainer(yours);
    const what = isOrdinary ? 'the ordinary container' : 'this';
    return `Only you can fix ${what} (runbook: ${yours}). ${afterwards(attempt, lastResortNext)}`;
  }
  return attempt.failure === 'starts-exceeded'
    ? 'Raise the setting, then press Try now (runbook: starts-exceeded).'
    : `The app goes on by itself; look at it if you can (runbook: ${attempt.failure}).`;
}

function afterwards({ outcome }: Attempt, lastResortNext: boolean): string {
  if (lastResortNext) return 'The last resort goes on by itself.';
  // A start that was refused is repeated anyway.
  return outcome === null ? 'The app tries again by itself; press Try now to start it at once.' : AFTER_A_FIX;
}
