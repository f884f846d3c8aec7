// Whether what a job needs is in the workspace.

import type { Command, Endpoint as EndpointWork, MachineLearning } from '../../config/machine-learning-schema.ts';
import { quote } from '../../util/quote.ts';
import type { Platform } from '../platform.ts';
import { scoringUriOf, VAULT_IS_MISSING } from './failures.ts';
import { environmentIdOf } from './request.ts';
import type { Workspaces } from './resource-manager.ts';

type Found = Awaited<ReturnType<Platform['check']>>;

const HOW = 'docs/containers.md, "Azure Machine Learning", says how to create it.';

/** Asks for all of it. */
export async function checkWork(
  workspaces: Workspaces,
  { workspace, work, secrets }: MachineLearning,
  vaultUrl: string | undefined,
): Promise<Found> {
  if (work.kind === 'endpoint') return checkEndpoint(workspaces, workspace, work);
  const needsSecrets = Object.keys(secrets).length > 0;
  if (needsSecrets && vaultUrl === undefined) return { problem: VAULT_IS_MISSING.reason, remedy: HOW };
  return (
    (await checkCompute(workspaces, workspace, work, needsSecrets)) ??
    (await checkEnvironment(workspaces, workspace, work))
  );
}

/** What runs command jobs: https://learn.microsoft.com/azure/machine-learning/concept-compute-target */
const RUNS_JOBS: readonly string[] = ['AmlCompute', 'ComputeInstance', 'Kubernetes'];

/** The job goes on to wait: https://github.com/dotnet/machinelearning-modelbuilder/issues/546 */
const NO_NODE = /quota|CoreLimit|AllocationFailed|capacity/i;

async function checkCompute(
  workspaces: Workspaces,
  workspace: string,
  { compute: name, identity }: Command,
  needsSecrets: boolean,
): Promise<Found> {
  const compute = await workspaces.compute(workspace, name);
  if (compute === null) return { problem: `The workspace ${workspace} has no compute ${name}.`, remedy: HOW };
  const update = `az ml compute update --name ${name} --workspace-name ${workspace} --resource-group RESOURCE_GROUP`;
  if (compute.type !== null && !RUNS_JOBS.includes(compute.type))
    return {
      problem: `The compute ${name} of the workspace ${workspace} is of the type ${compute.type}, which runs no command jobs.`,
      remedy: HOW,
    };
  if (compute.state !== null && compute.state !== 'Succeeded')
    return {
      problem: `The compute ${name} of the workspace ${workspace} is in the state ${compute.state}: a job on it waits.`,
      remedy: 'Look at it in the studio.',
    };
  if (compute.type === 'ComputeInstance' && compute.power !== null && compute.power !== 'Running')
    return {
      problem: `The compute ${name} of the workspace ${workspace} is an instance in the state ${compute.power}: a job on it waits until somebody starts it.`,
      remedy: 'Use a cluster, which starts by itself.',
    };
  if (compute.maxNodes === 0)
    return {
      problem: `The cluster ${name} of the workspace ${workspace} may have no node: a job on it waits for ever.`,
      remedy: `${update} --max-instances 1`,
    };
  if (compute.trouble !== null && NO_NODE.test(compute.trouble))
    return {
      problem: `The cluster ${name} of the workspace ${workspace} got no node the last time: ${quote(compute.trouble)} A job on it waits in the queue until it gets one.`,
      remedy:
        'Ask Azure for more cores of that size in the region of the workspace, or use a cluster with another size of machine.',
    };
  if (needsSecrets && !compute.hasIdentity)
    return {
      problem: `The compute ${name} of the workspace ${workspace} has no managed identity, with which its jobs could read their secrets.`,
      remedy: `Give it the role Key Vault Secrets User on the vault, once it has one: ${update} --identity-type system_assigned`,
    };
  if (identity !== null && !compute.identities.includes(identity.toLowerCase()))
    return {
      problem: `The compute ${name} of the workspace ${workspace} does not have the identity that container.machineLearning.identity names.`,
      remedy: `Fix it, or add it to the compute: ${update} --identity-type user_assigned --user-assigned-identities ${identity}`,
    };
  return null;
}

async function checkEnvironment(workspaces: Workspaces, workspace: string, { environment }: Command): Promise<Found> {
  const id = environmentIdOf(workspaces.idOf(workspace), environment);
  // Registries are asked by the workspace alone.
  if (!id.startsWith('/') || (await workspaces.hasEnvironment(workspace, id))) return null;
  return { problem: `The workspace ${workspace} has no environment ${environment}.`, remedy: HOW };
}

async function checkEndpoint(
  workspaces: Workspaces,
  workspace: string,
  { endpoint, deployment }: EndpointWork,
): Promise<Found> {
  const found = await workspaces.endpoint(workspace, endpoint);
  const scoringUri = scoringUriOf(found, { workspace, endpoint, isTrusted: workspaces.isTrusted });
  if (typeof scoringUri !== 'string') return { problem: scoringUri.reason, remedy: HOW };
  const name = deployment ?? found?.defaultDeployment ?? null;
  if (name === null)
    return {
      problem: `The batch endpoint ${endpoint} of the workspace ${workspace} has no default deployment.`,
      remedy: `Name one as deployment in models.json, or: az ml batch-endpoint update --name ${endpoint} --workspace-name ${workspace} --resource-group RESOURCE_GROUP --set defaults.deployment_name=NAME`,
    };
  const state = await workspaces.deployment(workspace, endpoint, name);
  if (state === null)
    return {
      problem: `The batch endpoint ${endpoint} of the workspace ${workspace} has no deployment ${name}.`,
      remedy: HOW,
    };
  if (state === 'Succeeded' || state === 'Unknown') return null;
  return {
    problem: `The deployment ${name} of the batch endpoint ${endpoint} (workspace ${workspace}) is in the state ${state}.`,
    remedy: 'Look at it in the studio.',
  };
}
