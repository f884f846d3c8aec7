// What a container group shows of an attempt: a pure function of the group and of what was noted before the
// start.

import type { Model } from '../../config/models.ts';
import type { FailureReason } from '../../runs/failure.ts';
import type { AttemptedRun, Observation } from '../platform.ts';
import { failureOfEvents, isOutOfMemory, outOfMemory, pullFailed } from './failures.ts';
import type { ObservedContainer, ObservedGroup } from './group.ts';
import type { Prepared } from './prepared.ts';

export interface ObserveInput {
  readonly run: AttemptedRun;
  readonly prepared: Prepared;
  /** Null where there is no such group. */
  readonly seen: ObservedGroup | null;
  /** Undefined where models.json no longer has the model. */
  readonly model: Model | undefined;
}

/** What the group shows of the run's current attempt. */
export function observationOf(input: ObserveInput): Observation {
  const { run, prepared, seen } = input;
  if (seen === null) return absent(whyAbsent(input));
  if (prepared.kind === 'image' && isForeign(run, seen)) {
    const { group } = prepared;
    return {
      ...NOTHING,
      phase: 'foreign',
      trouble:
        run.attempt.acceptedAt === null
          ? {
              // The next attempt makes a group of another name.
              failure: 'provisioning',
              reason: `The container group ${group} exists already, and this run did not create it. Remove it if nobody needs it.`,
            }
          : {
              failure: 'stopped-outside',
              reason: `The container group ${group} was replaced by somebody outside of this app.`,
            },
    };
  }
  const place = { location: seen.location, cpu: seen.cpu, memoryGB: seen.memoryGB };
  return prepared.kind === 'group' && !showsOurStart(input, prepared, seen)
    ? { ...notStartedYet(run, prepared, seen), ...place }
    : { ...ofOurs(input, seen), ...place, execution: prepared.group };
}

const NOTHING: Observation = {
  phase: 'absent',
  execution: null,
  progress: null,
  startedAt: null,
  finishedAt: null,
  exitCode: null,
  outcome: null,
  isClear: true,
  trouble: null,
  location: null,
  cpu: null,
  memoryGB: null,
};

/** An execution that is not there. */
export function absent(trouble: FailureReason | null): Observation {
  return { ...NOTHING, trouble };
}

function whyAbsent({ run, prepared }: ObserveInput): FailureReason | null {
  const { group } = prepared;
  if (prepared.kind === 'group') {
    return {
      failure: 'configuration',
      reason: `The container group ${group} of model ${run.model} does not exist. Fix container.group in models.json, or create the group.`,
    };
  }
  return run.attempt.acceptedAt === null
    ? null
    : {
        failure: 'stopped-outside',
        reason: `The container group ${group} was deleted by somebody outside of this app. Start the model again if that was a mistake.`,
      };
}

/** A group without the tag is ours once its start was accepted: nobody else can have created it since. */
export function isForeign(run: AttemptedRun, seen: ObservedGroup): boolean {
  return run.attempt.acceptedAt === null
    ? seen.runId !== run.id
    : seen.runId !== null && seen.runId !== run.id;
}

/** Whether an existing group shows the start of this attempt; it may still show an older one. */
function showsOurStart(
  { run }: ObserveInput,
  prepared: Extract<Prepared, { kind: 'group' }>,
  seen: ObservedGroup,
): boolean {
  const { container } = seen;
  if (isStarting(seen)) return true;
  if (container === null) return seen.state === 'Running' || run.attempt.startedAt !== null;
  if (container.startTime === null)
    return container.state === 'Running' || seen.state === 'Pending';
  // Both by Azure's clock, so the app's own does not matter.
  return (
    prepared.lastStart === null || container.startTime.getTime() > Date.parse(prepared.lastStart)
  );
}

function isStarting({ state, provisioningState }: ObservedGroup): boolean {
  return state === 'Pending' || ['Pending', 'Creating'].includes(provisioningState ?? '');
}

/** An existing group that shows an earlier start of it, or none. */
function notStartedYet(run: AttemptedRun, { group }: Prepared, seen: ObservedGroup): Observation {
  // With the data of an earlier round, perhaps.
  const isBusy = seen.container?.state === 'Running';
  return {
    ...NOTHING,
    progress: isBusy
      ? `Container group ${group} still runs from an earlier start. It is started for this run when that has ended.`
      : null,
    trouble:
      run.attempt.acceptedAt === null
        ? null
        : {
            failure: 'not-started',
            reason: `Azure accepted the start of container group ${group}, but the group has not started since. Start it by hand once and look at its events.`,
          },
  };
}

function ofOurs(input: ObserveInput, seen: ObservedGroup): Observation {
  const { container } = seen;
  if (container?.state === 'Terminated') return endOfContainer(input, seen, container);
  if (container?.state === 'Running') {
    const running = { ...NOTHING, startedAt: container.startTime?.toISOString() ?? null };
    // The group reports that all is over: one of the two is late.
    return hasGroupEnded(seen)
      ? { ...running, ...endOfGroup(input, seen) }
      : { ...running, phase: 'running' };
  }
  if (input.prepared.kind === 'image' && isFailedProvisioning(seen)) {
    return {
      ...NOTHING,
      phase: 'ended',
      outcome: 'failed',
      trouble: failureShown(input, seen),
    };
  }
  if (hasGroupEnded(seen) && !isStarting(seen)) return { ...NOTHING, ...endOfGroup(input, seen) };
  return {
    ...NOTHING,
    phase: 'waiting',
    trouble: pullFailed(seen.events) ? failureShown(input, seen) : null,
  };
}

function failureShown({ prepared, model }: ObserveInput, seen: ObservedGroup): FailureReason {
  return failureOfEvents(seen.events, model, prepared.group, seen.location);
}

function isFailedProvisioning({ provisioningState }: ObservedGroup): boolean {
  return provisioningState === 'Failed' || provisioningState === 'Canceled';
}

function hasGroupEnded({ state }: ObservedGroup): boolean {
  return state === 'Succeeded' || state === 'Failed' || state === 'Stopped';
}

/** The group reports an end of which its container shows nothing (yet). */
function endOfGroup(
  input: ObserveInput,
  seen: ObservedGroup,
): Pick<Observation, 'phase' | 'outcome' | 'isClear' | 'trouble'> {
  const { state } = seen;
  const outcome = state === 'Succeeded' ? 'ok' : state === 'Stopped' ? 'stopped' : 'failed';
  const trouble = outcome === 'failed' ? failureShown(input, seen) : null;
  return { phase: 'ended', outcome, isClear: false, trouble };
}

function endOfContainer(
  { run, prepared, model }: ObserveInput,
  seen: ObservedGroup,
  container: ObservedContainer,
): Observation {
  const { exitCode, startTime, finishTime, detailStatus } = container;
  return {
    ...NOTHING,
    phase: 'ended',
    startedAt: startTime?.toISOString() ?? null,
    finishedAt: finishTime?.toISOString() ?? null,
    exitCode,
    outcome: seen.state === 'Stopped' ? 'stopped' : exitCode === 0 ? 'ok' : 'failed',
    trouble: isOutOfMemory(exitCode, detailStatus)
      ? outOfMemory(exitCode, model?.name ?? run.model, prepared)
      : null,
  };
}
