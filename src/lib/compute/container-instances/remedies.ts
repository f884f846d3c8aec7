// What to do where Azure refuses a call, or does not answer it: sentences for a person.

import type { ExternalCallError } from '../../util/external-call.ts';

/** As infra/main.bicep names the role. */
export const GIVE_ROLE =
  'Give the app\'s identity the role "Numerai webhook: container groups" on the resource group of the containers (azd provision does).';

export function isForbidden({ status }: Pick<ExternalCallError, 'status'>): boolean {
  return status === 401 || status === 403;
}

/** How to look at a container group that has ended, and is kept. */
export function howToLook(resourceGroup: string, group: string, container: string): string {
  return `Its container has ended, so that az container exec does not work. State and events: az container show --resource-group ${resourceGroup} --name ${group} --query "containers[0].instanceView". The end of its log: az container logs --resource-group ${resourceGroup} --name ${group} --container-name ${container}.`;
}

/** Where a container group cannot be looked at. */
export function remedyOfLook(error: ExternalCallError): string {
  if (error.failure !== 'refused') return 'Azure does not answer; that usually passes by itself.';
  if (error.explanation !== null) return error.explanation.remedy;
  return isForbidden(error)
    ? GIVE_ROLE
    : 'Check the subscription and the resource group in the portal and in the settings.';
}

/** Where a container group cannot be removed. */
export function remedyOfRemoval(error: ExternalCallError): string {
  if (error.serviceCode === 'ScopeLocked')
    return 'Take the lock off the resource group, or remove the container group in the portal.';
  return isForbidden(error)
    ? `${GIVE_ROLE} Or remove the container group in the portal.`
    : 'Remove the container group in the portal.';
}
