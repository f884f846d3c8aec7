// The checks that a well-formed group has to pass: region, permissions, images, quota, room.

import type { ContainerRuntime } from '../../containers/runtime.ts';
import { allows, RESOURCE_TYPE } from './admission.ts';
import { ArmError, inaccessibleImage, noCapacity, registryError, requestedResources } from './arm-error.ts';
import { ASSIGN_IDENTITY_ACTION } from './calls.ts';
import type { ContainerGroup } from './group.ts';
import { registryOf } from './instance.ts';
import { type Capacity, KNOWN_LOCATIONS } from './locations.ts';
import { largestIn, priorityOf } from './options.ts';
import type { GroupBody } from './schema.ts';
import type { Roles } from './scope.ts';
import { assignedIdentities, locationOf, mayPull, type RegistryAccess } from './validation.ts';

export interface CheckOptions {
  readonly runtime: ContainerRuntime;
  readonly registries: Readonly<Record<string, RegistryAccess>>;
  readonly groupQuota: number;
  readonly coreQuota: number;
}

export function checkLocation(body: GroupBody): void {
  if (KNOWN_LOCATIONS.includes(locationOf(body))) return;
  throw new ArmError(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${body.location}' is not available for resource type '${RESOURCE_TYPE}'. List of available regions for the resource type is '${KNOWN_LOCATIONS.join(',')}'.`,
  );
}

/** A caller that gives a group an identity must be allowed to assign that identity. */
export function checkLinkedAccess(clientId: string, body: GroupBody, roles: Roles | undefined): void {
  const ids = assignedIdentities(body);
  if (ids.length === 0 || allows(roles, clientId, ASSIGN_IDENTITY_ACTION)) return;
  throw new ArmError(
    403,
    'LinkedAuthorizationFailed',
    `The client '${clientId}' with object id '${clientId}' has permission to perform action 'Microsoft.ContainerInstance/containerGroups/write'; however, it does not have permission to perform action '${ASSIGN_IDENTITY_ACTION}' on the linked scope(s) '${ids.join(',')}' or the linked scope(s) are invalid.`,
  );
}

export class Checks {
  /** Registries that ask to be left alone for now. */
  readonly throttledRegistries = new Set<string>();
  readonly #options: CheckOptions;
  readonly #capacityOf: (location: string) => Capacity;

  constructor(options: CheckOptions, capacityOf: (location: string) => Capacity) {
    this.#options = options;
    this.#capacityOf = capacityOf;
  }

  /** Refuses images that are known to be unavailable, and those that the group may not pull. */
  images(group: string, body: GroupBody): void {
    for (const { properties } of body.properties.containers) {
      const { image } = properties;
      const server = registryOf(image);
      if (this.throttledRegistries.has(server)) {
        const { code, message } = registryError(server);
        throw new ArmError(409, code, message);
      }
      const known = this.#options.runtime.hasImage?.(image) !== false;
      if (known && mayPull(image, body, this.#options.registries)) continue;
      const { code, message } = inaccessibleImage(image, group);
      throw new ArmError(400, code, message);
    }
  }

  quota(location: string, body: GroupBody, groups: Iterable<ContainerGroup>): void {
    const there = [...groups].filter((group) => group.location === location);
    // Each priority has cores of its own.
    const priority = priorityOf(body);
    const cores = there
      .filter((group) => priorityOf(group.body) === priority)
      .filter((group) => !group.hasEnded && group.state !== 'Stopped')
      .reduce((sum, group) => sum + requestedResources(group.body).cpu, 0);
    const { groupQuota, coreQuota } = this.#options;
    checkOneQuota('ContainerGroups', location, groupQuota, there.length, 1);
    const quota = priority === 'Spot' ? 'StandardSpotCores' : 'StandardCores';
    checkOneQuota(quota, location, coreQuota, cores, requestedResources(body).cpu);
  }

  /** Refuses if the region has no room and reports it at once. */
  capacity(location: string, body: GroupBody): void {
    const { cpu, memoryGB } = requestedResources(body);
    const largest = largestIn(location, body);
    const fits = cpu <= largest.cpu && memoryGB <= largest.memoryGB;
    if (fits && this.#capacityOf(location) !== 'refuses') return;
    throw new ArmError(409, 'ServiceUnavailable', noCapacity(location, body).message);
  }
}

function checkOneQuota(name: string, location: string, limit: number, used: number, more: number): void {
  if (used + more <= limit) return;
  throw new ArmError(
    400,
    'ContainerGroupQuotaReached',
    `Resource type '${RESOURCE_TYPE}' container group quota '${name}' exceeded in region '${location}'. Limit: '${limit}', Usage: '${used}' Requested: '${more}'.`,
  );
}
