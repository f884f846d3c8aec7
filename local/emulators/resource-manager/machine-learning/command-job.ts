// A job that is created: field by field as in the OpenAPI document of Microsoft.MachineLearningServices (CommandJob), and
// the rules that the workspace has for it.

import type { CommandJob } from '@azure/arm-machinelearning';
import { z } from 'zod';
import type { ContainerSpec } from '../../../containers/runtime.ts';
import { ArmError } from '../arm-error.ts';
import type { Workspace } from './workspace.ts';

const text = z.string().min(1);
/** "[a-zA-Z0-9_]", unanchored. */
const worded = z.string().regex(/[a-zA-Z0-9_]/);
const tags = z.record(text, z.string().nullable());
const identity = z.discriminatedUnion('identityType', [
  z.strictObject({
    identityType: z.literal('Managed'),
    clientId: text.optional(),
    objectId: text.optional(),
    resourceId: text.optional(),
  }),
  z.strictObject({ identityType: z.enum(['AMLToken', 'UserIdentity']) }),
]);
const jobSchema = z.strictObject({
  properties: z.strictObject({
    jobType: z.literal('Command'),
    command: worded,
    environmentId: worded,
    computeId: text.optional(),
    displayName: z.string().optional(),
    description: z.string().optional(),
    experimentName: z.string().optional(),
    environmentVariables: z.record(text, z.string()).optional(),
    identity: identity.optional(),
    tags: tags.optional(),
    isArchived: z.boolean().optional(),
    limits: z.strictObject({ jobLimitsType: z.literal('Command'), timeout: z.string().optional() }).optional(),
  }),
});

/** Throws what the provider answers to anything else. */
export function parseCommandJob(body: Buffer): CommandJob {
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch {
    throw invalid('The request body is no JSON.');
  }
  const parsed = jobSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  // The schema is stricter than the type, which allows undefined where a field is absent.
  return parsed.data.properties as CommandJob;
}

const invalid = (message: string) => new ArmError(400, 'ValidationError', `The request is invalid: ${message}`);

/** Names of jobs: letters, digits, `-` and `_`. https://learn.microsoft.com/azure/machine-learning/reference-yaml-job-command */
export function checkName(name: string): void {
  if (!/^[A-Za-z0-9][\w-]{0,254}$/.test(name)) throw invalid(`'${name}' is no name of a job.`);
}

/** What runs the job. Throws where something that it names is not in the workspace. */
export function specOf(
  name: string,
  { command, environmentId, computeId = '', environmentVariables = {}, experimentName, identity }: CommandJob,
  workspace: Workspace,
  ofCompute: Readonly<Record<string, string>>,
): ContainerSpec {
  if (experimentName !== undefined && !/^[A-Za-z0-9][\w-]{0,254}$/.test(experimentName))
    throw invalid(`'${experimentName}' is no name of an experiment.`);
  const cluster = workspace.clusters.find((each) => same(computeId, `${workspace.id}/computes/${each.name}`));
  if (cluster === undefined) throw user(`The specified compute '${computeId}' was not found in the workspace.`);
  const environment = workspace.environments.find((each) =>
    same(environmentId, `${workspace.id}/environments/${each.name}/versions/${each.version}`),
  );
  if (environment === undefined) throw user(`The environment '${environmentId}' was not found in the workspace.`);
  // https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication#compute-cluster
  const isManaged = identity?.identityType === 'Managed';
  if (isManaged && cluster.hasIdentity === false)
    throw user(`The compute '${cluster.name}' has no managed identity, and the job asks for one.`);
  const { resourceId } = { resourceId: undefined, ...identity };
  if (resourceId !== undefined && !(cluster.identities ?? []).some((each) => same(each, resourceId)))
    throw user(`The identity '${resourceId}' is not assigned to the compute '${cluster.name}'.`);
  const variables = Object.fromEntries(Object.entries(environmentVariables).map(([key, value]) => [key, value ?? '']));
  return {
    name,
    image: environment.image,
    command: process.platform === 'win32' ? ['cmd', '/c', command] : ['sh', '-c', command],
    // Only with a managed identity can the command get tokens by itself.
    env: { ...(isManaged ? ofCompute : {}), ...variables },
    cpu: 4,
    memoryGB: 14,
  };
}

const user = (message: string) => new ArmError(400, 'UserError', message);
const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
