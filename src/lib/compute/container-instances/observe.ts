// What a container group shows of an attempt: a pure function of the group and of what was noted before the
// start.

import type { Model } from '../../config/models.ts';
import type { FailureReason } from '../../runs/failure.ts';
import type { AttemptedRun, Observation } from '../platform.ts';
import { failureOfEvents, isOutOfMemory, outOfMemory, pullFailed, quote } from './failures.ts';
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

/** What differs from an execution that is not there. */
type Shown = Pick<Observation, 'phase'> & Partial<Observation>;

/** An execution that is not there. */
export function absent(trouble: FailureReason | null): Observation {
  return {
    phase: 'absent',
    execution: null,
    progress: null,
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    outcome: null,
    isClear: true,
    trouble,
    location: null,
    cpu: null,
    memoryGB: null,
  };
}

/** What the group shows of the run's current attempt. */
export function observationOf(input: ObserveInput): Observation {
  const { run, prepared, seen } = input;
  if (seen === null) return absent(whyAbsent(input));
  if (prepared.kind === 'image' && isForeign(run, seen)) return { ...absent(whyForeign(input)), phase: 'foreign' };
  const { location, cpu, memoryGB } = seen;
  const shown =
    prepared.kind === 'group' && !showsOurStart(run, prepared.lastStart, seen)
      ? notStartedYet(run, prepared, seen)
      : { execution: prepared.group, ...ofOurs(input, withoutEarlierStart(prepared, seen)) };
  return { ...absent(null), location, cpu, memoryGB, ...shown };
}

/** The resource group of a container group does not exist any more. */
export function resourceGroupGone(group: string, { message }: Pick<Error, 'message'>): FailureReason {
  return {
    failure: 'configuration',
    reason: `The resource group of container group ${group} does not exist any more, and nothing in it runs: ${quote(message)} Fix CONTAINER_RESOURCE_GROUP, or create the resource group.`,
  };
}

function whyAbsent({ run, prepared: { kind, group } }: ObserveInput): FailureReason | null {
  if (kind === 'group') {
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
  return run.attempt.acceptedAt === null ? seen.runId !== run.id : seen.runId !== null && seen.runId !== run.id;
}

function whyForeign({ run, prepared: { group } }: ObserveInput): FailureReason {
  return run.attempt.acceptedAt === null
    ? {
        // The next attempt makes a group of another name.
        failure: 'provisioning',
        reason: `The container group ${group} exists already, and this run did not create it. Remove it if nobody needs it.`,
      }
    : {
        failure: 'stopped-outside',
        reason: `The container group ${group} was replaced by somebody outside of this app.`,
      };
}

/** Whether an existing group shows the start of this attempt; it may still show an older one. */
function showsOurStart({ attempt }: AttemptedRun, lastStart: string | null, seen: ObservedGroup): boolean {
  const { container } = seen;
  if (isStarting(seen)) return true;
  if (container === null) return seen.state === 'Running' || attempt.startedAt !== null;
  if (container.startTime === null) return container.state === 'Running';
  return !isEarlierStart(container, lastStart);
}

/** By Azure's clock alone, so the app's own does not matter. */
function isEarlierStart({ startTime }: Pick<ObservedContainer, 'startTime'>, lastStart: string | null): boolean {
  return startTime !== null && lastStart !== null && startTime.getTime() <= Date.parse(lastStart);
}

/** A group that is being started may show its container as an earlier start has left it. */
function withoutEarlierStart(prepared: Prepared, seen: ObservedGroup): ObservedGroup {
  const { container } = seen;
  return prepared.kind === 'group' && container !== null && isEarlierStart(container, prepared.lastStart)
    ? { ...seen, container: null }
    : seen;
}

function isStarting({ state, provisioningState }: ObservedGroup): boolean {
  return state === 'Pending' || ['Pending', 'Creating'].includes(provisioningState ?? '');
}

/** An existing group that shows an earlier start of it, or none. */
function notStartedYet({ attempt }: AttemptedRun, { group }: Prepared, seen: ObservedGroup): Shown {
  // With the data of an earlier round, perhaps.
  const isBusy = seen.container?.state === 'Running';
  return {
    phase: 'absent',
    progress: isBusy
      ? `Container group ${group} still runs from an earlier start. It is started for this run when that has ended.`
      : null,
    trouble:
      attempt.acceptedAt === null
        ? null
        : {
            failure: 'not-started',
            reason: `Azure accepted the start of container group ${group}, but the group has not started since. Start it by hand once and look at its events.`,
          },
  };
}

function ofOurs(input: ObserveInput, seen: ObservedGroup): Shown {
  const { prepared, model } = input;
  const { container, state, provisioningState } = seen;
  const trouble = failureOfEvents(seen.events, model, prepared.group, seen.location);
  const hasGroupEnded = state === 'Succeeded' || state === 'Failed' || state === 'Stopped';
  const outcome = state === 'Succeeded' ? 'ok' : state === 'Stopped' ? 'stopped' : 'failed';
  /** The group reports an end of which its container shows nothing: one of the two is late. */
  const endOfGroup: Shown = {
    phase: 'ended',
    outcome,
    isClear: false,
    trouble: outcome === 'failed' ? trouble : null,
  };
  if (container?.state === 'Terminated') return endOfContainer(input, state, container);
  if (container?.state === 'Running') {
    const startedAt = container.startTime?.toISOString() ?? null;
    return { ...(hasGroupEnded ? endOfGroup : { phase: 'running' }), startedAt };
  }
  const hasProvisioningFailed = provisioningState === 'Failed' || provisioningState === 'Canceled';
  if (prepared.kind === 'image' && hasProvisioningFailed) return { phase: 'ended', outcome: 'failed', trouble };
  if (hasGroupEnded && !isStarting(seen)) return endOfGroup;
  return { phase: 'waiting', trouble: pullFailed(seen.events) ? trouble : null };
}

function endOfContainer(
  { run, prepared }: ObserveInput,
  stateOfGroup: string | null,
  { exitCode, startTime, finishTime, detailStatus }: ObservedContainer,
): Shown {
  return {
    phase: 'ended',
    startedAt: startTime?.toISOString() ?? null,
    finishedAt: finishTime?.toISOString() ?? null,
    exitCode,
    outcome: stateOfGroup === 'Stopped' ? 'stopped' : exitCode === 0 ? 'ok' : 'failed',
    trouble: isOutOfMemory(exitCode, detailStatus) ? outOfMemory(exitCode, run.model, prepared) : null,
  };
}
