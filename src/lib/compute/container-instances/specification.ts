// The container group of an attempt: the model's container, the attempt's own environment, and its secrets.

import type { Entry, ImageContainer } from '../../config/models.ts';
import type { Run } from '../../runs/run.ts';
import { environmentOf } from '../environment.ts';
import { volumeMountsOf, volumesOf } from './volumes.ts';

/** Name of the one container in a group that the app creates. */
export const CONTAINER_NAME = 'submission';

/** Tags of the groups that the app creates, which distinguish them from those of others. */
export const TAGS = {
  runId: 'numerai-run',
  model: 'numerai-model',
  installation: 'numerai-installation',
} as const;

export interface GroupRequest {
  readonly run: Run;
  readonly model: Entry;
  readonly container: ImageContainer;
  readonly location: string;
  /** Of this app; empty where it has no name. */
  readonly installation: string;
  /** That every group gets beside the app's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** Secret name → value; holds all that the container needs. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface GroupBody {
  /** By the app's own, the answer is recognized as the one to this request. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly [part: string]: unknown;
}

/**
 * The body of the PUT, api-version 2023-05-01 of Microsoft.ContainerInstance/containerGroups. What is undefined
 * is left out of the JSON. Restart policy Never: after a container that failed, the app decides on the next attempt.
 */
export function groupBody(request: GroupRequest): GroupBody {
  const { run, model, container, location } = request;
  const { image, command, cpu, memoryGB, registry, subnet, priority } = container;
  const secret = (name: string) => request.secrets.get(name) ?? '';
  const environment = { ...container.env, ...environmentOf(run) };
  return {
    location,
    tags: {
      ...request.tags,
      [TAGS.model]: model.name,
      [TAGS.runId]: run.id,
      ...(request.installation ? { [TAGS.installation]: request.installation } : {}),
    },
    identity: identityOf(container),
    properties: {
      osType: 'Linux',
      restartPolicy: 'Never',
      sku: 'Standard',
      priority: priority === 'Spot' ? priority : undefined,
      // No `ipAddress`: nobody calls the container, in a virtual network or not.
      subnetIds: subnet === null ? undefined : [{ id: subnet }],
      volumes: orNone(volumesOf(container, request.secrets)),
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
            volumeMounts: orNone(volumeMountsOf(container)),
          },
        },
      ],
      imageRegistryCredentials: registry === null ? undefined : [credentials(registry, secret)],
    },
  };
}

function orNone(list: object[]): object[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** The identity that pulls the image, and the one that the container gets; Azure takes an id in any case. */
function identityOf({ registry, identity }: ImageContainer): object | undefined {
  const pulling = registry?.username === undefined ? registry?.identity : undefined;
  const ids = [identity, pulling].filter((id) => id != null);
  const distinct = ids.filter((id, index) => index === ids.findIndex((one) => one.toLowerCase() === id.toLowerCase()));
  if (distinct.length === 0) return undefined;
  return { type: 'UserAssigned', userAssignedIdentities: Object.fromEntries(distinct.map((id) => [id, {}])) };
}

function credentials(
  { server, username, passwordSecret = '', identity }: NonNullable<ImageContainer['registry']>,
  secret: (name: string) => string,
): object {
  return username === undefined ? { server, identity } : { server, username, password: secret(passwordSecret) };
}
