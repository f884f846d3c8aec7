// Container groups through Azure Resource Manager. The client's methods for PUT, DELETE and start poll
// until the operation is complete, which takes from 30 s to minutes; here those three are sent through
// the client's pipeline as single requests, since the app needs their acceptance only.

import type {
  ContainerGroup,
  ContainerInstanceManagementClient,
} from '@azure/arm-containerinstance';
import { CALL_POLICY } from '../../azure/external-call.ts';
import type { HttpClient, TokenCredential } from '../../azure/sdk-types.ts';
import {
  type CallPolicy,
  ExternalCallError,
  type ExternalCaller,
} from '../../util/external-call.ts';
import { BEING_CHANGED } from './failures.ts';
import type { ContainerGroups, ObservedGroup } from './group.ts';
import { groupBody, TAGS } from './specification.ts';

const API_VERSION = '2023-05-01';

export interface ResourceManagerOptions {
  readonly url: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly credential: TokenCredential;
  readonly call: ExternalCaller;
  readonly httpClient?: HttpClient | undefined;
}

/** Makes the client for the container groups of one resource group. */
export function createContainerGroups(options: ResourceManagerOptions): ContainerGroups {
  const { call, resourceGroup } = options;
  let loading: Promise<Connection> | undefined;
  const connect = (): Promise<Connection> => {
    loading ??= load(options);
    return loading;
  };

  const groupUrl = (name: string, action = '') =>
    `${options.url}/subscriptions/${options.subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}` +
    `/providers/Microsoft.ContainerInstance/containerGroups/${encodeURIComponent(name)}${action}?api-version=${API_VERSION}`;

  /** One request through the client's pipeline (its token, its user agent), whatever the status. */
  async function send(
    operation: string,
    policy: CallPolicy,
    request: { method: 'PUT' | 'POST' | 'DELETE'; url: string; body?: object },
    outer?: AbortSignal,
  ): Promise<number> {
    const { client, createPipelineRequest, RestError } = await connect();
    return call(
      {
        service: 'resource-manager',
        operation,
        policy,
        signal: outer,
        codesForLater: [BEING_CHANGED],
      },
      async (abortSignal) => {
        const pipelineRequest = createPipelineRequest({
          url: request.url,
          method: request.method,
          abortSignal,
        });
        if (request.body !== undefined) {
          pipelineRequest.body = JSON.stringify(request.body);
          pipelineRequest.headers.set('Content-Type', 'application/json; charset=utf-8');
        }
        const response = await client.sendRequest(pipelineRequest);
        if (response.status >= 300) {
          const details = parseJson(response.bodyAsText);
          throw Object.assign(
            new RestError(response.bodyAsText ?? `HTTP ${response.status}`, {
              statusCode: response.status,
              request: pipelineRequest,
              response,
            }),
            { details },
          );
        }
        return response.status;
      },
    );
  }

  return {
    async create(specification, signal) {
      const operation = `create container group ${specification.name} in ${specification.location}`;
      await send(
        operation,
        CALL_POLICY.once,
        { method: 'PUT', url: groupUrl(specification.name), body: groupBody(specification) },
        signal,
      );
    },

    async start(name, signal) {
      const status = await send(
        `start container group ${name}`,
        CALL_POLICY.once,
        { method: 'POST', url: groupUrl(name, '/start') },
        signal,
      );
      return status === 204 ? 'already-running' : 'accepted';
    },

    async stop(name) {
      await ignoringMissing(
        send(`stop container group ${name}`, CALL_POLICY.usual, {
          method: 'POST',
          url: groupUrl(name, '/stop'),
        }),
      );
    },

    async remove(name) {
      await ignoringMissing(
        send(`remove container group ${name}`, CALL_POLICY.usual, {
          method: 'DELETE',
          url: groupUrl(name),
        }),
      );
    },

    async get(name, signal) {
      const { client } = await connect();
      try {
        const group = await call(
          {
            service: 'resource-manager',
            operation: `look at container group ${name}`,
            signal,
            codesForLater: [BEING_CHANGED],
          },
          (abortSignal) => client.containerGroups.get(resourceGroup, name, { abortSignal }),
        );
        return toObservedGroup(group);
      } catch (error) {
        if (isResourceMissing(error)) return null;
        throw error;
      }
    },

    async log(name, container) {
      const { client } = await connect();
      try {
        const logs = await call(
          {
            service: 'resource-manager',
            operation: `read the log of container group ${name}`,
            codesForLater: [BEING_CHANGED],
          },
          (abortSignal) =>
            client.containers.listLogs(resourceGroup, name, container, { abortSignal }),
        );
        return logs.content ?? '';
      } catch (error) {
        // Before the container ran, and after the group is gone, there is no log to be had.
        if (
          error instanceof ExternalCallError &&
          error.failure === 'refused' &&
          error.status !== 401 &&
          error.status !== 403
        )
          return null;
        throw error;
      }
    },
  };
}

