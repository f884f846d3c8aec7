// The rules of what a group may have beside its containers: volumes, a subnet, the priority Spot.

import { allows } from './admission.ts';
import { ArmError } from './arm-error.ts';
import { JOIN_SUBNET_ACTION } from './calls.ts';
import type { GroupBody } from './schema.ts';
import type { Scope } from './scope.ts';

/** https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits */
const MAX_VOLUMES = 20;
const SPOT_LOCATIONS: readonly string[] = ['eastus2', 'westeurope', 'westus'];
const LARGEST = {
  Regular: { cpu: 31, memoryGB: 240 },
  Spot: { cpu: 4, memoryGB: 16 },
} as const;

const VOLUME_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftstorage */
const ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;
/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata */
const SHARE_NAME = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const SUBNET_ID =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i;

const refuse = (code: string, message: string): never => {
  throw new ArmError(400, code, message);
};

/** The priority of a group. */
export const priorityOf = ({ properties }: GroupBody): 'Regular' | 'Spot' => properties.priority ?? 'Regular';

/** The largest group that a region has room for; none where it has no groups of this priority. */
export function largestIn(location: string, body: GroupBody): { readonly cpu: number; readonly memoryGB: number } {
  const priority = priorityOf(body);
  return priority === 'Spot' && !SPOT_LOCATIONS.includes(location) ? { cpu: 0, memoryGB: 0 } : LARGEST[priority];
}

export function checkOptions(name: string, body: GroupBody): void {
  checkVolumes(name, body);
  checkMounts(name, body);
  checkNetwork(name, body);
  checkPriority(body);
}

function checkVolumes(group: string, { properties: { volumes = [], osType } }: GroupBody): void {
  const where = `container group '${group}'`;
  if (volumes.length > MAX_VOLUMES)
    refuse('TooManyVolumes', `The number of volumes in ${where} is invalid. It must be at most ${MAX_VOLUMES}.`);
  const names = new Set<string>();
  for (const { name, azureFile, ...others } of volumes) {
    if (!VOLUME_NAME.test(name)) refuse('InvalidVolumeName', `The volume name '${name}' in ${where} is invalid.`);
    if (names.has(name)) refuse('DuplicateVolumeName', `The volume name '${name}' in ${where} is duplicated.`);
    names.add(name);
    const kinds = [azureFile, ...Object.values(others)].filter((kind) => kind !== undefined);
    if (kinds.length !== 1)
      refuse('InvalidVolume', `The volume '${name}' in ${where} is invalid. It must have exactly one kind.`);
    if (azureFile === undefined) continue;
    // "You can only mount Azure Files shares to Linux containers."
    // https://learn.microsoft.com/azure/container-instances/container-instances-volume-azure-files
    if (osType !== 'Linux')
      refuse('AzureFileVolumeNotSupported', `The volume '${name}' in ${where} is not supported on '${osType}'.`);
    const { shareName, storageAccountName, storageAccountKey } = azureFile;
    if (!ACCOUNT_NAME.test(storageAccountName))
      refuse('InvalidStorageAccountName', `The storage account of the volume '${name}' in ${where} is invalid.`);
    if (!SHARE_NAME.test(shareName))
      refuse('InvalidShareName', `The share name '${shareName}' of the volume '${name}' in ${where} is invalid.`);
    if (!storageAccountKey)
      refuse('InvalidStorageAccountKey', `The storage account key of the volume '${name}' in ${where} is empty.`);
  }
}

