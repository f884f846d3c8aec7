// The calls on the container groups of one resource group. None waits for what it asked for to be complete.

import * as z from 'zod/mini';
import { CALL_POLICY } from '../../azure/external-call.ts';
import {
  createResourceManager,
  isSameId,
  type ResourceAnswer,
  type ResourceManagerOptions,
  type ResourceRequest,
} from '../../azure/resource-manager.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { BEING_CHANGED } from './failures.ts';
import { type ObservedGroup, readGroup } from './group.ts';
import { type GroupBody, TAGS } from './specification.ts';

export interface ContainerGroupsOptions extends ResourceManagerOptions {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** The name of this one, if it has one: what others made in the same resource group is theirs. */
  readonly installation?: string;
}

/** All throw {@link ExternalCallError}. */
export type ContainerGroups = ReturnType<typeof createContainerGroups>;

interface GroupRequest extends Pick<ResourceRequest, 'method' | 'body' | 'policy' | 'signal'> {
  /** What is done to the group, for messages. */
  readonly verb: string;
  readonly name: string;
  /** The path below the group. */
  readonly below?: string;
}

const logAnswer = z.object({ content: z.nullable(z.string()) });
const nothing = (): void => {};
const identified = z.object({
  id: z.optional(z.string()),
  name: z.optional(z.string()),
  tags: z.optional(z.record(z.string(), z.string())),
});

/**
 * An answer about another group than was asked for, or about none, is no answer.
 * @param id of the group.
 * @param tags of a start, those that were sent: it must have the app's own. A policy may change the others.
 */
function checkIsOf(id: string, { status, body }: ResourceAnswer, tags: GroupBody['tags'] = {}): void {
  // What was only accepted describes nothing.
  if (status === 202 || status === 204) return;
  const { data } = identified.safeParse(body);
  const name = id.slice(id.lastIndexOf('/') + 1);
  const isIt = data?.id === undefined ? isSameId(data?.name ?? '', name) : isSameId(data.id, id);
  const isOther = Object.values(TAGS).some((tag) => tags[tag] !== undefined && data?.tags?.[tag] !== tags[tag]);
  if (isOther || !isIt) throw new Error(`The answer is not about container group ${name}.`);
}

/** Makes the calls. */
export function createContainerGroups(options: ContainerGroupsOptions) {
  const resourceManager = createResourceManager(options);
  const parent =
    `/subscriptions/${options.subscriptionId}/resourceGroups/${encodeURIComponent(options.resourceGroup)}` +
    '/providers/Microsoft.ContainerInstance/containerGroups';

  const idOf = (name: string): string => `${parent}/${encodeURIComponent(name)}`;

  function send<T>(
    { verb, name, below = '', ...request }: GroupRequest,
    read: (answer: ResourceAnswer) => T,
  ): Promise<T> {
    const operation = `${verb} container group ${name}`;
    const path = `${idOf(name)}${below}?api-version=2023-05-01`;
    return resourceManager({ ...request, operation, path, codesForLater: [BEING_CHANGED] }, read);
  }

  /** @param tags as for {@link checkIsOf}. */
  function ask<T>(request: GroupRequest, read: (answer: ResourceAnswer) => T, tags?: GroupBody['tags']): Promise<T> {
    return send(request, (answer) => {
      checkIsOf(idOf(request.name), answer, tags);
      return read(answer);
    });
  }

  return {
    /** Creates and starts a group. Never repeats the call by itself. */
    create(name: string, body: GroupBody, signal?: AbortSignal): Promise<void> {
      const policy = CALL_POLICY.once;
      return ask({ verb: 'create', name, method: 'PUT', body, policy, signal }, nothing, body.tags);
    },

    /** Starts an existing group. Never repeats the call by itself. */
    start(name: string, signal?: AbortSignal): Promise<'accepted' | 'already-running'> {
      const policy = CALL_POLICY.once;
      return ask({ verb: 'start', name, method: 'POST', below: '/start', policy, signal }, ({ status }) =>
        status === 204 ? 'already-running' : 'accepted',
      );
    },

    /** Does nothing where there is no such group. */
    async stop(name: string): Promise<void> {
      await ask({ verb: 'stop', name, method: 'POST', below: '/stop' }, nothing).catch(ifMissing);
    },

    /** Does nothing where there is no such group. */
    async remove(name: string): Promise<void> {
      await ask({ verb: 'remove', name, method: 'DELETE' }, nothing).catch(ifMissing);
    },

    /**
     * Null where there is no such group.
     * @param container as for {@link readGroup}.
     */
    get(name: string, container: string | null = null): Promise<ObservedGroup | null> {
      return ask({ verb: 'look at', name, method: 'GET' }, ({ body }) =>
        readGroup(body, container, options.installation),
      ).catch(ifMissing);
    },

    /** The log of the container's current run; null before it ran, and after the group is gone. */
    log(name: string, container: string, signal?: AbortSignal): Promise<string | null> {
      const below = `/containers/${encodeURIComponent(container)}/logs`;
      return send(
        { verb: 'read the log of', name, method: 'GET', below, signal },
        ({ body }) => logAnswer.parse(body).content ?? '',
      ).catch((error: unknown) => {
        if (isRefused(error) && error.status !== 401 && error.status !== 403) return null;
        throw error;
      });
    },
  };
}

function isRefused(error: unknown): error is ExternalCallError {
  return error instanceof ExternalCallError && error.failure === 'refused';
}

/** Whether the resource group, and with it every container group in it, does not exist. */
export function isResourceGroupGone(error: unknown): error is ExternalCallError {
  return isRefused(error) && error.status === 404 && error.serviceCode === 'ResourceGroupNotFound';
}

/** Only this code says that the group is absent; other 404s say that the subscription or group of it is. */
function ifMissing(error: unknown): null {
  if (isRefused(error) && error.status === 404 && error.serviceCode === 'ResourceNotFound') return null;
  throw error;
}
