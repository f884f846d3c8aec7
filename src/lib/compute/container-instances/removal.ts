// A container group that Azure refuses to remove: what keeps it, in words, and whether it can run any more.

import type { ExternalCallError } from '../../util/external-call.ts';
import { quote } from '../../util/quote.ts';
import type { ObservedGroup } from './group.ts';

/** Why a group is still there, and what to do about it. */
export function stillThere(group: string, refusal: ExternalCallError): string {
  return `The container group ${group} could not be removed: ${quote(refusal.message)} ${remedyOf(refusal)}`;
}

function remedyOf({ status, serviceCode }: ExternalCallError): string {
  if (serviceCode === 'ScopeLocked')
    return 'Take the lock off the resource group, or remove the container group in the portal.';
  if (status === 401 || status === 403)
    return "Give the app's identity its role for container groups on the resource group, or remove the container group in the portal.";
  return 'Remove the container group in the portal.';
}

/**
 * Whether the group shows that nothing of it can run any more.
 * @param isStopped whether a stop was accepted before: then it need not show an end of its container, which may
 * never have run.
 */
export function hasEndedForGood({ state, container }: ObservedGroup, isStopped: boolean): boolean {
  const hasEnded = state === 'Stopped' || state === 'Succeeded' || state === 'Failed';
  return hasEnded && (isStopped ? container?.state !== 'Running' : container?.state === 'Terminated');
}
