// What follows from what Azure reports: a pure function of the run, the observation and the time. The
// watcher carries it out.

import { failureOfEvents, pullFailed } from './container-groups/failures.ts';
import type {
  GroupObservation,
  ObservedContainer,
  ObservedGroup,
} from './container-groups/platform.ts';
import type { Model } from './models.ts';
import type { EndState, Failure, Run } from './runs.ts';
import { isLeaseOver, TIMING } from './timing.ts';

/** How a run ended, before Numerai has been asked and a retry has been decided. */
export interface Ending {
  readonly state: EndState;
  readonly failure: Failure | null;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** False where the old container may still run: a second one beside it would double the work. */
  readonly mayRetry: boolean;
}

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
  if (run.failure !== null) return endDecidedBefore(run, run.failure);
  if (run.acceptedAt === null) return isLeased(run, now) ? NOTHING : decideOnUnstarted(input);
  return seen.kind === 'absent' ? decideOnAbsent(input) : decideOnPresent(input, seen);
}

/** The end was decided at an earlier tick, and the group may be gone since: there is nothing to look at. */
function endDecidedBefore(run: Run, failure: Failure): WatchDecision {
  const { reason, exitCode, startedAt, finishedAt } = run;
  const state = STATE_OF_FAILURE[failure] ?? 'failed';
  return { do: 'end', ending: ended({ state, failure, reason, exitCode, startedAt, finishedAt }) };
}

const STATE_OF_FAILURE: Partial<Record<Failure, EndState>> = {
  timeout: 'timed_out',
  cancelled: 'cancelled',
  'stopped-outside': 'cancelled',
};

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
    return {
      do: 'end',
      ending: ended({
        state: 'cancelled',
        failure: 'cancelled',
        reason: 'An operator cancelled the run before its container was started.',
      }),
    };
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
  if (age(run.requestedAt, now) > model.timeoutMinutes * 60_000) {
    return failed(
      'not-started',
      `The container could not be started within ${model.timeoutMinutes} minutes. ${run.reason ?? 'Azure did not accept the start.'}`,
    );
  }
  return { do: 'start' };
}

/** Whether the group shows that this run's start has happened already. */
function hasStarted(run: Run, seen: ObservedGroup): boolean {
  if (run.ownsGroup) return seen.runId === run.id;
  const { container } = seen;
  if (container?.state === 'Running' || seen.state === 'Running' || isStarting(seen)) return true;
  return container !== null && isOurStart(run, container);
}

function isStarting(seen: ObservedGroup): boolean {
  return seen.state === 'Pending' || ['Pending', 'Creating'].includes(seen.provisioningState ?? '');
}

/** Whether the container's current run began with our start; an existing group may show an older one. */
function isOurStart(run: Run, container: ObservedContainer): boolean {
  if (run.ownsGroup) return true;
  if (container.startTime === null) return false;
  const startedAt = container.startTime.getTime();
  if (run.priorContainerStart !== null && startedAt <= Date.parse(run.priorContainerStart))
    return false;
  return startedAt >= Date.parse(run.requestedAt) - TIMING.azureClockSkewMs;
}

function decideOnAbsent({ run, now }: WatchInput): WatchDecision {
  if (!run.ownsGroup) {
    return failed(
      'configuration',
      `The container group ${run.containerGroup} no longer exists. Create it again, or let the app make one for each run (container.image in models.json).`,
    );
  }
  if (run.endSeenAt !== null && run.exitCode !== null)
    return endOfExitCode(run, run.exitCode, null, run.startedAt, run.finishedAt);
  if (run.stopRequest !== null)
    return { do: 'end', ending: endOfStop(run, run.stopRequest.because, null, null, true) };
  if (
    age(run.acceptedAt ?? run.requestedAt, now) < TIMING.appearGraceMs &&
    run.state === 'starting'
  )
    return NOTHING;
  return {
    do: 'end',
    ending: ended({
      state: 'cancelled',
      failure: 'stopped-outside',
      reason: `The container group ${run.containerGroup} was deleted by somebody outside of this app. Start the model again if that was a mistake.`,
      startedAt: run.startedAt,
      finishedAt: now.toISOString(),
    }),
  };
}

