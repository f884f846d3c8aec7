// Whether what an existing container group shows is the start of an attempt, or an earlier or later one: nothing but
// times tells, since the group is the same in each. Pure functions.

import type { AttemptedRun, Observation } from '../platform.ts';
import type { ObservedContainer, ObservedEvent, ObservedGroup } from './group.ts';
import type { Prepared } from './prepared.ts';

/** Whether an event is newer than this, by Azure's clock alone. */
export function isSince({ firstTimestamp, lastTimestamp }: ObservedEvent, time: string | null): boolean {
  const at = lastTimestamp ?? firstTimestamp;
  return time === null || (at !== null && at.getTime() > Date.parse(time));
}

/** Whether an existing group shows the start of this attempt; it may still show an older one. */
export function showsOurStart({ attempt }: AttemptedRun, lastStart: string | null, seen: ObservedGroup): boolean {
  const { container, previous } = seen;
  if (isStarting(seen)) return true;
  // Started again by Azure, because of an earlier start.
  if (attempt.acceptedAt === null && previous !== null && isEarlierStart(previous, lastStart)) return false;
  // It has ended, and Azure waits before it starts it again.
  if (previous?.startTime != null && !isEarlierStart(previous, lastStart)) return true;
  if (container === null) return seen.state === 'Running' || attempt.startedAt !== null;
  if (container.startTime === null) return container.state === 'Running';
  return !isEarlierStart(container, lastStart);
}

/** Whether a container runs, or ran, since an earlier start: by Azure's clock alone, so the app's own does not matter. */
export function isEarlierStart({ startTime }: Pick<ObservedContainer, 'startTime'>, lastStart: string | null): boolean {
  return startTime !== null && lastStart !== null && startTime.getTime() <= Date.parse(lastStart);
}

/** A group that is being started may show its container as an earlier start has left it. */
export function withoutEarlierStart(prepared: Prepared, seen: ObservedGroup): ObservedGroup {
  const { container } = seen;
  return prepared.kind === 'group' && container !== null && isEarlierStart(container, prepared.lastStart)
    ? { ...seen, container: null }
    : seen;
}

/** Whether the group is on its way: what its container shows then is from before. */
export function isStarting({ state, provisioningState }: ObservedGroup): boolean {
  return state === 'Pending' || ['Pending', 'Creating'].includes(provisioningState ?? '');
}

/** Whether the group has come up once already: what it does since is only what its restart policy repeats. */
export function isRepeating({ container, previous }: ObservedGroup): boolean {
  return previous !== null || container?.state === 'Terminated';
}

/** An existing group that shows an earlier start of it, or none. */
export function notStartedYet({ attempt }: AttemptedRun, { group }: Prepared, seen: ObservedGroup) {
  // With the data of an earlier round, perhaps.
  const isBusy = seen.container?.state === 'Running' && !isRepeating(seen);
  return {
    phase: 'absent',
    progress: isBusy ? `container group ${group} to end, which still runs from an earlier start` : null,
    trouble:
      attempt.acceptedAt === null
        ? null
        : {
            failure: 'not-started',
            reason: `Azure accepted the start of container group ${group}, but the group has not started since. Start it by hand once and look at its events.`,
          },
  } satisfies Partial<Observation>;
}

/**
 * Whether an existing group goes on though the attempt's container has ended: another container runs, or Azure
 * starts that one again. A later start of the group by somebody else, such as the next run, is not meant.
 */
export function goesOn({ attempt }: AttemptedRun, seen: ObservedGroup): boolean {
  const { container, previous, state, restartPolicy, hasCompany } = seen;
  if (state !== 'Running' && state !== 'Pending') return false;
  if (restartPolicy === 'Never' && !hasCompany) return false;
  if (previous !== null || attempt.startedAt === null) return true;
  return container?.startTime != null && container.startTime.getTime() <= Date.parse(attempt.startedAt);
}
