// An attempt whose execution cannot be looked at: a pure function of the run, the answer and the time. It ends once
// its container must have ended by all that is known, and Numerai decides. No second container runs beside it: the
// next attempt starts only when the platform shows that nothing of this one runs any more.

import type { AttemptedRun, Patience } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { TIMING } from '../runs/timing.ts';
import { utcMinute } from '../util/clock.ts';
import type { ExternalCallError } from '../util/external-call.ts';
import { sentenceOf } from '../util/sentences.ts';
import { timeLimitMs, type WatchDecision } from './decide.ts';
import { endOfExitCode, endOfStop, failedBy, NO_TIMES } from './ending.ts';

export interface OutOfSightInput {
  /** A run whose attempt has not ended. */
  readonly run: AttemptedRun;
  /** With what the platform answered the question. */
  readonly error: ExternalCallError;
  /** What the platform says to do about that, in a sentence. */
  readonly remedy: string;
  readonly patience: Patience;
  readonly now: Date;
  /** Undefined where models.json no longer has the model. */
  readonly model: Entry | undefined;
}

/** Decides what to do with an attempt that cannot be looked at now. */
export function decideOutOfSight(input: OutOfSightInput): WatchDecision {
  const { run, error, remedy, now } = input;
  const { attempt } = run;
  const { exitCode, startedAt, finishedAt } = attempt;
  // Its end is known; only Numerai is awaited.
  if (exitCode !== null) return { do: 'end', ending: endOfExitCode(exitCode, null, { startedAt, finishedAt }) };
  const since = attempt.outOfSightSince ?? now.toISOString();
  const endsAt = endsAtOf(input, Date.parse(since));
  const said = `${sentenceOf(error)} ${remedy}`;
  const what = attempt.execution ?? 'the container';
  const sinceThen = utcMinute(new Date(since));
  if (now >= endsAt) return endOf(run, `The app could not see ${what} any more from ${sinceThen} on: ${said}`);
  const isNew = attempt.outOfSightSince === null;
  // Most outages are over by the next tick.
  if (isNew && error.failure !== 'refused') return { do: 'update', changes: { attempt: { outOfSightSince: since } } };
  const reason = `The app has not been able to see ${what} since ${sinceThen}; it may still be running: ${said} If that lasts, the attempt ends at ${utcMinute(endsAt)}, and Numerai is asked for the submission.`;
  return !isNew && run.reason === reason
    ? { do: 'nothing' }
    : { do: 'update', changes: { run: { reason }, attempt: { outOfSightSince: since } } };
}

/** When the container must have ended by all that is known of it; an outage is given some time in any case. */
function endsAtOf({ run, model, patience }: OutOfSightInput, since: number): Date {
  const { requestedAt, leaseUntil, acceptedAt, startedAt, stop } = run.attempt;
  // Nobody waits for it any more.
  if (stop !== null) return new Date(Date.parse(stop.at) + TIMING.stopGraceMs);
  const startMs = Number.isFinite(patience.startMs) ? patience.startMs : TIMING.unseenStartMs;
  // A start that nobody has reported was sent before the end of its lease, if it was.
  const latestStart =
    startedAt === null ? Date.parse(acceptedAt ?? leaseUntil ?? requestedAt) + startMs : Date.parse(startedAt);
  const latest = latestStart + timeLimitMs(model);
  return new Date(Math.max(latest, since + TIMING.outOfSightMs));
}

function endOf({ model, attempt }: AttemptedRun, said: string): WatchDecision {
  const { stop, startedAt } = attempt;
  if (stop !== null) {
    const ending = endOfStop(model, stop.because, NO_TIMES);
    const reason = `${ending.reason} ${said} It may still be running: look in the portal.`;
    return { do: 'end', ending: { ...ending, reason } };
  }
  const reason = `${said} The time that its container had is over, so the attempt has ended for the app.`;
  return { do: 'end', ending: { ...failedBy({ failure: 'out-of-sight', reason }), startedAt } };
}
