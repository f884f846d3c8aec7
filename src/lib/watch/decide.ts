// What follows from what the platform reports: a pure function of the run, the observation and the time. The
// watcher carries it out.

import type { AttemptedRun, Observation, Patience } from '../compute/platform.ts';
import { calledIn, type Entry } from '../config/models.ts';
import { type Attempt, acceptance, isLeased } from '../runs/attempt.ts';
import type { FailureReason } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { ageMs } from '../util/clock.ts';
import {
  type Ending,
  ended,
  endOfExitCode,
  endOfStop,
  failedBy,
  NO_TIMES,
  stoppedOutside,
  type Times,
} from './ending.ts';

export type WatchDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'update'; readonly changes: Changes }
  /** Take the lease, then start. */
  | { readonly do: 'start' }
  /** Something keeps it from being started for now. */
  | { readonly do: 'wait'; readonly for: string }
  /** Write down the request where it is new, then stop the execution. */
  | { readonly do: 'stop'; readonly changes: Changes }
  /** `alsoStop`: something of the execution goes on, and is stopped at once. */
  | { readonly do: 'end'; readonly ending: Ending; readonly alsoStop?: true };

/** Changes of the run, and of its current attempt. */
export interface Changes {
  readonly run?: { readonly state?: 'starting' | 'running' } & Partial<
    Pick<Run, 'reason' | 'waitingFor' | 'nextAttemptAt'>
  >;
  readonly attempt?: Partial<Attempt>;
}

export interface WatchInput {
  /** A run whose attempt has not ended. */
  readonly run: AttemptedRun;
  readonly seen: Observation;
  readonly patience: Patience;
  readonly now: Date;
  /** Undefined where models.json no longer has the model. */
  readonly model: Entry | undefined;
  /** Whether it cannot end before the close any more, and the last resort still can. */
  readonly isHopeless?: boolean;
}

/** How a run's reason begins while Azure refuses to stop its container. */
export const STOP_REFUSED = 'Azure does not take the order to stop';

const NOTHING: WatchDecision = { do: 'nothing' };
/** Of a model that models.json no longer has. */
const DEFAULT_TIMEOUT_MINUTES = 60;

/** Decides what to do with an attempt that has not ended. */
export function decideOnAttempt(input: WatchInput): WatchDecision {
  const { run, seen, now } = input;
  if (isLeased(run.attempt, now)) return NOTHING;
  if (seen.phase === 'foreign' && seen.trouble !== null) return failed(seen.trouble);
  if (run.attempt.acceptedAt === null) return decideOnUnstarted(input);
  switch (seen.phase) {
    case 'ended':
      return decideOnEnded(input);
    case 'running':
      return whileRunning(input);
    case 'waiting':
      return whileWaiting(input);
    default:
      return whileAbsent(input);
  }
}

/** Nobody has reported that the start was accepted, and the instance that was to start has had the time to. */
function decideOnUnstarted({ run, seen, now, model }: WatchInput): WatchDecision {
  if (seen.phase !== 'absent') {
    const { execution, location } = seen;
    const changes = { state: 'starting', reason: run.startNote, waitingFor: null, nextAttemptAt: null } as const;
    return { do: 'update', changes: { run: changes, attempt: { ...acceptance(now), execution, location } } };
  }
  if (run.attempt.stop !== null) {
    const reason = 'An operator cancelled the run before its container was started.';
    return end(ended({ outcome: 'cancelled', failure: 'cancelled', reason }));
  }
  if (model === undefined) {
    return failed({
      failure: 'configuration',
      reason: `models.json no longer has the ${calledIn(run, run.model)}, so its container was not started.`,
    });
  }
  return seen.progress === null ? { do: 'start' } : { do: 'wait', for: seen.progress };
}

