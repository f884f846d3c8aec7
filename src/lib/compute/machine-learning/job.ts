// Jobs, clusters and endpoints of Azure Machine Learning as Azure shows them: api-version 2025-09-01 of
// Microsoft.MachineLearningServices, and the run history of the workspace, which knows times, errors and logs.

import * as z from 'zod/mini';
import type { ResourceAnswer } from '../../azure/resource-manager.ts';
import { optional, text } from '../../runs/schema.ts';
import { type Page, readPage, regionOf } from '../answers.ts';

/** One that does not fit hides no other. */
const record = <T extends z.ZodMiniType>(value: T) => z.catch(z.record(z.string(), optional(value)), {});
const service = z.object({ endpoint: text });
const input = z.object({ jobInputType: text, value: text });

const jobSchema = z.object({
  name: z.string(),
  properties: z.object({
    jobType: text,
    status: text,
    services: record(service),
    inputs: record(input),
  }),
  systemData: optional(z.object({ createdAt: optional(z.coerce.date()) })),
});

/** A job. */
export interface Job {
  readonly name: string;
  readonly status: string;
  /** Whether it has steps, each of which is a job of its own; null where that is not said. */
  readonly isPipeline: boolean | null;
  readonly createdAt: Date | null;
  /** Its literal inputs, by their names. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Where the run history of its region is; null while that is not said. */
  readonly historyUrl: string | null;
  /** Its page in the studio. */
  readonly studioUrl: string | null;
}

/** Throws where the answer describes no job. */
export function readJob(answer: unknown): Job {
  return jobOf(jobSchema.parse(answer));
}

/** A page of jobs: one that cannot be read does not hide the others. */
export function readJobs(answer: unknown): Page<Job> {
  return readPage(answer, z.pipe(jobSchema, z.transform(jobOf)));
}

function jobOf({ name, properties, systemData }: z.infer<typeof jobSchema>): Job {
  const { jobType, status, services, inputs } = properties;
  const literals = Object.entries(inputs).flatMap(([key, given]) =>
    given?.jobInputType?.toLowerCase() === 'literal' && given.value !== null ? [[key, given.value] as const] : [],
  );
  return {
    name,
    status: status ?? 'Unknown',
    isPipeline: jobType === null ? null : jobType === 'Pipeline',
    createdAt: systemData?.createdAt ?? null,
    inputs: Object.fromEntries(literals),
    historyUrl: originOf(services.Tracking?.endpoint ?? null),
    studioUrl: services.Studio?.endpoint ?? null,
  };
}

