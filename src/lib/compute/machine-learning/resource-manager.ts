// The calls on the Machine Learning workspaces of one resource group. None waits for what it asked for to be complete.

import * as z from 'zod/mini';
import { CALL_POLICY } from '../../azure/external-call.ts';
import {
  allPages,
  createResourceManager,
  nullIf404,
  type ResourceAnswer,
  type ResourceManagerOptions,
  type ResourceRequest,
} from '../../azure/resource-manager.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { audienceOfEndpoint, mayHaveToken } from './hosts.ts';
import {
  type Compute,
  type Endpoint,
  type Job,
  type RunDetails,
  readCompute,
  readDeployment,
  readDetails,
  readEndpoint,
  readInvoked,
  readJob,
  readJobs,
  readSteps,
  type Step,
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
  /** The path below the workspace, or a whole id of something. */
  readonly below: string;
  /** The rest of the query. */
  readonly query?: string;
}

/** Of jobs, newest first. */
const MOST_PAGES = 20;
/** Nobody waits for what a node is: without it, an attempt has no price. */
const BRIEFLY = { attemptMs: 5_000, totalMs: 5_000, attempts: 1 } as const;

/** Makes the calls. */
export function createWorkspaces(options: WorkspacesOptions) {
  const resourceManager = createResourceManager(options);
  const parent = `/subscriptions/${options.subscriptionId}/resourceGroups/${encodeURIComponent(options.resourceGroup)}/providers/Microsoft.MachineLearningServices/workspaces`;
  const idOf = (workspace: string): string => `${parent}/${encodeURIComponent(workspace)}`;

  function send<T>(
    { operation, workspace, below, query = '', ...request }: WorkspaceRequest,
    read: (answer: ResourceAnswer) => T,
  ): Promise<T> {
    const id = /^\/subscriptions\//i.test(below) ? below : `${idOf(workspace)}${below}`;
    const path = `${id}?api-version=2025-09-01${query}`;
    return resourceManager({ ...request, operation: `${operation} (workspace ${workspace})`, path }, read);
  }

  const jobPath = (job: string) => `/jobs/${encodeURIComponent(job)}`;
  const isTrusted = (address: string) => mayHaveToken(address, options.url);
  /** A history elsewhere is none. */
  const withTrusted = (job: Job): Job => ({
    ...job,
    historyUrl: job.historyUrl !== null && isTrusted(job.historyUrl) ? job.historyUrl : null,
  });

  /** A path of the run history of a job: azure-ai-ml, `_restclient/runhistory/operations/_runs_operations.py`. */
  function readHistory<T>(
    { historyUrl, workspace, job, what, signal }: HistoryRequest,
    read: (answer: unknown) => T,
  ): Promise<T> {
    const path = `${historyUrl}/history/v1.0${idOf(workspace)}/runs/${encodeURIComponent(job)}/${what}`;
    const operation = `read the run history of job ${job} (workspace ${workspace})`;
    return resourceManager({ method: 'GET', operation, path, signal }, ({ body }) => read(body));
  }

  return {
    /** Its resource id. */
    idOf,
    /** Whether a token may go to an address that an answer named. */
    isTrusted,

    job(workspace: string, job: string): Promise<Job | null> {
      const request = { operation: `look at job ${job}`, workspace, method: 'GET', below: jobPath(job) } as const;
      return send(request, ({ body }) => withTrusted(readJobNamed(job, body))).catch(ifMissing);
    },

    /**
     * Creates a job, which runs it. Never repeats the call by itself. One of that name, which is there already, is not run
     * a second time.
     */
    create(workspace: string, job: string, body: object, signal?: AbortSignal): Promise<void> {
      const { once: policy } = CALL_POLICY;
      const request = { operation: `create job ${job}`, workspace, method: 'PUT', below: jobPath(job) } as const;
      return send({ ...request, body, policy, signal }, (answer) => {
        readJobNamed(job, answer.body);
      });
    },

    /** Does nothing where there is no such job. */
    async cancel(workspace: string, job: string): Promise<void> {
      const below = `${jobPath(job)}/cancel`;
      await send({ operation: `cancel job ${job}`, workspace, method: 'POST', below }, () => {}).catch(ifMissing);
    },

    /**
     * The jobs since then, newest first, archived ones left out; null where there is no such workspace. One that cannot be
     * read, or does not say when it was created, ends nothing.
     */
    jobs(workspace: string, since: Date): Promise<readonly Job[] | null> {
      const request = { operation: 'list jobs', workspace, method: 'GET', below: '/jobs' } as const;
      const isOlder = ({ createdAt }: Job) => createdAt !== null && createdAt < since;
      return allPages(
        MOST_PAGES,
        (query) => send({ ...request, query }, ({ body }) => readJobs(body)).catch(ifMissing),
        (page) => page.length > 0 && page.every(isOlder),
      ).then((found) => found?.map(withTrusted) ?? null);
    },

    compute(workspace: string, compute: string, isBrief = false): Promise<Compute | null> {
      const below = compute.startsWith('/') ? compute : `/computes/${encodeURIComponent(compute)}`;
      const request = { operation: `look at compute ${compute}`, workspace, method: 'GET', below } as const;
      const policy = isBrief ? BRIEFLY : CALL_POLICY.usual;
      return send({ ...request, policy }, ({ body }) => readCompute(body)).catch(ifMissing);
    },

    /** Whether there is such a version of an environment. @param id of the version. */
    async hasEnvironment(workspace: string, id: string): Promise<boolean> {
      const operation = `look at environment ${id.split('/').slice(-3).join('/')}`;
      const read = ({ body }: ResourceAnswer) => described.safeParse(body).success || notIt();
      return (await send({ operation, workspace, method: 'GET', below: id }, read).catch(ifMissing)) ?? false;
    },

    endpoint(workspace: string, endpoint: string, signal?: AbortSignal): Promise<Endpoint | null> {
      const below = `/batchEndpoints/${encodeURIComponent(endpoint)}`;
      const request = { operation: `look at batch endpoint ${endpoint}`, workspace, method: 'GET', below } as const;
      return send({ ...request, signal }, ({ body }) => readEndpoint(body)).catch(ifMissing);
    },

    /** The state of a deployment of a batch endpoint, `Unknown` where it has none. */
    deployment(workspace: string, endpoint: string, deployment: string): Promise<string | null> {
      const below = `/batchEndpoints/${encodeURIComponent(endpoint)}/deployments/${encodeURIComponent(deployment)}`;
      const operation = `look at deployment ${deployment} of batch endpoint ${endpoint}`;
      const request = { operation, workspace, method: 'GET', below } as const;
      return send(request, ({ body }) => readDeployment(body) ?? 'Unknown').catch(ifMissing);
    },

    /**
     * Invokes a batch endpoint. Never repeats the call by itself.
     * @param scoringUri as the endpoint has it, and is trusted.
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
          audience: audienceOfEndpoint(scoringUri),
          headers: deployment === null ? {} : { 'azureml-model-deployment': deployment },
          body,
          policy: CALL_POLICY.once,
          signal,
        },
        readInvoked,
      );
    },

    /** What the run history has of a job. @param historyUrl as the job says it. */
    details(historyUrl: string, workspace: string, job: string, signal?: AbortSignal): Promise<RunDetails> {
      return readHistory({ historyUrl, workspace, job, what: 'details', signal }, readDetails);
    },

    /** The steps of a pipeline. */
    steps(historyUrl: string, workspace: string, job: string, signal?: AbortSignal): Promise<readonly Step[]> {
      return readHistory({ historyUrl, workspace, job, what: 'children', signal }, readSteps);
    },

    /** A file of the workspace's storage; null where it is not there (yet). @param address with a signature: nobody is told who asks. */
    file(address: string, job: string, signal?: AbortSignal): Promise<string | null> {
      const request = {
        method: 'GET',
        operation: `read the log of job ${job}`,
        path: address,
        audience: null,
      } as const;
      return resourceManager({ ...request, isFile: true, signal }, ({ body }) => String(body ?? '')).catch(ifNoFile);
    },
  };
}

