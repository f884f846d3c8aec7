// What follows from what Azure reports: a pure function of the run, the observation and the time. The
// watcher carries it out.

import { failureOfEvents, pullFailed } from '../compute/container-instances/failures.ts';
import type {
  GroupObservation,
  ObservedContainer,
  ObservedGroup,
} from '../compute/container-instances/platform.ts';
import type { Model } from '../config/models.ts';
import type { Failure, Run } from '../runs/run.ts';
import { isLeaseOver, TIMING } from '../runs/timing.ts';
import {
  type Ending,
  endDecidedBefore,
  ended,
  endOfExitCode,
  endOfStop,
  failedBy,
  stoppedOutside,
  type Times,
} from './ending.ts';

export type WatchDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'update'; readonly changes: Partial<Run> }
  /** Take the lease, then start. */
  | { readonly do: 'start' }
  /** Write down the request where it is new, then stop the group. */
  | { readonly do: 'stop'; readonly changes: Partial<Run> }
  | { readonly do: 'end'; readonly ending: Ending };

export interface WatchInput {
  /** A run that has not ended. */
  readonly run: Run;
  readonly seen: GroupObservation;
  readonly now: Date;
  /** Undefined where models.json no longer has the model. */
  readonly model: Model | undefined;
}

const NOTHING: WatchDecision = { do: 'nothing' };
const DEFAULT_TIMEOUT_MINUTES = 60;

/** Whether Azure need not be asked: somebody else owns the start for now. */
export function isLeased(run: Run, now: Date): boolean {
  return run.acceptedAt === null && !isLeaseOver(run.leaseUntil, now);
}

/** Decides what to do with a run that has not ended. */
export function decideOnRun(input: WatchInput): WatchDecision {
  const { run, seen, now } = input;
  if (run.failure !== null) return end(endDecidedBefore(run, run.failure));
  if (run.acceptedAt === null) return isLeased(run, now) ? NOTHING : decideOnUnstarted(input);
  return seen.kind === 'absent' ? decideOnAbsent(input) : decideOnPresent(input, seen);
}

/** Nobody has said that the start was accepted, and whoever was to start it has had the time to. */
function decideOnUnstarted(input: WatchInput): WatchDecision {
  const { run, seen, now, model } = input;
  if (seen.kind === 'present' && run.ownsGroup && seen.runId !== run.id) {
    return failed(
      'configuration',
      `A container group ${run.containerGroup} that this run did not make exists already. Remove it, then start the model again.`,
    );
  }
  if (seen.kind === 'present' && hasStarted(run, seen)) {
    return {
      do: 'update',
      changes: {
        state: 'starting',
        acceptedAt: now.toISOString(),
        leaseUntil: null,
        location: seen.location,
      },
    };
  }
  if (run.stopRequest !== null) {
    return end(
      ended({
        state: 'cancelled',
        failure: 'cancelled',
        reason: 'An operator cancelled the run before its container was started.',
      }),
    );
  }
  if (model === undefined)
    return failed(
      'configuration',
      `models.json no longer has the model ${run.model}, so its container was not started.`,
    );
  if (seen.kind === 'absent' && !run.ownsGroup) {
    return failed(
      'configuration',
      `The container group ${run.containerGroup} of model ${run.model} does not exist. Mend container.group in models.json, or create the group.`,
    );
  }
  const patienceMs = Math.max(TIMING.requestPatienceMs, model.timeoutMinutes * 60_000);
  if (age(run.requestedAt, now) > patienceMs) {
    return failed(
      'not-started',
      `The container could not be started within ${patienceMs / 60_000} minutes. ${run.reason ?? 'Azure did not accept the start.'}`,
    );
  }
  if (seen.kind === 'present' && seen.container?.state === 'Running') return whileBusy(run);
  return { do: 'start' };
}

/** An existing group still runs from an earlier start, with the data of an earlier round perhaps. */
function whileBusy(run: Run): WatchDecision {
  const reason = `Container group ${run.containerGroup} still runs from an earlier start. It is started for this run when that has ended.`;
  return run.reason === reason ? NOTHING : { do: 'update', changes: { reason } };
}

/** Whether the group shows that this run's start has happened already. */
function hasStarted(run: Run, seen: ObservedGroup): boolean {
  if (run.ownsGroup) return seen.runId === run.id;
  const { container } = seen;
  if (run.priorContainerStart === null) return false;
  if (container === null) return seen.state === 'Running' || isStarting(seen);
  return isStarting(seen) || isOurStart(run, container);
}

function isStarting(seen: ObservedGroup): boolean {
  return seen.state === 'Pending' || ['Pending', 'Creating'].includes(seen.provisioningState ?? '');
}

