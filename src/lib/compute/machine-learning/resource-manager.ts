// The calls on the Machine Learning workspaces of one resource group. None waits for what it asked for to be complete.

import { CALL_POLICY } from '../../azure/external-call.ts';
import {
  allPages,
  createResourceManager,
  nullIf404,
  type ResourceAnswer,
  type ResourceManagerOptions,
  type ResourceRequest,
} from '../../azure/resource-manager.ts';
import {
  type Compute,
  type Endpoint,
  type Job,
  type RunDetails,
  readCompute,
  readDetails,
  readEndpoint,
  readInvoked,
  readJob,
  readJobs,
} from './job.ts';

export interface WorkspacesOptions extends ResourceManagerOptions {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/** All throw an ExternalCallError; what reads one thing returns null where there is none. */
export type Workspaces = ReturnType<typeof createWorkspaces>;

interface WorkspaceRequest extends Pick<ResourceRequest, 'method' | 'body' | 'policy' | 'signal'> {
  /** For messages: `look at job 01ABC-1`. */
  readonly operation: string;
  readonly workspace: string;
  /** The path below the workspace. */
  readonly below: string;
  /** The rest of the query. */
  readonly query?: string;
}

/** Tokens for batch endpoints are for another audience than those for all else. */
const ENDPOINTS = 'https://ml.azure.com';
/** Newest first; what is looked for is among them. */
const MOST_PAGES = 5;
/** Nobody waits for what a node is: without it, an attempt has no price. */
const BRIEFLY = { attemptMs: 5_000, totalMs: 5_000, attempts: 1 } as const;

/** Makes the calls. */
export function createWorkspaces(options: WorkspacesOptions) {
  const resourceManager = createResourceManager(options);
  const parent = `/subscriptions/${options.subscriptionId}/resourceGroups/${options.resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces`;
  const idOf = (workspace: string): string => `${parent}/${encodeURIComponent(workspace)}`;

  function send<T>(
    { operation, workspace, below, query = '', ...request }: WorkspaceRequest,
    read: (answer: ResourceAnswer) => T,
  ): Promise<T> {
    const path = `${idOf(workspace)}${below}?api-version=2025-09-01${query}`;
    return resourceManager({ ...request, operation: `${operation} (workspace ${workspace})`, path }, read);
  }

  const jobPath = (job: string) => `/jobs/${encodeURIComponent(job)}`;

  return {
    /** Its resource id. */
    idOf,

    job(workspace: string, job: string): Promise<Job | null> {
      const request = { operation: `look at job ${job}`, workspace, method: 'GET', below: jobPath(job) } as const;
      return send(request, ({ body }) => readJob(body)).catch(ifMissing);
    },

    /**
     * Creates a job, which runs it. Never repeats the call by itself. One of that name, which is there already, is not run
     * a second time.
     */
    create(workspace: string, job: string, body: object, signal?: AbortSignal): Promise<void> {
      const { once: policy } = CALL_POLICY;
      const request = { operation: `create job ${job}`, workspace, method: 'PUT', below: jobPath(job) } as const;
      return send({ ...request, body, policy, signal }, () => {});
    },

    /** Does nothing where there is no such job. */
    async cancel(workspace: string, job: string): Promise<void> {
      const below = `${jobPath(job)}/cancel`;
      await send({ operation: `cancel job ${job}`, workspace, method: 'POST', below }, () => {}).catch(ifMissing);
    },

    /** The newest jobs, archived ones left out; null where there is no such workspace. */
    jobs(workspace: string): Promise<readonly Job[] | null> {
      const request = { operation: 'list jobs', workspace, method: 'GET', below: '/jobs' } as const;
      return allPages(MOST_PAGES, (query) =>
        send({ ...request, query }, ({ body }) => readJobs(body)).catch(ifMissing),
      );
    },

    compute(workspace: string, compute: string, isBrief = false): Promise<Compute | null> {
      const below = `/computes/${encodeURIComponent(compute)}`;
      const request = { operation: `look at compute ${compute}`, workspace, method: 'GET', below } as const;
      const policy = isBrief ? BRIEFLY : CALL_POLICY.usual;
      return send({ ...request, policy }, ({ body }) => readCompute(body)).catch(ifMissing);
    },

    /** Whether there is such a version of an environment of the workspace. */
    async hasEnvironment(workspace: string, name: string, version: string): Promise<boolean> {
      const below = `/environments/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
      const operation = `look at environment ${name}, version ${version}`;
      return (await send({ operation, workspace, method: 'GET', below }, () => true).catch(ifMissing)) ?? false;
    },

    endpoint(workspace: string, endpoint: string, signal?: AbortSignal): Promise<Endpoint | null> {
      const below = `/batchEndpoints/${encodeURIComponent(endpoint)}`;
      const request = { operation: `look at batch endpoint ${endpoint}`, workspace, method: 'GET', below } as const;
      return send({ ...request, signal }, ({ body }) => readEndpoint(body)).catch(ifMissing);
    },

    /**
     * Invokes a batch endpoint. Never repeats the call by itself.
     * @param scoringUri as the endpoint has it.
     * @returns the name of the job; null where the answer does not say it.
     */
    invoke(
      { scoringUri, endpoint, deployment }: { scoringUri: string; endpoint: string; deployment: string | null },
      body: object,
      signal?: AbortSignal,
    ): Promise<string | null> {
      return resourceManager(
        {
          method: 'POST',
          operation: `invoke batch endpoint ${endpoint}`,
          path: scoringUri,
          audience: ENDPOINTS,
          headers: deployment === null ? {} : { 'azureml-model-deployment': deployment },
          body,
          policy: CALL_POLICY.once,
          signal,
        },
        (answer) => readInvoked(answer.body),
      );
    },

    /** What the run history has of a job. @param historyUrl as the job says it. */
    details(historyUrl: string, workspace: string, job: string, signal?: AbortSignal): Promise<RunDetails> {
      const path = `${historyUrl}/history/v1.0${idOf(workspace)}/runs/${encodeURIComponent(job)}/details`;
      const operation = `read the run history of job ${job} (workspace ${workspace})`;
      return resourceManager({ method: 'GET', operation, path, signal }, ({ body }) => readDetails(body));
    },

    /** A file of the workspace's storage. @param address with a signature: nobody is told who asks. */
    file(address: string, job: string, signal?: AbortSignal): Promise<string> {
      const request = {
        method: 'GET',
        operation: `read the log of job ${job}`,
        path: address,
        audience: null,
      } as const;
      return resourceManager({ ...request, isFile: true, signal }, ({ body }) => String(body ?? ''));
    },
  };
}

/**
 * Only these codes say that it is absent; other 404s say that the subscription of it is. The last are the provider's own:
 * most of what is in a workspace Resource Manager does not know.
 */
const ifMissing = nullIf404([
  'ResourceNotFound',
  'ResourceGroupNotFound',
  'ParentResourceNotFound',
  'NotFound',
  'UserError',
]);