interface HistoryRequest {
  readonly historyUrl: string;
  readonly workspace: string;
  readonly job: string;
  readonly what: 'details' | 'children';
  readonly signal: AbortSignal | undefined;
}

/** Whatever is in a workspace has them. */
const described = z.object({ properties: z.object({}) });

/** What is about something else than was asked for is no answer. */
function notIt(): never {
  throw new Error('It is about something else.');
}

function readJobNamed(name: string, body: unknown): Job {
  const job = readJob(body);
  return job.name.toLowerCase() === name.toLowerCase() ? job : notIt();
}

/** Of storage: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
const ifNoFile = nullIf404(['BlobNotFound', 'ContainerNotFound', 'ResourceNotFound']);

/** Resource Manager's, about something else than what was asked for. */
const OF_ELSE = /Subscription|InvalidResource(Type|Namespace)|NoRegisteredProvider/;

/**
 * Most of what is in a workspace Resource Manager does not know: a 404 about it is the provider's own, whose codes are not
 * documented (`UserError`, `NotFound` and others are seen).
 */
function ifMissing(error: unknown): null {
  const isAbsent = error instanceof ExternalCallError && error.status === 404 && error.failure === 'refused';
  if (isAbsent && !OF_ELSE.test(error.serviceCode ?? '')) return null;
  throw error;
}
