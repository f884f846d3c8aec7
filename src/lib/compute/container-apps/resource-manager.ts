// The calls on the Container Apps jobs of one resource group. None waits for what it asked for to be complete.

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
import { text } from '../../runs/schema.ts';
import { type Execution, type Job, readExecutions, readJob, type Template } from './job.ts';

export interface JobsOptions extends ResourceManagerOptions {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/** All throw an ExternalCallError. */
export type Jobs = ReturnType<typeof createJobs>;

/** A line each. Older versions of the API begin names with capitals. */
const rows = z.array(z.tuple([z.nullable(z.string())]));
const table = z.object({ rows: z.optional(rows), Rows: z.optional(rows) });
const result = z.object({ tables: z.optional(z.array(table)), Tables: z.optional(z.array(table)) });

interface JobRequest extends Pick<ResourceRequest, 'method' | 'body' | 'policy' | 'signal'> {
  /** What is done to the job, for messages. */
  readonly verb: string;
  readonly job: string;
  /** The path below the job. */
  readonly below?: string;
  /** The rest of the query. */
  readonly query?: string;
}

/** Azure keeps about a hundred executions of a job: what is looked for is among the newest. */
const MOST_PAGES = 5;

/**
 * An environment writes to one of two tables, by how it hands its logs over: with a key of the workspace, or by way of Azure
 * Monitor, as that which the template makes.
 * https://learn.microsoft.com/azure/container-apps/log-options
 */
const linesOf = (execution: string): string =>
  `union isfuzzy=true (ContainerAppConsoleLogs_CL | where ContainerGroupName_s startswith '${execution}' | project At = unixtime_milliseconds_todatetime(_timestamp_d * 1000), Line = Log_s), (ContainerAppConsoleLogs | where ContainerGroupName startswith '${execution}' | project At = TimeGenerated, Line = Log) | top 20000 by At desc | order by At asc | project Line`;

const started = z.object({ name: text });

/** Makes the calls. */
export function createJobs(options: JobsOptions) {
  const resourceManager = createResourceManager(options);
  const parent = `/subscriptions/${options.subscriptionId}/resourceGroups/${encodeURIComponent(options.resourceGroup)}/providers/Microsoft.App/jobs`;

  function send<T>(
    { verb, job, below = '', query = '', ...request }: JobRequest,
    read: (answer: ResourceAnswer) => T,
  ): Promise<T> {
    const operation = `${verb} Container Apps job ${job}`;
    const path = `${idOf(job)}${below}?api-version=2026-07-01${query}`;
    return resourceManager({ ...request, operation, path }, read);
  }

  const idOf = (job: string): string => `${parent}/${encodeURIComponent(job)}`;

  return {
    /** Its resource id. */
    idOf,

    /** Null where there is no such job. */
    get(job: string, signal?: AbortSignal): Promise<Job | null> {
      return send({ verb: 'look at', job, method: 'GET', signal }, ({ body }) => readJob(body)).catch(ifMissing);
    },

    /** Starts an execution. Never repeats the call by itself. @returns its name; null where the answer does not say it. */
    start(job: string, body: Template, signal?: AbortSignal): Promise<string | null> {
      const policy = CALL_POLICY.once;
      return send(
        { verb: 'start', job, method: 'POST', below: '/start', body, policy, signal },
        (answer) => started.safeParse(answer.body).data?.name ?? null,
      );
    },

    /** The executions of the job; null where there is no such job. */
    executions(job: string): Promise<readonly Execution[] | null> {
      const request = { verb: 'list the executions of', job, method: 'GET', below: '/executions' } as const;
      return allPages(MOST_PAGES, (query) =>
        send({ ...request, query }, ({ body }) => readExecutions(body)).catch(ifMissing),
      );
    },

    /**
     * What the containers of an execution have written, as far as it has come to the Log Analytics workspace; at most
     * 20,000 lines.
     * @param since nothing is older.
     */
    log(workspace: string, execution: string, since: string, signal?: AbortSignal): Promise<string> {
      const body = {
        query: linesOf(execution.replace(/[^\w-]/g, '')),
        timespan: `${since}/P4D`,
      };
      const operation = `read the log of execution ${execution}`;
      const path = `${workspace}/api/query?api-version=2020-08-01`;
      return resourceManager({ method: 'POST', operation, path, body, signal }, (answer) => {
        const { tables, Tables = tables } = result.parse(answer.body);
        const [first] = Tables ?? [];
        return (first?.rows ?? first?.Rows ?? []).map(([line]) => `${line ?? ''}\n`).join('');
      });
    },

    /** Does nothing where there is no such execution. */
    async stop(job: string, execution: string): Promise<void> {
      const below = `/executions/${encodeURIComponent(execution)}/stop`;
      await send({ verb: `stop execution ${execution} of`, job, method: 'POST', below }, () => {}).catch(ifMissing);
    },
  };
}

const ifMissing = nullIf404(['ResourceNotFound', 'ResourceGroupNotFound', 'JobExecutionNotFound']);
