// A run that goes on and has no submission yet, in words.

import { followUpOf } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { utcMinuteFrom } from '../util/clock.ts';
import { sentence } from './words.ts';

/** What the message of a run in trouble says at `now`. */
export function troubleContent(run: Run, now: Date) {
  const { id, model, round, reason, lastResortNext, attempt } = run;
  return {
    subject: model,
    key: `${id}:${lastResortNext ? 'last-resort' : (attempt?.failure ?? '')}`,
    title: `${model}: the run${round === null ? '' : ` for round ${round}`} has no submission yet`,
    text: [sentence(attempt?.reason ?? reason ?? 'No reason is known.'), whatFollows(run, now), whoHelps(run)].join(
      ' ',
    ),
  };
}

function whatFollows({ waitingFor, nextAttemptAt, lastResortNext }: Run, now: Date): string {
  if (lastResortNext) return 'The last resort is started.';
  const next = nextAttemptAt === null ? '' : `, next tried at ${utcMinuteFrom(now, new Date(nextAttemptAt))}`;
  return `It is waiting for ${waitingFor}${next}.`;
}

/** The sections of the runbook are named as the failures are. */
function whoHelps({ attempt }: Run): string {
  const failure = attempt?.failure ?? null;
  if (failure === null) return 'The app goes on by itself; look at it if you can.';
  return followUpOf(failure) === 'person'
    ? `Only you can fix this (runbook: ${failure}).`
    : `The app goes on by itself; look at it if you can (runbook: ${failure}).`;
}
