// Azure's codes and words about what a container has beside its image (volumes, a subnet, an identity, the priority),
// and what each means for the reason of a run.

import { always, type Subject, type WordedDiagnosis } from './diagnosis.ts';

/** The name of the event, FailedMountAzureFileVolume. https://github.com/MicrosoftDocs/azure-docs/issues/70920 */
export const FAILED_MOUNT = /FailedMount/;

export const OF_OPTIONS: readonly WordedDiagnosis[] = [
  {
    // "… does not have permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action' on the
    // linked scope(s) '…' or the linked scope(s) are invalid."
    words: /LinkedAuthorizationFailed.*subnets\/join/is,
    failure: 'permission',
    elsewhere: false,
    what: ({ name }) => `The app may not put the container of ${name ?? ''} into its subnet:`,
    remedy: always(
      "Check the id of the subnet in models.json, and give the app's identity the action Microsoft.Network/virtualNetworks/subnets/join/action on it (azd provision does). A new role takes up to ten minutes to be known.",
    ),
  },
  {
    // https://github.com/Azure/dev-box-images/issues/8
    words: /SubnetMissingRequiredDelegation/i,
    failure: 'configuration',
    elsewhere: false,
    what: always('The subnet is not delegated to container groups:'),
    remedy: always(
      'Delegate it: az network vnet subnet update --delegations Microsoft.ContainerInstance/containerGroups --ids ID_OF_THE_SUBNET.',
    ),
  },
  {
    // "Resource … referenced by resource … was not found. Please make sure that the referenced resource exists, and
    // that both resources are in the same region." https://github.com/MicrosoftDocs/azure-docs/issues/60273
    words: /both resources are in the same region/i,
    failure: 'configuration',
    elsewhere: false,
    what: always('Azure does not find the subnet in the region of the container:'),
    remedy: always(
      'Check the id of the subnet in models.json, and name the region of its virtual network in `locations`.',
    ),
  },
  {
    // https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/error-codes-spot-container-creation
    words: /SpotPriorityContainerGroup|PriorityNotSpecified/i,
    failure: 'configuration',
    elsewhere: false,
    what: always('Azure does not run this container with the priority Spot:'),
    remedy: always('Take `priority` out of the container in models.json, or what Azure names.'),
  },
  {
    // The app's identity may not give the container its identity.
    words: /LinkedAuthorizationFailed/i,
    failure: 'permission',
    elsewhere: false,
    what: ({ name }) => `The app may not give the container of ${name ?? ''} its identity:`,
    remedy: always(
      'Give the app the role Managed Identity Operator on that identity. A new role takes up to ten minutes to be known.',
    ),
  },
];

/** Comes last: Azure shows a mount that failed before beside what has gone wrong since. */
export const OF_VOLUMES: WordedDiagnosis = {
  // "Failed to mount Azure File Volume.", again and again: Azure says the same of a wrong key, a share that does not
  // exist, an account that takes no keys, and one with a firewall. https://github.com/MicrosoftDocs/azure-docs/issues/70920
  words: /failed to mount|FailedMount|mounting (the )?volume/i,
  failure: 'configuration',
  elsewhere: false,
  what: always('A volume of the container group could not be mounted:'),
  remedy: adviceOnVolumes,
};

function adviceOnVolumes({ container }: Subject): string {
  if (container?.kind !== 'image' || container.volumes.length === 0)
    return 'Check the file share, and the key of its storage account.';
  const { volumes } = container;
  const shares = volumes.map(
    ({ share, account, accountKeySecret }) => `the share ${share} in ${account} (secret ${accountKeySecret})`,
  );
  return `Check ${[...new Set(shares)].join(', ')}: does it exist, is the secret a key of the account that is still valid, does the account allow access with keys, and from all networks?`;
}
