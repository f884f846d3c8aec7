// What a container group shows of an attempt: a pure function of the group and of what was noted before the
// start.

import type { Entry } from '../../config/models.ts';
import type { FailureReason } from '../../runs/failure.ts';
import { quote } from '../../util/quote.ts';
import { type AttemptedRun, absent, type Observation } from '../platform.ts';
import {
  goesOn,
  isEarlierStart,
  isSince,
  isStarting,
  notStartedYet,
  showsOurStart,
  withoutEarlierStart,
} from './existing-group.ts';
import { failureOfEnd, failureOfEvents, mountFailed, pullFailed } from './failures.ts';
import type { ObservedContainer, ObservedGroup } from './group.ts';
import type { Prepared } from './prepared.ts';

/**
 * How long a group may take until its container runs, in milliseconds: Azure's own limit.
 * https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/container-group-deployment-waiting-state
 */
export const START_PATIENCE_MS = 30 * 60_000;

export interface ObserveInput {
  readonly run: AttemptedRun;
  readonly prepared: Prepared;
  /** Null where there is no such group. */
  readonly seen: ObservedGroup | null;
  /** Undefined where models.json no longer has the model. */
  readonly model: Entry | undefined;
}

/** What differs from an execution that is not there. */
type Shown = Pick<Observation, 'phase'> & Partial<Observation>;

/** What the group shows of the run's current attempt. */
export function observationOf(input: ObserveInput): Observation {
  const { run, prepared, seen } = input;
  if (seen === null) return absent(whyAbsent(input));
  if (prepared.kind === 'image' && isForeign(run, seen)) return { ...absent(whyForeign(input)), phase: 'foreign' };
  const { location, cpu, memoryGB } = seen;
  return { ...absent(null), location, cpu, memoryGB, ...shownBy(input, seen) };
}

function shownBy(input: ObserveInput, seen: ObservedGroup): Shown {
  const { run, prepared } = input;
  const execution = prepared.group;
  if (prepared.kind === 'image') return { execution, ...ofOurs(input, seen) };
  const events = seen.events.filter((event) => isSince(event, prepared.lastEvent));
  const current = { ...seen, events };
  const { exitCode, startedAt, finishedAt } = run.attempt;
  // What is on record has ended, whatever the group shows of it once Azure, or the app's stop, has changed it.
  if (exitCode !== null)
    return { execution, ...endOf(exitCode), exitCode, startedAt, finishedAt, goesOn: goesOn(run, seen) };
  const failed = failedSince(input, current);
  if (failed !== null) return { execution, ...failed };
  if (!showsOurStart(run, prepared.lastStart, seen)) return notStartedYet(run, prepared, seen);
  return { execution, ...ofOurs(input, withoutEarlierStart(prepared, current)) };
}

const endOf = (exitCode: number | null) => ({ phase: 'ended', outcome: exitCode === 0 ? 'ok' : 'failed' }) as const;

/** An existing group that Azure could not provide for this attempt, by an event that is newer than its start. */
function failedSince({ model, prepared }: ObserveInput, seen: ObservedGroup): Shown | null {
  const { container, provisioningState, state, events } = seen;
  const hasCome = container?.startTime != null && !isEarlierStart(container, lastStartOf(prepared));
  if (hasCome || (provisioningState !== 'Failed' && state !== 'Failed')) return null;
  if (!events.some(({ type }) => type === 'Warning')) return null;
  const trouble = failureOfEvents(events, model, prepared.group, seen.location);
  return { phase: 'ended', outcome: 'failed', trouble, meteredFrom: pullOf(seen)?.since ?? null };
}

const lastStartOf = (prepared: Prepared): string | null => (prepared.kind === 'group' ? prepared.lastStart : null);