function decideOnPresent(input: WatchInput, seen: ObservedGroup): WatchDecision {
  const { run, now, model } = input;
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
  if (container?.state === 'Running') return whileRunning(input, seen, container);

  if (['Failed', 'Canceled'].includes(seen.provisioningState ?? '') && run.ownsGroup) {
    const because = failureOfEvents(seen.events, model, run.containerGroup ?? '', seen.location);
    return run.stopRequest === null
      ? failed(because.failure, because.reason)
      : { do: 'end', ending: endOfStop(run, run.stopRequest.because, null, null, true) };
  }
  const groupEnded =
    seen.state === 'Succeeded' || seen.state === 'Failed' || seen.state === 'Stopped';
  if (groupEnded && !isStarting(seen)) return endOfGroup(input, seen);
  return whileWaiting(input, seen);
}

function whileRunning(
  input: WatchInput,
  seen: ObservedGroup,
  container: ObservedContainer,
): WatchDecision {
  const { run } = input;
  const stop = stopIfDue(input);
  if (stop !== null) return stop;
  const startedAt = container.startTime?.toISOString() ?? run.startedAt;
  if (run.state === 'running' && run.startedAt === startedAt) return NOTHING;
  return { do: 'update', changes: { state: 'running', startedAt, ...sizeOf(run, seen) } };
}

/** Pending, pulling, repairing, unhealthy: not an end; only the time may be over. */
function whileWaiting(input: WatchInput, seen: ObservedGroup): WatchDecision {
  const { run, now } = input;
  const stop = stopIfDue(input);
  if (stop !== null) return stop;
  if (pullFailed(seen.events) && age(run.acceptedAt ?? run.requestedAt, now) > TIMING.pullGraceMs) {
    return {
      do: 'stop',
      changes: {
        stopRequest: { because: 'image', at: now.toISOString() },
        reason: failureOfEvents(seen.events, input.model, run.containerGroup ?? '', seen.location)
          .reason,
      },
    };
  }
  return NOTHING;
}

