import type { StandInAnswer } from '../stand-in.ts';

/** A refusal in Resource Manager's words: status, code, and a sentence. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  toAnswer(): StandInAnswer {
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

export const noCapacity = (
  location: string,
  requested: { cpu: number; memoryGB: number; osType: string },
): { code: string; message: string } => ({
  code: 'ServiceUnavailable',
  message: `The requested resource is not available in the location '${location}' at this moment. Please retry with a different resource request or in another location. Resource requested: '${requested.cpu}' CPU '${requested.memoryGB}' GB memory '${requested.osType}' OS`,
});

export const inaccessibleImage = (
  image: string,
  group: string,
): { code: string; message: string } => ({
  code: 'InaccessibleImage',
  message: `The image '${image}' in container group '${group}' is not accessible. Please check the image and registry credential.`,
});