/** Accepted, and not to be seen. */
function whileAbsent({ run, seen, patience, now }: WatchInput): WatchDecision {
  const { attempt } = run;
  if (attempt.exitCode !== null) return end(endOfExitCode(attempt.exitCode, null, timesOf(attempt)));
  if (attempt.stop !== null) return end(endOfStop(run.model, attempt.stop.because, NO_TIMES));
  // One answer is not believed: a mistake here would end a run whose container goes on.
  if (attempt.endSeenAt === null) return noteEnd(now);
  if (ageMs(attempt.endSeenAt, now) < patience.appearMs) return NOTHING;
  const trouble = seen.trouble ?? {
    failure: 'not-started',
    reason: 'Azure accepted the start, but the container has not appeared since.',
  };
  return end({
    ...failedBy(trouble),
    startedAt: attempt.startedAt,
    finishedAt: attempt.endSeenAt,
    // What was never seen to start is started again; all else may have done its work.
    ...(trouble.failure === 'not-started' ? {} : { isAbsence: true }),
  });
}

/** Pending, pulling, being repaired: not an end; only the time may be over. */
function whileWaiting({ run, seen, patience, now, model, isHopeless }: WatchInput): WatchDecision {
  const { attempt } = run;
  // What has not come up need not be stopped: it is discarded after the end.
  if (attempt.stop !== null) return end(endOfStop(run.model, attempt.stop.because, NO_TIMES));
  // On record, since what follows is another container.
  if (isHopeless)
    return { do: 'update', changes: { attempt: { stop: { because: 'last-resort', at: now.toISOString() } } } };
  if (attempt.startedAt !== null && isOverTime(attempt.startedAt, now, model))
    return end(endOfStop(run.model, 'timeout', timesOf(attempt)));
  const acceptedAt = attempt.acceptedAt ?? attempt.requestedAt;
  const { trouble } = seen;
  if (trouble !== null && ageMs(acceptedAt, now) > TIMING.waitingGraceMs) return failed(trouble);
  const since = seen.meteredFrom ?? acceptedAt;
  if (attempt.startedAt === null && ageMs(since, now) > patience.startMs)
    return failed(notComeUp(seen, since, now, patience));
  const reason = seen.progress ?? run.startNote;
  const place = placeOf(attempt, seen);
  const isKnown = attempt.meteredFrom === place.meteredFrom && attempt.endSeenAt === null;
  if (isKnown && run.reason === reason) return NOTHING;
  return { do: 'update', changes: { run: { reason }, attempt: { ...place, endSeenAt: null } } };
}

function notComeUp({ meteredFrom }: Observation, since: string, now: Date, { remedy }: Patience): FailureReason {
  const minutes = Math.round(ageMs(since, now) / 60_000);
  return {
    failure: 'provisioning',
    reason:
      meteredFrom === null
        ? `The container had not started ${minutes} minutes after Azure had accepted the start, so the app gave it up. This is usually temporary; ${remedy}`
        : `The image was still being pulled after ${minutes} minutes, which is Azure's own limit, so the app gave it up. Make the image smaller, or keep it in an Azure Container Registry of the same region.`,
  };
}

function whileRunning({ run, seen, now, model, isHopeless }: WatchInput): WatchDecision {
  const { attempt } = run;
  if (attempt.stop !== null) {
    if (ageMs(attempt.stop.at, now) <= TIMING.stopGraceMs) return { do: 'stop', changes: {} };
    // It may still run: no second container beside it.
    const ending = endOfStop(run.model, attempt.stop.because, NO_TIMES, false);
    const why = run.reason?.startsWith(STOP_REFUSED) ? ` ${run.reason}` : '';
    return end({
      ...ending,
      reason: `${ending.reason}${why} Azure has not stopped ${attempt.execution ?? 'the container'} in ${TIMING.stopGraceMs / 60_000} minutes, so it may still be running: stop it in the portal before you start it again.`,
    });
  }
  const startedAt = seen.startedAt ?? attempt.startedAt;
  const isLate = isOverTime(startedAt ?? attempt.acceptedAt ?? attempt.requestedAt, now, model);
  const because = isLate ? 'timeout' : isHopeless ? 'last-resort' : null;
  if (because !== null) {
    const stop = { because, at: now.toISOString() } as const;
    return { do: 'stop', changes: { attempt: { stop } } };
  }
  const isKnown = attempt.startedAt === startedAt && attempt.endSeenAt === null;
  // What it said while it waited is over.
  const reason = run.startNote;
  if (run.state === 'running' && isKnown && run.reason === reason) return NOTHING;
  const changes = { startedAt, endSeenAt: null, ...placeOf(attempt, seen) };
  return { do: 'update', changes: { run: { state: 'running', reason }, attempt: changes } };
}