type Connection = Pick<
  typeof import('../../azure/clients.ts'),
  'createPipelineRequest' | 'RestError'
> & {
  readonly client: ContainerInstanceManagementClient;
};

async function load(options: ResourceManagerOptions): Promise<Connection> {
  const { ContainerInstanceManagementClient, createPipelineRequest, RestError } = await import(
    '../../azure/clients.ts'
  );
  const client = new ContainerInstanceManagementClient(options.credential, options.subscriptionId, {
    endpoint: options.url,
    $host: options.url,
    // Tokens are for the public cloud's Resource Manager unless the endpoint is another cloud's.
    credentialScopes: `${audienceOf(options.url)}/.default`,
    retryOptions: { maxRetries: 0 },
    ...(options.httpClient === undefined ? {} : { httpClient: options.httpClient }),
  });
  return { client, createPipelineRequest, RestError };
}

/** Resource Managers of other clouds are audiences of their own. */
const OTHER_CLOUDS = [
  'https://management.usgovcloudapi.net',
  'https://management.chinacloudapi.cn',
];

function audienceOf(url: string): string {
  return OTHER_CLOUDS.find((cloud) => url.startsWith(cloud)) ?? 'https://management.azure.com';
}

/** Reads what Azure says of a group; anything it leaves out is null. */
function toObservedGroup(group: ContainerGroup): ObservedGroup {
  const [container] = group.containers;
  const current = container?.instanceView?.currentState;
  const state = current?.state;
  return {
    provisioningState: group.provisioningState ?? null,
    state: group.instanceView?.state ?? null,
    container:
      container === undefined
        ? null
        : {
            name: container.name,
            state:
              state === 'Waiting' || state === 'Running' || state === 'Terminated' ? state : null,
            startTime: current?.startTime ?? null,
            finishTime: current?.finishTime ?? null,
            exitCode: current?.exitCode ?? null,
            detailStatus: current?.detailStatus ?? null,
            restartCount: container.instanceView?.restartCount ?? 0,
          },
    events: [...(group.instanceView?.events ?? []), ...(container?.instanceView?.events ?? [])].map(
      (event) => ({
        name: event.name ?? '',
        message: event.message ?? '',
        type: event.type ?? '',
      }),
    ),
    runId: group.tags?.[TAGS.runId] ?? null,
    location: group.location ?? null,
    cpu: container?.resources.requests.cpu ?? null,
    memoryGB: container?.resources.requests.memoryInGB ?? null,
    restartPolicy: group.restartPolicy ?? null,
  };
}

/** Only this code says that the group is absent; other 404s say that the subscription or group of it is. */
function isResourceMissing(error: unknown): boolean {
  return (
    error instanceof ExternalCallError &&
    error.status === 404 &&
    error.serviceCode === 'ResourceNotFound'
  );
}

async function ignoringMissing(sending: Promise<unknown>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!isResourceMissing(error)) throw error;
  }
}

function parseJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
