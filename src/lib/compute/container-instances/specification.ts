// The container group of an attempt: the model's container, the attempt's own environment, and its secrets.

import type { ImageContainer, Model } from '../../config/models.ts';
import type { Run } from '../../runs/run.ts';
import { environmentOf } from '../environment.ts';

/** Name of the one container in a group that the app creates. */
export const CONTAINER_NAME = 'submission';

/** Tags of the groups that the app creates, which distinguish them from those of others. */
export const TAGS = { app: 'app', runId: 'numerai-run', model: 'numerai-model' } as const;
const APP_TAG_VALUE = 'numerai-webhook';

export interface GroupRequest {
  readonly run: Run;
  readonly model: Model;
  readonly container: ImageContainer;
  readonly location: string;
  /** Secret name → value; holds all that the container needs. */
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * The body of the PUT, api-version 2023-05-01 of Microsoft.ContainerInstance/containerGroups. What is undefined
 * is left out of the JSON. Restart policy Never: after a container that failed, the app decides on the next attempt.
 */
export function groupBody(request: GroupRequest): object {
  const { run, model, container, location } = request;
  const { image, command, cpu, memoryGB, registry } = container;
  const secret = (name: string) => request.secrets.get(name) ?? '';
  const environment = { ...container.env, ...environmentOf(run) };
  const identity = registry?.username === undefined ? registry?.identity : undefined;
  return {
    location,
    tags: { [TAGS.app]: APP_TAG_VALUE, [TAGS.model]: model.name, [TAGS.runId]: run.id },
    identity: identity === undefined ? undefined : { type: 'UserAssigned', userAssignedIdentities: { [identity]: {} } },
    properties: {
      osType: 'Linux',
      restartPolicy: 'Never',
      sku: 'Standard',
      containers: [
        {
          name: CONTAINER_NAME,
          properties: {
            image,
            command: command ?? undefined,
            resources: { requests: { cpu, memoryInGB: memoryGB } },
            environmentVariables: [
              ...Object.entries(environment).map(([name, value]) => ({ name, value })),
              ...Object.entries(container.secrets).map(([name, from]) => ({
                name,
                secureValue: secret(from),
              })),
            ],
          },
        },
      ],
      imageRegistryCredentials: registry === null ? undefined : [credentials(registry, secret)],
    },
  };
}

function credentials(
  { server, username, passwordSecret = '', identity }: NonNullable<ImageContainer['registry']>,
  secret: (name: string) => string,
): object {
  return username === undefined ? { server, identity } : { server, username, password: secret(passwordSecret) };
}
