// Making sure that nothing of an attempt runs any more: a group of its own is removed, an existing one is stopped. One
// that Azure refuses to remove: what keeps it, in words, and whether it can run any more.

import { ExternalCallError } from '../../util/external-call.ts';
import { quote } from '../../util/quote.ts';
import { type AttemptedRun, type Discarded, NotRemoved } from '../platform.ts';
import { isStarting } from './existing-group.ts';
import { isBeingChanged } from './failures.ts';
import type { ObservedGroup } from './group.ts';
import { isForeign, mayGoOn } from './observe.ts';
import { type Prepared, submitterOf } from './prepared.ts';
import { remedyOfRemoval } from './remedies.ts';
import type { ContainerGroups } from './resource-manager.ts';

/** Removes the group of an attempt, and those whose start was answered by an error: they may have come after all. */
export async function removeCreated(
  groups: ContainerGroups,
  run: AttemptedRun,
  { group, unclear }: Extract<Prepared, { kind: 'image' }>,
): Promise<Discarded> {
  return together(await Promise.allSettled([group, ...unclear].map((each) => removeOne(groups, run, each))));
}

/** What became of all of them: the one that may still run decides. */
function together(results: readonly PromiseSettledResult<Discarded>[]): Discarded {
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const mayRun = errors.find((error) => !(error instanceof NotRemoved) || error.mayStillRun);
  if (mayRun !== undefined) throw mayRun;
  const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (answers.includes('going')) return 'going';
  if (errors.length > 0) throw errors[0];
  return answers.includes('inert') ? 'inert' : 'gone';
}

/**
 * Azure may restart a container that ended badly, and may yet find room for a group whose provisioning failed.
 * Only what is seen after the removal was accepted says that nothing can run any more.
 */
async function removeOne(groups: ContainerGroups, run: AttemptedRun, group: string): Promise<Discarded> {
  let seen = await groups.get(group);
  // What is not the app's stays.
  if (seen === null || isForeign(run, seen)) return 'gone';
  if (seen.provisioningState !== 'Deleting') {
    try {
      if (!(await isAccepted(groups.remove(group)))) return 'going';
    } catch (error) {
      if (!isRefused(error)) throw error;
      return notRemoved(groups, group, error);
    }
    seen = await groups.get(group);
    if (seen === null) return 'gone';
  }
  return seen.container?.state === 'Terminated' ? 'inert' : 'going';
}

/** Stopped, a group does not run again by itself either; a lock against deletion lets it be stopped. */
async function notRemoved(groups: ContainerGroups, group: string, refusal: ExternalCallError): Promise<'gone'> {
  const isStopped = await isAccepted(groups.stop(group)).catch(notIfRefused);
  const seen = await groups.get(group);
  if (seen === null) return 'gone';
  const mayStillRun = !hasEndedForGood(seen, isStopped);
  throw new NotRemoved(stillThere(group, refusal), { mayStillRun, cause: refusal });
}

/**
 * Makes sure that the group of an attempt has ended for good, and that it is still there. Azure may have started it
 * again, so only what is seen after a stop counts; where it takes none, the group is to be removed. One that comes yet
 * of an unclear start would be forgotten with it.
 */
export async function canKeep(
  groups: ContainerGroups,
  run: AttemptedRun,
  { group, unclear }: Extract<Prepared, { kind: 'image' }>,
): Promise<boolean> {
  const before = unclear.length > 0 ? null : await groups.get(group);
  if (before === null || isForeign(run, before) || !hasEndedForGood(before, false)) return false;
  const isStopped = await isAccepted(groups.stop(group)).catch(notIfRefused);
  const seen = isStopped ? await groups.get(group) : null;
  return seen !== null && seen.provisioningState !== 'Deleting' && hasEndedForGood(seen, false);
}

/**
 * An existing group stays; what was started in it for this attempt must have ended. Before the last resort nothing of it
 * may run: Azure may have repaired the group after its end, and the two would submit side by side.
 */
export async function stopExisting(groups: ContainerGroups, run: AttemptedRun, prepared: Prepared): Promise<Discarded> {
  if (run.attempt.acceptedAt === null) return 'gone';
  const seen = await groups.get(prepared.group, submitterOf(prepared, undefined));
  if (seen === null) return 'gone';
  const runsAgain = run.lastResortNext && (isStarting(seen) || seen.container?.state === 'Running');
  if (!runsAgain && !mayGoOn({ run, prepared, seen })) return 'gone';
  await isAccepted(groups.stop(prepared.group));
  return 'going';
}

/** Why a group is still there, and what to do about it. */
function stillThere(group: string, refusal: ExternalCallError): string {
  return `The container group ${group} could not be removed: ${quote(refusal.message)} ${remedyOfRemoval(refusal)}`;
}

/**
 * Whether the group shows that nothing of it can run any more.
 * @param isStopped whether a stop was accepted before: then it need not show an end of its container, which may
 * never have run.
 */
function hasEndedForGood({ state, container }: ObservedGroup, isStopped: boolean): boolean {
  const hasEnded = state === 'Stopped' || state === 'Succeeded' || state === 'Failed';
  return hasEnded && (isStopped ? container?.state !== 'Running' : container?.state === 'Terminated');
}

function notIfRefused(error: unknown): false {
  if (!isRefused(error)) throw error;
  return false;
}

/** What is throttled may be so for an hour: creates and deletes of a region are counted by the hour. */
function isRefused(error: unknown): error is ExternalCallError {
  return error instanceof ExternalCallError && (error.failure === 'refused' || error.failure === 'throttled');
}

/** False where the group is being changed, and is to be asked again later. */
export async function isAccepted(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (isBeingChanged(error)) return false;
    throw error;
  }
}