function decideOnEnded({ run, seen, now }: WatchInput): WatchDecision {
  const { attempt } = run;
  // A container so short that it was never seen running: its size, and so its cost, is noted before the end.
  const place = placeOf(attempt, seen);
  if (attempt.cpu !== place.cpu || attempt.meteredFrom !== place.meteredFrom)
    return { do: 'update', changes: { attempt: place } };
  const isStopped = seen.outcome === 'stopped';
  if (!seen.isClear && !(attempt.stop !== null && isStopped)) {
    // The platform contradicts itself, and after a while is believed.
    if (attempt.endSeenAt === null) return noteEnd(now);
    if (ageMs(attempt.endSeenAt, now) <= TIMING.unclearEndGraceMs) return NOTHING;
  }
  const times: Times = {
    startedAt: seen.startedAt ?? attempt.startedAt,
    finishedAt: seen.finishedAt ?? attempt.endSeenAt ?? now.toISOString(),
  };
  // A stop that the app asked for, or that somebody made in the portal, is no fault of the container.
  const stopped =
    attempt.stop !== null
      ? endOfStop(run.model, attempt.stop.because, times)
      : isStopped
        ? stoppedOutside(attempt.execution, times)
        : null;
  const { exitCode, goesOn } = seen;
  if (stopped === null) return end(endOfContainer(seen, times), goesOn);
  // One that has ended well has done its work, or has only obeyed the signal: Numerai decides.
  return end(
    exitCode === 0
      ? { ...endOfContainer(seen, times), unverified: { ...stopped, exitCode } }
      : { ...stopped, exitCode },
    goesOn,
  );
}

function endOfContainer({ exitCode, trouble, outcome, progress }: Observation, times: Times): Ending {
  if (exitCode === null && outcome === 'ok') {
    const reason = 'Azure reports no exit code, but that the container succeeded.';
    return ended({ outcome: 'succeeded', failure: null, reason, ...times });
  }
  const ending = endOfExitCode(exitCode, trouble, times);
  return ending.reason === null ? { ...ending, reason: progress } : ending;
}

/** How long a container may run. */
export function timeLimitMs(model: Pick<Entry, 'timeoutMinutes'> | undefined): number {
  return (model?.timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES) * 60_000;
}

/** A container has its time from its own start on: what comes before, such as the pull of its image, is not its fault. */
function isOverTime(startedAt: string, now: Date, model: Entry | undefined): boolean {
  return ageMs(startedAt, now) > timeLimitMs(model);
}

function timesOf({ startedAt, finishedAt }: Attempt): Times {
  return { startedAt, finishedAt };
}

function placeOf(
  attempt: Attempt,
  seen: Observation,
): Pick<Attempt, 'location' | 'cpu' | 'memoryGB' | 'meteredFrom'> & Partial<Pick<Attempt, 'execution'>> {
  return {
    // The answer to its start need not have said it.
    ...(attempt.execution === null && { execution: seen.execution }),
    location: seen.location ?? attempt.location,
    cpu: attempt.cpu ?? seen.cpu,
    memoryGB: attempt.memoryGB ?? seen.memoryGB,
    meteredFrom: attempt.meteredFrom ?? seen.meteredFrom,
  };
}

function noteEnd(now: Date): WatchDecision {
  return { do: 'update', changes: { attempt: { endSeenAt: now.toISOString() } } };
}

function end(ending: Ending, goesOn = false): WatchDecision {
  return goesOn ? { do: 'end', ending, alsoStop: true } : { do: 'end', ending };
}

function failed(trouble: FailureReason): WatchDecision {
  return end(failedBy(trouble));
}
