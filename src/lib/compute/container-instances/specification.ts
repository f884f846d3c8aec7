// The container group of an attempt: the model's container, the attempt's own environment, and its secrets.

import type { ImageContainer, Model } from '../../config/models.ts';
import type { Run } from '../../runs/run.ts';
import { environmentOf } from '../environment.ts';
import type { GroupSpecification } from './group.ts';

/** Name of the one container in a group that the app creates. */
export const CONTAINER_NAME = 'submission';

/** Tags of the groups that the app creates, by which it tells them from those of others. */
export const TAGS = { app: 'app', runId: 'numerai-run', model: 'numerai-model' } as const;
const APP_TAG_VALUE = 'numerai-webhook';

export interface SpecificationRequest {
  readonly run: Run;
  readonly name: string;
  readonly model: Model;
  readonly container: ImageContainer;
  readonly numeraiModelId: string | null;
  readonly location: string;
  /** Secret name → value; holds all that the container needs. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** The group to be created for an attempt; secrets that are not in `secrets` are left empty. */
export function specificationOf(request: SpecificationRequest): GroupSpecification {
  const { run, model, container, secrets } = request;
  const secret = (name: string) => secrets.get(name) ?? '';
  const { registry } = container;
  return {
    name: request.name,
    location: request.location,
    runId: run.id,
    image: container.image,
    command: container.command,
    cpu: container.cpu,
    memoryGB: container.memoryGB,
    environment: { ...container.env, ...environmentOf(run, model, request.numeraiModelId) },
    secureEnvironment: Object.fromEntries(
      Object.entries(container.secrets).map(([name, from]) => [name, secret(from)]),
    ),
    registry: registryOf(registry, secret),
    tags: { [TAGS.app]: APP_TAG_VALUE, [TAGS.model]: model.name, [TAGS.runId]: run.id },
  };
}

function registryOf(
  registry: ImageContainer['registry'],
  secret: (name: string) => string,
): GroupSpecification['registry'] {
  if (registry === null) return null;
  if (registry.username !== undefined && registry.passwordSecret !== undefined) {
    return {
      kind: 'password',
      server: registry.server,
      username: registry.username,
      password: secret(registry.passwordSecret),
    };
  }
  return registry.identity === undefined
    ? null
    : { kind: 'identity', server: registry.server, identity: registry.identity };
}

/**
 * The body of the PUT, api-version 2023-05-01 of Microsoft.ContainerInstance/containerGroups.
 * Restart policy Never: after a container that failed, the app decides on the next attempt.
 */
export function groupBody(specification: GroupSpecification): object {
  const { registry } = specification;
  return {
    location: specification.location,
    tags: specification.tags,
    ...(registry?.kind === 'identity'
      ? { identity: { type: 'UserAssigned', userAssignedIdentities: { [registry.identity]: {} } } }
      : {}),
    properties: {
      osType: 'Linux',
      restartPolicy: 'Never',
      sku: 'Standard',
      containers: [
        {
          name: CONTAINER_NAME,
          properties: {
            image: specification.image,
            ...(specification.command === null ? {} : { command: specification.command }),
            resources: { requests: { cpu: specification.cpu, memoryInGB: specification.memoryGB } },
            environmentVariables: [
              ...Object.entries(specification.environment).map(([name, value]) => ({
                name,
                value,
              })),
              ...Object.entries(specification.secureEnvironment).map(([name, secureValue]) => ({
                name,
                secureValue,
              })),
            ],
          },
        },
      ],
      ...(registry === null ? {} : { imageRegistryCredentials: [credentialsOf(registry)] }),
    },
  };
}

function credentialsOf(registry: NonNullable<GroupSpecification['registry']>): object {
  return registry.kind === 'password'
    ? { server: registry.server, username: registry.username, password: registry.password }
    : { server: registry.server, identity: registry.identity };
}
