// The rules that the resource provider applies to a well-formed group: names, sizes, variables, credentials.

import { ArmError } from './arm-error.ts';
import { registryOf } from './instance.ts';
import { normaliseLocation } from './locations.ts';
import { checkOptions } from './options.ts';
import type { ContainerBody, EnvironmentVariable, GroupBody } from './schema.ts';

// Azure's naming rules: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
// https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting#naming-conventions
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const IDENTITY_ID =
  /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i;
/** Image names as in Docker, with tag and digest. */
const IMAGE = /^[a-z0-9][a-z0-9._:-]*(\/[a-z0-9][a-z0-9._-]*)*(:[\w][\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/;
const MAX_CONTAINERS = 60;
const MAX_TAGS = 50;
const MAX_TAG_NAME = 512;
const MAX_TAG_VALUE = 256;

const refuse = (code: string, message: string): never => {
  throw new ArmError(400, code, message);
};

/** Refuses what the provider would refuse in a new group or a change to one. */
export function checkGroup(name: string, body: GroupBody): void {
  checkName(name);
  checkTags(body.tags);
  const { containers, restartPolicy, osType } = body.properties;
  if (containers.length === 0 || containers.length > MAX_CONTAINERS) {
    refuse(
      'InvalidContainerCount',
      `The number of containers in container group '${name}' is invalid. It must be between 1 and ${MAX_CONTAINERS}.`,
    );
  }
  const names = new Set<string>();
  for (const container of containers) {
    if (names.has(container.name)) {
      refuse(
        'DuplicateContainerName',
        `The container name '${container.name}' is duplicated in container group '${name}'.`,
      );
    }
    names.add(container.name);
    checkContainer(name, container);
  }
  if (osType === 'Windows' && restartPolicy === undefined && containers.length > 1) {
    refuse(
      'InvalidContainerCount',
      `Container group '${name}' with OS type 'Windows' must have exactly one container.`,
    );
  }
  checkIdentity(name, body);
  checkCredentials(name, body);
  checkOptions(name, body);
}

function checkName(name: string): void {
  if (NAME.test(name) && !name.includes('--')) return;
  refuse(
    'InvalidContainerGroupName',
    `The container group name '${name}' is invalid. It can contain only lowercase letters, numbers and hyphens, must be between 1 and 63 characters long, must neither start nor end with a hyphen, and must not have consecutive hyphens.`,
  );
}

function checkTags(tags: GroupBody['tags']): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length > MAX_TAGS) {
    refuse(
      'TooManyTags',
      `The number of tags '${entries.length}' specified exceeds the maximum allowed number of '${MAX_TAGS}' tags.`,
    );
  }
  for (const [key, value] of entries) {
    if (key.length > MAX_TAG_NAME || /[<>%&\\?/]/.test(key)) {
      refuse('InvalidTagNameCharacters', `The tag name '${key}' is invalid.`);
    }
    if (value.length > MAX_TAG_VALUE) {
      refuse(
        'InvalidTagValueLength',
        `Tag value too large. Following tag value '${value}' exceeded the maximum length. Maximum allowed length for tag value - '${MAX_TAG_VALUE}' characters.`,
      );
    }
  }
}

function checkContainer(group: string, { name, properties }: ContainerBody): void {
  const where = `container '${name}' in container group '${group}'`;
  if (!NAME.test(name)) {
    refuse(
      'InvalidContainerName',
      `The container name '${name}' in container group '${group}' is invalid. A valid container name can contain only lowercase letters, numbers and hyphens, must be between 1 and 63 characters long, and must neither start nor end with a hyphen.`,
    );
  }
  if (!IMAGE.test(properties.image)) {
    refuse('InvalidImageName', `The image name '${properties.image}' of ${where} is invalid.`);
  }
  checkSizes(where, properties.resources);
  checkVariables(group, name, properties.environmentVariables ?? []);
}

function checkSizes(where: string, resources: ContainerBody['properties']['resources']): void {
  const { cpu, memoryInGB } = resources.requests;
  if (!(cpu > 0) || !(memoryInGB > 0)) {
    refuse(
      'InvalidResourceRequests',
      `The resource requests of ${where} are invalid: '${cpu}' CPU, '${memoryInGB}' GB memory.`,
    );
  }
  // In Docker's code, which asks for the least: "The CPU requirement should be in incrememts of 0.01." and of 0.1 GB.
  // https://github.com/docker/compose-cli, aci/convert; the words: https://github.com/Azure/azure-cli/issues/7355
  if (!isStep(cpu, 2))
    refuse(
      'InvalidCpu',
      `The CPU requirement is '${cpu}' in ${where}. The CPU requirement should be in increments of 0.01.`,
    );
  if (!isStep(memoryInGB, 1))
    refuse(
      'InvalidMemory',
      `The memory requirement is '${memoryInGB}' in ${where}. The memory requirement should be in increments of 0.1 GB.`,
    );
  const { limits } = resources;
  const short = (limits?.cpu ?? cpu) < cpu ? 'Cpu' : 'MemoryInGB';
  if (short === 'Cpu' || (limits?.memoryInGB ?? memoryInGB) < memoryInGB) {
    refuse(
      'ResourceLimitsLessThanRequests',
      `The resource requirement '${JSON.stringify(resources)}' in ${where} is invalid. The '${short}' limit value must be greater than or equal to the request value.`,
    );
  }
}