/** The stop that is due, or one that was asked for and has not happened yet. */
function stopIfDue({ run, now, model }: WatchInput): WatchDecision | null {
  const { stopRequest } = run;
  if (stopRequest !== null) {
    if (age(stopRequest.at, now) <= TIMING.stopGraceMs) return { do: 'stop', changes: {} };
    // It may still run: no second container beside it.
    const ending = endOfStop(run, stopRequest.because, null, null, false);
    return {
      do: 'end',
      ending: {
        ...ending,
        reason: `${ending.reason ?? ''} Azure has not stopped the container group ${run.containerGroup} in ${TIMING.stopGraceMs / 60_000} minutes; look after it.`,
      },
    };
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
  const startedAt = container.startTime?.toISOString() ?? run.startedAt;
  const finishedAt = container.finishTime?.toISOString() ?? now.toISOString();
  // A stop that was asked for, or that somebody made in the portal, is no fault of the container; but
  // one that had ended well before it was stopped has done its work.
  if (container.exitCode !== 0) {
    if (run.stopRequest !== null)
      return {
        do: 'end',
        ending: {
          ...endOfStop(run, run.stopRequest.because, startedAt, finishedAt, true),
          exitCode: container.exitCode,
        },
      };
    if (seen.state === 'Stopped')
      return {
        do: 'end',
        ending: { ...stoppedOutside(run, startedAt, finishedAt), exitCode: container.exitCode },
      };
  }
  return endOfExitCode(run, container.exitCode, container.detailStatus, startedAt, finishedAt);
}

function endOfExitCode(
  run: Run,
  exitCode: number | null,
  detail: string | null,
  startedAt: string | null,
  finishedAt: string | null,
): WatchDecision {
  const times = { exitCode, startedAt, finishedAt };
  if (exitCode === 0)
    return {
      do: 'end',
      ending: ended({ state: 'succeeded', failure: null, reason: null, ...times }),
    };
  if (exitCode === 137 || /OOM/i.test(detail ?? '')) {
    return {
      do: 'end',
      ending: ended({
        state: 'failed',
        failure: 'out-of-memory',
        reason: `The container was killed (exit code ${exitCode ?? 'unknown'}), most often because it needed more memory than its limit. ${run.ownsGroup ? `Raise memoryGB of model ${run.model} in models.json` : `Give container group ${run.containerGroup} more memory`}, or load the data in parts.`,
        ...times,
      }),
    };
  }
  const why =
    exitCode === EXIT_CONFIGURATION
      ? 'it says that its configuration is wrong (EX_CONFIG), so it is not tried again'
      : 'its log says why';
  return {
    do: 'end',
    ending: ended({
      state: 'failed',
      failure: exitCode === EXIT_CONFIGURATION ? 'configuration' : 'exit-code',
      reason:
        exitCode === null
          ? 'The container ended, and Azure does not tell its exit code. Look at its log.'
          : `The container ended with exit code ${exitCode}; ${why}.`,
      ...times,
    }),
  };
}

/** EX_CONFIG of sysexits.h: a submission that ends with it asks not to be tried again. */
export const EXIT_CONFIGURATION = 78;

/** The group says that it ended; the container says nothing of this run (yet). */
function endOfGroup(input: WatchInput, seen: ObservedGroup): WatchDecision {
  const { run, now } = input;
  const started = age(run.acceptedAt ?? run.requestedAt, now);
  if (run.stopRequest !== null && seen.state === 'Stopped') {
    return {
      do: 'end',
      ending: endOfStop(run, run.stopRequest.because, run.startedAt, now.toISOString(), true),
    };
  }
  if (!run.ownsGroup) {
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
    return {
      do: 'end',
      ending: ended({
        state: 'succeeded',
        failure: null,
        reason: 'Azure tells no exit code, but calls the container group succeeded.',
        startedAt: run.startedAt,
        finishedAt: run.endSeenAt,
      }),
    };
  }
  if (seen.state === 'Stopped')
    return { do: 'end', ending: stoppedOutside(run, run.startedAt, run.endSeenAt) };
  const because = failureOfEvents(
    seen.events,
    input.model,
    run.containerGroup ?? '',
    seen.location,
  );
  return failed(because.failure, because.reason);
}

function stoppedOutside(run: Run, startedAt: string | null, finishedAt: string | null): Ending {
  return ended({
    state: 'cancelled',
    failure: 'stopped-outside',
    reason: `The container group ${run.containerGroup} was stopped by somebody outside of this app. Start the model again if that was a mistake.`,
    startedAt,
    finishedAt,
  });
}

function endOfStop(
  run: Run,
  because: 'timeout' | 'operator' | 'image',
  startedAt: string | null,
  finishedAt: string | null,
  mayRetry: boolean,
): Ending {
  const times = { startedAt: startedAt ?? run.startedAt, finishedAt, mayRetry };
  switch (because) {
    case 'timeout':
      return ended({
        state: 'timed_out',
        failure: 'timeout',
        reason: `The container did not end within its time limit and was stopped. Raise timeoutMinutes of model ${run.model}, or make the submission faster.`,
        ...times,
      });
    case 'operator':
      return ended({
        state: 'cancelled',
        failure: 'cancelled',
        reason: 'An operator cancelled the run.',
        ...times,
      });
    case 'image':
      return ended({ state: 'failed', failure: 'image', reason: run.reason, ...times });
  }
}

function failed(failure: Failure, reason: string): WatchDecision {
  return { do: 'end', ending: ended({ state: 'failed', failure, reason }) };
}

function ended(ending: Pick<Ending, 'state' | 'failure' | 'reason'> & Partial<Ending>): Ending {
  return { exitCode: null, startedAt: null, finishedAt: null, mayRetry: true, ...ending };
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
