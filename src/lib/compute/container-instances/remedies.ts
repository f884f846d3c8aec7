// What to do where Azure refuses a call, or does not answer it: sentences for a person.

import type { ExternalCallError } from '../../util/external-call.ts';
import { isForbidden, remedyOfLook } from '../refusals.ts';

/** As infra/main.bicep names the role. */
export const GIVE_ROLE =
  'Give the app\'s identity the role "Numerai webhook: container groups" on the resource group of the containers (azd provision does).';

/** How to look at a container group that has ended, and is kept. */
export function howToLook(resourceGroup: string, group: string, container: string): string {
  return `Its container has ended, so that az container exec does not work. State and events: az container show --resource-group ${resourceGroup} --name ${group} --query "containers[0].instanceView". The end of its log: az container logs --resource-group ${resourceGroup} --name ${group} --container-name ${container}.`;
}

/** Where a container group cannot be looked at. */
export const remedyOf = (error: ExternalCallError): string =>
  remedyOfLook(error, {
    giveRole: GIVE_ROLE,
    otherwise: 'Check the subscription and the resource group in the portal and in the settings.',
  });

/** Where a container group cannot be removed. */
export function remedyOfRemoval(error: ExternalCallError): string {
  if (error.serviceCode === 'ScopeLocked')
    return 'Take the lock off the resource group, or remove the container group in the portal.';
  return isForbidden(error)
    ? `${GIVE_ROLE} Or remove the container group in the portal.`
    : 'Remove the container group in the portal.';
}
