// What keeps a container group from being removed, in words.

import type { ExternalCallError } from '../../util/external-call.ts';
import { quote } from './failures.ts';

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
