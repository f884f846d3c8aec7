// The calls on the Container Apps jobs of one resource group. None waits for what it asked for to be complete.

import * as z from 'zod/mini';
import { CALL_POLICY } from '../../azure/external-call.ts';
import {
  allPages,
  createResourceManager,
  isSameId,
  nullIf404,
  type ResourceAnswer,
  type ResourceManagerOptions,
  type ResourceRequest,
} from '../../azure/resource-manager.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { type Execution, readExecutions } from './execution.ts';
import { type Job, readJob, type Template } from './job.ts';
import { type Lines, linesOf, readLines } from './log.ts';

export interface JobsOptions extends ResourceManagerOptions {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/** All throw an ExternalCallError. */
export type Jobs = ReturnType<typeof createJobs>;

interface JobRequest extends Pick<ResourceRequest, 'method' | 'body' | 'policy' | 'signal'> {
  /** What is done to the job, for messages. */
  readonly verb: string;
  readonly job: string;
  /** The path below the job. */
  readonly below?: string;
  /** The rest of the query. */
  readonly query?: string;
}

/** Azure keeps about a hundred executions of a job, in an order that it does not document, on pages as large as it likes. */
const MOST_PAGES = 50;

const started = z.object({ id: z.optional(z.string()), name: z.string().check(z.minLength(1)) });
const identified = z.object({ id: z.optional(z.string()) });

/** Throws where an answer shows the id of something else than was asked for: it is no answer. */
function checkIsOf(id: string, shown: string | undefined): void {
  if (shown !== undefined && !isSameId(shown, id)) throw new Error('It is about something else.');
}

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
      return send({ verb: 'look at', job, method: 'GET', signal }, ({ body }) => {
        checkIsOf(idOf(job), identified.parse(body).id);
        return readJob(body);
      }).catch(ifMissing);
    },

    /**
     * Starts an execution. Never repeats the call by itself.
     * @returns its name; null where the start was accepted, and the answer (202) does not say it.
     */
    start(job: string, body: Template, signal?: AbortSignal): Promise<string | null> {
      const policy = CALL_POLICY.once;
      return send({ verb: 'start', job, method: 'POST', below: '/start', body, policy, signal }, (answer) => {
        if (answer.status !== 200) return null;
        const { id, name } = started.parse(answer.body);
        checkIsOf(`${idOf(job)}/executions/${name}`, id);
        return name;
      });
    },

    /** The executions of the job; null where there is no such job. */
    executions(job: string, signal?: AbortSignal): Promise<readonly Execution[] | null> {
      const request = { verb: 'list the executions of', job, method: 'GET', below: '/executions', signal } as const;
      return allPages(MOST_PAGES, (query) =>
        send({ ...request, query }, ({ body }) => readExecutions(body)).catch(ifMissing),
      );
    },

    /**
     * What the containers of an execution have written, as far as it has come to the Log Analytics workspace.
     * @param since nothing is older.
     */
    log(workspace: string, execution: string, since: string, signal?: AbortSignal): Promise<Lines> {
      const operation = `read the log of execution ${execution}`;
      const path = `${workspace}/api/query?api-version=2020-08-01`;
      const body = { query: linesOf(execution), timespan: `${since}/P4D` };
      return resourceManager({ method: 'POST', operation, path, body, signal }, (answer) => readLines(answer.body));
    },

    /** @returns whether that is accepted; false where there is no such execution. */
    stop(job: string, execution: string): Promise<boolean> {
      const below = `/executions/${encodeURIComponent(execution)}/stop`;
      return send({ verb: `stop execution ${execution} of`, job, method: 'POST', below }, () => true).catch(
        (error: unknown) => {
          // Of the job it is known that it is there: whatever Azure calls it, it is the execution that is not.
          if (error instanceof ExternalCallError && error.failure === 'refused' && error.status === 404) return false;
          throw error;
        },
      );
    },
  };
}

const ifMissing = nullIf404(['ResourceNotFound', 'ResourceGroupNotFound']);