function checkMounts(group: string, { properties: { volumes = [], containers } }: GroupBody): void {
  for (const { name: container, properties } of containers) {
    const where = `container '${container}' in container group '${group}'`;
    const [names, paths] = [new Set<string>(), new Set<string>()];
    for (const { name, mountPath } of properties.volumeMounts ?? []) {
      if (!volumes.some((volume) => volume.name === name))
        refuse('VolumeNotFound', `The volume '${name}' that is mounted in ${where} is not found.`);
      // "Must not contain colon (:)", in the OpenAPI document.
      if (!/^\/[^:]+$/.test(mountPath))
        refuse('InvalidVolumeMountPath', `The mount path '${mountPath}' in ${where} is invalid.`);
      // Distinct volumes for each mount: https://github.com/MicrosoftDocs/azure-docs/issues/56525
      const path = mountPath.replace(/\/+$/, '');
      if (names.has(name) || paths.has(path))
        refuse(
          'DuplicateVolumeMount',
          `The volume '${name}', or the path '${mountPath}', is mounted twice in ${where}.`,
        );
      names.add(name);
      paths.add(path);
    }
  }
}

function checkNetwork(group: string, { properties: { subnetIds = [], ipAddress } }: GroupBody): void {
  if (subnetIds.length > 1) refuse('MultipleSubnetIds', `The container group '${group}' can be in one subnet only.`);
  for (const { id } of subnetIds) {
    if (!SUBNET_ID.test(id))
      refuse(
        'LinkedInvalidPropertyId',
        `Property id '${id}' at path 'properties.subnetIds[0].id' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
      );
    // https://learn.microsoft.com/azure/container-instances/container-instances-virtual-network-concepts
    if (ipAddress?.type === 'Public')
      refuse(
        'PublicIpNotSupported',
        `IP Address type can't be public when a subnet is set for container group '${group}'.`,
      );
  }
}

/**
 * The words of
 * https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/error-codes-spot-container-creation
 */
function checkPriority(body: GroupBody): void {
  if (priorityOf(body) !== 'Spot') return;
  const { ipAddress, subnetIds = [], sku = 'Standard', containers } = body.properties;
  if (ipAddress !== undefined || subnetIds.length > 0)
    refuse(
      'SpotPriorityContainerGroupNotSupportedForInboundConnectivity',
      'Spot Priority is not supported for container groups with inbound connectivity.',
    );
  if (sku !== 'Standard')
    refuse(
      'SpotPriorityContainerGroupNotSupportedInSku',
      `Spot Priority Container Group is not supported in '${sku}' Sku.`,
    );
  if (containers.some(({ properties }) => properties.resources.requests.gpu !== undefined))
    refuse(
      'SpotPriorityContainerGroupWithGPUResourcesNotSupported',
      'Spot Priority Container Groups that include containers requesting GPU resources are not supported.',
    );
}

/** A caller must be allowed to put something into the subnet, which is there, and delegated. */
export function checkSubnet(clientId: string, groupId: string, location: string, body: GroupBody, scope: Scope): void {
  const [subnet] = body.properties.subnetIds ?? [];
  if (subnet === undefined || !SUBNET_ID.test(subnet.id)) return;
  const known = scope.subnets.get(subnet.id.toLowerCase());
  if (known === undefined || !allows(scope.roles, clientId, JOIN_SUBNET_ACTION)) {
    throw new ArmError(
      403,
      'LinkedAuthorizationFailed',
      `The client '${clientId}' with object id '${clientId}' has permission to perform action 'Microsoft.ContainerInstance/containerGroups/write' on scope '${groupId}'; however, it does not have permission to perform action '${JOIN_SUBNET_ACTION}' on the linked scope(s) '${subnet.id}' or the linked scope(s) are invalid.`,
    );
  }
  // The words are the network's: https://github.com/MicrosoftDocs/azure-docs/issues/60273
  if (known.location !== location)
    refuse(
      'InvalidResourceReference',
      `Resource ${subnet.id} referenced by resource ${groupId} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  // https://github.com/Azure/dev-box-images/issues/8
  if (!known.isDelegated)
    refuse(
      'SubnetMissingRequiredDelegation',
      `Subnet missing required delegation 'Microsoft.ContainerInstance' for container group '${groupId.split('/').at(-1)}'.`,
    );
}
