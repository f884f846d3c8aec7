import type { EmulatorAnswer } from '../emulator.ts';
import type { GroupBody } from './schema.ts';

/** A refusal in Resource Manager's words: status, code and message. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  toAnswer(): EmulatorAnswer {
    return {
      status: this.status,
      headers: { ...this.headers },
      body: { error: { code: this.code, message: this.message } },
    };
  }
}

export const notFound = (resourceGroup: string, name: string): ArmError =>
  new ArmError(
    404,
    'ResourceNotFound',
    `The Resource 'Microsoft.ContainerInstance/containerGroups/${name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

export const transitioning = (name: string): ArmError =>
  new ArmError(
    409,
    'ContainerGroupTransitioning',
    `The container group '${name}' is still transitioning, please retry later.`,
  );

/** Azure's error for a region that has no room for this group. */
export function noCapacity(location: string, body: GroupBody): { message: string } {
  const { cpu, memoryGB } = requestedResources(body);
  return {
    message: `The requested resource is not available in the location '${location}' at this moment. Please retry with a different resource request or in another location. Resource requested: '${cpu}' CPU '${memoryGB}' GB memory '${body.properties.osType}' OS`,
  };
}

/** CPUs and memory of all containers in total. */
export function requestedResources(body: GroupBody): { cpu: number; memoryGB: number } {
  const requests = body.properties.containers.map(({ properties }) => properties.resources.requests);
  return {
    cpu: requests.reduce((sum, { cpu }) => sum + cpu, 0),
    memoryGB: requests.reduce((sum, { memoryInGB }) => sum + memoryInGB, 0),
  };
}

export const inaccessibleImage = (image: string, group: string): { code: string; message: string } => ({
  code: 'InaccessibleImage',
  message: `The image '${image}' in container group '${group}' is not accessible. Please check the image and registry credential.`,
});

/**
 * A registry that has had enough, which Resource Manager notices before it accepts a group.
 * https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/docker-hub-rate-limit-registryerrorresponse
 */
export const registryError = (server: string): { code: string; message: string } => ({
  code: 'RegistryErrorResponse',
  message: `An error response is received from the docker registry '${server === 'docker.io' ? 'index.docker.io' : server}'. Please retry later.`,
});