/** Whether the container's current run began with our start; an existing group may show an older one. */
function isOurStart(run: Run, container: ObservedContainer): boolean {
  if (run.ownsGroup) return true;
  // Nothing is sent before the earlier start is on record.
  if (run.priorContainerStart === null) return false;
  if (container.startTime === null) return container.state === 'Running';
  // Both by Azure's clock, so the app's own does not matter.
  return container.startTime.getTime() > Date.parse(run.priorContainerStart);
}

function decideOnAbsent({ run, now }: WatchInput): WatchDecision {
  if (!run.ownsGroup) {
    return failed(
      'configuration',
      `The container group ${run.containerGroup} no longer exists. Create it again, or let the app make one for each run (container.image in models.json).`,
    );
  }
  if (run.endSeenAt !== null && run.exitCode !== null)
    return end(endOfExitCode(run, run.exitCode, null, timesOf(run)));
  if (run.stopRequest !== null) return end(endOfStop(run, run.stopRequest.because, NO_TIMES, true));
  // One answer is not believed: a mistake here would end a run whose container goes on.
  if (run.endSeenAt === null) return { do: 'update', changes: { endSeenAt: now.toISOString() } };
  if (age(run.endSeenAt, now) < TIMING.appearGraceMs) return NOTHING;
  return end(
    ended({
      state: 'cancelled',
      failure: 'stopped-outside',
      reason: `The container group ${run.containerGroup} was deleted by somebody outside of this app. Start the model again if that was a mistake.`,
      startedAt: run.startedAt,
      finishedAt: run.endSeenAt,
    }),
  );
}

function decideOnPresent(input: WatchInput, seen: ObservedGroup): WatchDecision {
  const { run, now } = input;
  if (run.ownsGroup && seen.runId !== null && seen.runId !== run.id) {
    return failed(
      'stopped-outside',
      `The container group ${run.containerGroup} was replaced by somebody outside of this app.`,
    );
  }
  const { container } = seen;
  if (container?.state === 'Terminated' && isOurStart(run, container)) {
    // A run so short that it was never seen running: its size, and so its cost, is noted before the end.
    return run.cpu === null && seen.cpu !== null
      ? { do: 'update', changes: sizeOf(run, seen) }
      : endOfContainer(run, seen, container, now);
  }
  if (container?.state === 'Running' && isOurStart(run, container))
    return whileRunning(input, seen, container);
  if (['Failed', 'Canceled'].includes(seen.provisioningState ?? '') && run.ownsGroup) {
    return run.stopRequest === null
      ? end(failureShown(input, seen))
      : end(endOfStop(run, run.stopRequest.because, NO_TIMES, true));
  }
  if (hasGroupEnded(seen) && !isStarting(seen)) return endOfGroup(input, seen);
  return whileWaiting(input, seen);
}

function hasGroupEnded({ state }: ObservedGroup): boolean {
  return state === 'Succeeded' || state === 'Failed' || state === 'Stopped';
}

function failureShown({ run, model }: WatchInput, seen: ObservedGroup): Ending {
  const name = run.containerGroup ?? '';
  const { failure, reason } = failureOfEvents(seen.events, model, name, seen.location);
  return failedBy(failure, reason);
}

function whileRunning(
  input: WatchInput,
  seen: ObservedGroup,
  container: ObservedContainer,
): WatchDecision {
  const { run } = input;
  const stop = stopIfDue(input);
  if (stop !== null) return stop;
  // The group says that all is over: one of the two is late, and after a while the group is believed.
  if (hasGroupEnded(seen)) return endOfGroup(input, seen);
  const startedAt = container.startTime?.toISOString() ?? run.startedAt;
  if (run.state === 'running' && run.startedAt === startedAt && run.endSeenAt === null)
    return NOTHING;
  const changes = { state: 'running', startedAt, endSeenAt: null, ...sizeOf(run, seen) } as const;
  return { do: 'update', changes };
}

/** Pending, pulling, repairing, unhealthy: not an end; only the time may be over. */
function whileWaiting(input: WatchInput, seen: ObservedGroup): WatchDecision {
  const { run, now } = input;
  const waitedMs = age(run.acceptedAt ?? run.requestedAt, now);
  // What has not come up need not be stopped (Azure refuses that): a group of the app's own is removed.
  if (run.ownsGroup && run.stopRequest !== null)
    return end(endOfStop(run, run.stopRequest.because, NO_TIMES, true));
  const stop = stopIfDue(input);
  if (stop !== null && !run.ownsGroup) return stop;
  if (pullFailed(seen.events) && waitedMs > TIMING.pullGraceMs) {
    const shown = failureShown(input, seen);
    return run.ownsGroup
      ? end(shown)
      : {
          do: 'stop',
          changes: {
            stopRequest: { because: 'image', at: now.toISOString() },
            reason: shown.reason,
          },
        };
  }
  if (
    run.ownsGroup &&
    run.startedAt === null &&
    (stop !== null || waitedMs > TIMING.startPatienceMs)
  )
    return failed(
      'provisioning',
      `The container of group ${run.containerGroup} had not started ${Math.round(waitedMs / 60_000)} minutes after Azure had accepted it, so the group was removed. This is most often passing; if it stays, try another region or a smaller image.`,
    );
  return stop ?? NOTHING;
}