const isStep = (amount: number, decimals: number): boolean => Number(amount.toFixed(decimals)) === amount;

function checkVariables(group: string, container: string, variables: readonly EnvironmentVariable[]): void {
  const where = `in container '${container}' of container group '${group}'`;
  const code = 'InvalidContainerEnvironmentVariable';
  const names = new Set<string>();
  for (const { name, value, secureValue } of variables) {
    if (!VARIABLE_NAME.test(name)) {
      refuse(
        code,
        `The environment variable name ${where} is invalid. A valid environment variable name must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName').`,
      );
    }
    if (names.has(name)) refuse(code, `The environment variable '${name}' ${where} is duplicated.`);
    names.add(name);
    if ((value === undefined) === (secureValue === undefined)) {
      refuse(
        code,
        `The environment variable '${name}' ${where} is invalid. Exactly one of 'value' and 'secureValue' must be given.`,
      );
    }
  }
}

/** Resource ids of the user-assigned identities. */
export function assignedIdentities(body: GroupBody): string[] {
  return Object.keys(body.identity?.userAssignedIdentities ?? {});
}

function checkIdentity(group: string, body: GroupBody): void {
  const { identity } = body;
  if (identity === undefined) return;
  const ids = assignedIdentities(body);
  const needsIds = identity.type?.includes('UserAssigned') ?? false;
  if (needsIds !== ids.length > 0) {
    refuse(
      'InvalidIdentity',
      `The identity of container group '${group}' is invalid: type '${identity.type}' with ${ids.length} user-assigned identities.`,
    );
  }
  for (const id of ids) {
    if (!IDENTITY_ID.test(id)) {
      refuse(
        'LinkedInvalidPropertyId',
        `Property id '${id}' at path 'identity.userAssignedIdentities' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
      );
    }
  }
}

function checkCredentials(group: string, body: GroupBody): void {
  const servers = new Set<string>();
  const assigned = assignedIdentities(body).map((id) => id.toLowerCase());
  for (const one of body.properties.imageRegistryCredentials ?? []) {
    const where = `'imageRegistryCredentials' of container group '${group}'`;
    if (!/^[A-Za-z0-9.-]+(:\d+)?$/.test(one.server)) {
      refuse(
        'InvalidImageRegistryServer',
        `The server '${one.server}' in the ${where} is invalid. It should be a valid host name without protocol.`,
      );
    }
    if (servers.has(one.server)) {
      refuse('DuplicateImageRegistryServer', `The server '${one.server}' in ${where} is duplicated.`);
    }
    servers.add(one.server);
    if (one.identity !== undefined) {
      if (!assigned.includes(one.identity.toLowerCase())) {
        refuse(
          'InvalidImageRegistryIdentity',
          `The identity '${one.identity}' in the ${where} is not assigned to the container group.`,
        );
      }
      continue;
    }
    if (!one.username) {
      refuse('InvalidImageRegistryUsername', `The username in the ${where} cannot be empty.`);
    }
    if (!one.password) {
      refuse('InvalidImageRegistryPassword', `The password in the ${where} cannot be empty.`);
    }
  }
}

/** Refuses a change that requires a new group. */
export function checkUpdate(name: string, before: GroupBody, after: GroupBody): void {
  const fixed = (body: GroupBody) => {
    const { osType, restartPolicy = 'Always', containers, subnetIds } = body.properties;
    const sizes = containers.map((container) => container.properties.resources.requests);
    const gpu = sizes.map((size) => size.gpu ?? null);
    const cpu = sizes.reduce((sum, size) => sum + size.cpu, 0);
    const memory = sizes.reduce((sum, size) => sum + size.memoryInGB, 0);
    return JSON.stringify([osType, restartPolicy, subnetIds ?? [], cpu, memory, gpu]);
  };
  if (fixed(before) === fixed(after)) return;
  refuse(
    'InvalidContainerGroupUpdate',
    `The updates on container group '${name}' are invalid. If you are going to update the os type, restart policy, network profile, CPU, memory or GPU resources for a container group, you must delete it first and then create a new one.`,
  );
}

/** What a registry accepts: a username with a password, or identities by resource id. */
export interface RegistryAccess {
  readonly username?: string;
  readonly password?: string;
  readonly identities?: readonly string[];
}

/** Whether the group may pull this image from its registry. A registry that is not listed is public. */
export function mayPull(image: string, body: GroupBody, registries: Readonly<Record<string, RegistryAccess>>): boolean {
  const server = registryOf(image);
  const access = Object.hasOwn(registries, server) ? registries[server] : undefined;
  if (access === undefined) return true;
  const given = (body.properties.imageRegistryCredentials ?? []).find((one) => one.server.toLowerCase() === server);
  if (given === undefined) return false;
  if (given.identity !== undefined) {
    const identity = given.identity.toLowerCase();
    return (access.identities ?? []).some((id) => id.toLowerCase() === identity);
  }
  return given.username === access.username && given.password === access.password;
}

/** The location in a body, in its canonical form. */
export const locationOf = (body: GroupBody): string => normaliseLocation(body.location);