/** The pull of the image, by its events; null where none is shown. */
function pullOf({ events }: ObservedGroup): { readonly since: string | null; readonly isOver: boolean } | null {
  const pulling = events.findLast(({ name }) => name === 'Pulling');
  if (pulling === undefined) return null;
  const since = (pulling.firstTimestamp ?? pulling.lastTimestamp)?.toISOString() ?? null;
  return { since, isOver: events.indexOf(pulling) < events.findLastIndex(({ name }) => name === 'Pulled') };
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
      reason: `The container group ${group} of ${run.model} does not exist. Fix container.group in models.json, or create the group.`,
    };
  }
  return run.attempt.acceptedAt === null
    ? null
    : {
        failure: 'stopped-outside',
        reason: `The container group ${group} was deleted by somebody outside of this app. Start it again if that was a mistake.`,
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

function ofOurs(input: ObserveInput, seen: ObservedGroup): Shown {
  const { run, prepared, model } = input;
  const { container, state, provisioningState } = seen;
  const trouble = failureOfEvents(seen.events, model, prepared.group, seen.location);
  const pull = pullOf(seen);
  const meteredFrom = pull?.since ?? null;
  const hasGroupEnded = state === 'Succeeded' || state === 'Failed' || state === 'Stopped';
  const outcome = state === 'Succeeded' ? 'ok' : state === 'Stopped' ? 'stopped' : 'failed';
  /** The group reports an end of which its container shows nothing: one of the two is late. */
  const endOfGroup: Shown = {
    phase: 'ended',
    outcome,
    isClear: false,
    trouble: outcome === 'failed' ? trouble : null,
    meteredFrom,
  };
  const restarted = endBeforeRestart(input, seen);
  if (restarted !== null) {
    const progress = `Azure has started the container of group ${prepared.group} again after its end, as its restart policy ${seen.restartPolicy ?? ''} says, until the app stopped it: it may have submitted more than once. Recreate the group with the restart policy Never.`;
    return {
      ...endOfContainer(input, { state: null, events: [] }, restarted),
      progress,
      meteredFrom,
      goesOn: goesOn(run, seen),
    };
  }
  if (container?.state === 'Terminated')
    return { ...endOfContainer(input, seen, container), meteredFrom, goesOn: goesOn(run, seen) };
  if (container?.state === 'Running') {
    const startedAt = container.startTime?.toISOString() ?? null;
    return { ...(hasGroupEnded ? endOfGroup : { phase: 'running' }), startedAt, meteredFrom };
  }
  const hasProvisioningFailed = provisioningState === 'Failed' || provisioningState === 'Canceled';
  if (prepared.kind === 'image' && hasProvisioningFailed)
    return { phase: 'ended', outcome: 'failed', trouble, meteredFrom };
  if (hasGroupEnded && !isStarting(seen)) return endOfGroup;
  return pullFailed(seen.events) || mountFailed(seen.events)
    ? { phase: 'waiting', progress: trouble.reason, meteredFrom, trouble }
    : { phase: 'waiting', progress: progressOf(pull), meteredFrom, trouble: null };
}

function progressOf(pull: ReturnType<typeof pullOf>): string | null {
  if (pull === null || pull.isOver || pull.since === null) return null;
  return `Azure has been pulling the image since ${pull.since.slice(11, 16)} UTC; the app gives that up after ${START_PATIENCE_MS / 60_000} minutes. To try at once, cancel the run and start it again.`;
}

/** Of an existing group that Azure starts again by itself: the end of its container, which ended the attempt. */
function endBeforeRestart({ prepared }: ObserveInput, { previous }: ObservedGroup): EndState | null {
  if (prepared.kind !== 'group' || previous === null) return null;
  return isEarlierStart(previous, prepared.lastStart) ? null : previous;
}

/** Whether something of an attempt in an existing group may still run. */
export function mayGoOn({
  run,
  prepared,
  seen,
}: Pick<ObserveInput, 'run' | 'prepared'> & { seen: ObservedGroup }): boolean {
  const { phase, goesOn: isGoingOn } = observationOf({ run, prepared, seen, model: undefined });
  // Azure may yet find room for a group that it could not provide.
  return (
    phase === 'waiting' ||
    phase === 'running' ||
    isGoingOn ||
    (phase === 'ended' && seen.state === 'Pending' && run.attempt.exitCode === null)
  );
}

type EndState = Pick<ObservedContainer, 'exitCode' | 'startTime' | 'finishTime' | 'detailStatus'>;

function endOfContainer(
  { run, prepared }: ObserveInput,
  { state, events }: Pick<ObservedGroup, 'state' | 'events'>,
  { exitCode, startTime, finishTime, detailStatus: detail }: EndState,
): Shown {
  return {
    ...endOf(exitCode),
    startedAt: startTime?.toISOString() ?? null,
    finishedAt: finishTime?.toISOString() ?? null,
    exitCode,
    ...(state === 'Stopped' ? { outcome: 'stopped' } : {}),
    trouble: failureOfEnd({ exitCode, detail, model: run.model, prepared, events }),
  };
}