/** The stop that is due, or one that was asked for and has not happened yet. */
function stopIfDue({ run, now, model }: WatchInput): WatchDecision | null {
  const { stopRequest } = run;
  if (stopRequest !== null) {
    if (age(stopRequest.at, now) <= TIMING.stopGraceMs) return { do: 'stop', changes: {} };
    // It may still run: no second container beside it.
    const ending = endOfStop(run, stopRequest.because, NO_TIMES, false);
    return end({
      ...ending,
      reason: `${ending.reason ?? ''} Azure has not stopped the container group ${run.containerGroup} in ${TIMING.stopGraceMs / 60_000} minutes; look after it.`,
    });
  }
  const minutes = model?.timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES;
  if (age(run.acceptedAt ?? run.requestedAt, now) <= minutes * 60_000) return null;
  return { do: 'stop', changes: { stopRequest: { because: 'timeout', at: now.toISOString() } } };
}

function endOfContainer(
  run: Run,
  seen: ObservedGroup,
  container: ObservedContainer,
  now: Date,
): WatchDecision {
  const { exitCode } = container;
  const times = {
    startedAt: container.startTime?.toISOString() ?? run.startedAt,
    finishedAt: container.finishTime?.toISOString() ?? now.toISOString(),
  };
  // A stop that was asked for, or that somebody made in the portal, is no fault of the container.
  const stopped =
    run.stopRequest !== null
      ? endOfStop(run, run.stopRequest.because, times, true)
      : seen.state === 'Stopped'
        ? stoppedOutside(run, times)
        : null;
  const ending = endOfExitCode(run, exitCode, container.detailStatus, times);
  if (stopped === null) return end(ending);
  // One that has ended well has done its work, or has only heeded the signal: Numerai will tell.
  return end(
    exitCode === 0 ? { ...ending, unproven: { ...stopped, exitCode } } : { ...stopped, exitCode },
  );
}

/** The group says that it ended; the container says nothing of this run (yet). */
function endOfGroup(input: WatchInput, seen: ObservedGroup): WatchDecision {
  const { run, now } = input;
  const started = age(run.acceptedAt ?? run.requestedAt, now);
  if (run.stopRequest !== null && seen.state === 'Stopped') {
    const times = { startedAt: run.startedAt, finishedAt: now.toISOString() };
    return end(endOfStop(run, run.stopRequest.because, times, true));
  }
  if (!run.ownsGroup && run.startedAt === null) {
    // Still the end of the time before: our start has not shown yet.
    if (started <= TIMING.startGraceMs) return NOTHING;
    return failed(
      'not-started',
      `Azure accepted the start of container group ${run.containerGroup}, but the group has not started since. Start it by hand once and look at its events.`,
    );
  }
  if (run.endSeenAt === null) return { do: 'update', changes: { endSeenAt: now.toISOString() } };
  if (age(run.endSeenAt, now) <= TIMING.contradictionGraceMs) return NOTHING;
  if (seen.state === 'Succeeded') {
    return end(
      ended({
        state: 'succeeded',
        failure: null,
        reason: 'Azure tells no exit code, but calls the container group succeeded.',
        startedAt: run.startedAt,
        finishedAt: run.endSeenAt,
      }),
    );
  }
  if (seen.state === 'Stopped')
    return end(stoppedOutside(run, { startedAt: run.startedAt, finishedAt: run.endSeenAt }));
  return end(failureShown(input, seen));
}

function timesOf({ startedAt, finishedAt }: Run): Times {
  return { startedAt, finishedAt };
}

const NO_TIMES: Times = { startedAt: null, finishedAt: null };

function end(ending: Ending): WatchDecision {
  return { do: 'end', ending };
}

function failed(failure: Failure, reason: string): WatchDecision {
  return end(failedBy(failure, reason));
}

function sizeOf(run: Run, seen: ObservedGroup): Partial<Run> {
  return {
    location: seen.location ?? run.location,
    cpu: run.cpu ?? seen.cpu,
    memoryGB: run.memoryGB ?? seen.memoryGB,
  };
}

function age(since: string, now: Date): number {
  return now.getTime() - Date.parse(since);
}