/** `azureml://westeurope.api.azureml.ms/mlflow/v1.0/…`, as MLflow is given it. */
function originOf(endpoint: string | null): string | null {
  const host = /^(?:azureml|https):\/\/([^/?#@]+)\//.exec(endpoint ?? '')?.[1];
  return host === undefined ? null : `https://${host}`;
}

const problem = optional(
  z.object({
    error: optional(z.object({ code: text, message: text, innerError: optional(z.object({ code: text })) })),
  }),
);
const detailsSchema = z.object({
  runId: text,
  status: text,
  startTimeUtc: optional(z.coerce.date()),
  endTimeUtc: optional(z.coerce.date()),
  error: problem,
  logFiles: record(z.string()),
});

/** What the run history has of a job. */
export interface RunDetails {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** All that it says of its trouble. */
  readonly words: string;
  /** Addresses of its logs, each with a signature, by their paths. */
  readonly logFiles: Readonly<Record<string, string>>;
}

/** Throws where the answer is none of a run: it has not one of the fields. */
export function readDetails(answer: unknown): RunDetails {
  if (!Object.keys(detailsSchema.shape).some((field) => Object.hasOwn(Object(answer), field)))
    throw new Error('The answer describes no run.');
  const { startTimeUtc, endTimeUtc, error, logFiles } = detailsSchema.parse(answer);
  const said = error?.error;
  return {
    startedAt: startTimeUtc?.toISOString() ?? null,
    endedAt: endTimeUtc?.toISOString() ?? null,
    words: [said?.innerError?.code, said?.message].filter((each) => each).join(': '),
    logFiles: Object.fromEntries(
      Object.entries(logFiles).flatMap(([path, address]) => (address === null ? [] : [[path, address] as const])),
    ),
  };
}

const childrenSchema = z.object({
  value: z.array(z.unknown()),
});
const child = z.object({ runId: z.string(), displayName: text, status: text, startTimeUtc: text });

/** A step of a pipeline. */
export interface Step {
  /** The name of its job. */
  readonly name: string;
  /** What people have called it. */
  readonly title: string;
  readonly status: string;
}

/** The steps in the order in which they were started. Throws where the answer is no list. */
export function readSteps(answer: unknown): readonly Step[] {
  const { value } = childrenSchema.parse(answer);
  return value
    .flatMap((each) => child.safeParse(each).data ?? [])
    .sort((a, b) => (a.startTimeUtc ?? '9').localeCompare(b.startTimeUtc ?? '9'))
    .map(({ runId, displayName, status }) => ({
      name: runId,
      title: displayName ?? runId,
      status: status ?? 'Unknown',
    }));
}

const computeSchema = z.object({
  location: text,
  identity: optional(z.object({ type: text, userAssignedIdentities: record(z.unknown()) })),
  properties: z.object({
    computeType: text,
    provisioningState: text,
    properties: optional(
      z.object({
        vmSize: text,
        vmPriority: text,
        state: text,
        scaleSettings: optional(z.object({ maxNodeCount: optional(z.number()) })),
        errors: optional(z.array(z.unknown())),
      }),
    ),
  }),
});

const ofNode = z.object({ error: z.object({ code: text, message: text }) });

function wordsOf(given: unknown): string {
  const { code = null, message = null } = ofNode.safeParse(given).data?.error ?? {};
  return [code, message].filter((each) => each).join(': ');
}

/** Throws where the answer describes no compute. */
export function readCompute(answer: unknown) {
  const { location, identity, properties } = computeSchema.parse(answer);
  const { vmSize = null, vmPriority = null, state: power = null, scaleSettings, errors } = properties.properties ?? {};
  return {
    location: regionOf(location),
    type: properties.computeType,
    state: properties.provisioningState,
    /** Of a compute instance: whether it is switched on. */
    power,
    hasIdentity: identity !== null && identity.type !== null && identity.type !== 'None',
    /** Resource ids of its user-assigned identities, in lower case. */
    identities: Object.keys(identity?.userAssignedIdentities ?? {}).map((id) => id.toLowerCase()),
    vmSize,
    isLowPriority: vmPriority?.toLowerCase() === 'lowpriority',
    maxNodes: scaleSettings?.maxNodeCount ?? null,
    /** What kept it from getting a node the last time, in Azure's words; null where nothing did. */
    trouble: errors?.map(wordsOf).find((words) => words !== '') ?? null,
  };
}
export type Compute = Readonly<ReturnType<typeof readCompute>>;

const endpointSchema = z.object({
  location: text,
  properties: z.object({
    scoringUri: text,
    provisioningState: text,
    defaults: optional(z.object({ deploymentName: text })),
  }),
});

/** Throws where the answer describes no batch endpoint. */
export function readEndpoint(answer: unknown) {
  const { location, properties } = endpointSchema.parse(answer);
  return {
    location: regionOf(location),
    scoringUri: properties.scoringUri,
    state: properties.provisioningState,
    defaultDeployment: properties.defaults?.deploymentName ?? null,
  };
}
export type Endpoint = Readonly<ReturnType<typeof readEndpoint>>;

const deploymentSchema = z.object({ properties: z.object({ provisioningState: text }) });

/** The state of a deployment. Throws where the answer describes none. */
export const readDeployment = (answer: unknown): string | null =>
  deploymentSchema.parse(answer).properties.provisioningState;

/**
 * The name of the job that an invocation has made, which is answered in Resource Manager's form; null where it is only accepted.
 * Throws where the answer names none.
 */
export function readInvoked({ status, body }: ResourceAnswer): string | null {
  if (status === 202 || status === 204) return null;
  const { name, id } = z.object({ name: text, id: text }).parse(body);
  const named = id === null ? name : /\/jobs\/([^/?]+)$/i.exec(id)?.[1];
  if (!named) throw new Error('The answer names no job.');
  return named;
}
