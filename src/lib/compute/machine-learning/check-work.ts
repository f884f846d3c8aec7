// Whether what a job needs is in the workspace.

import type { Command, Endpoint as EndpointWork, MachineLearning } from '../../config/machine-learning-schema.ts';
import type { Platform } from '../platform.ts';
import { noEndpoint, VAULT_IS_MISSING } from './failures.ts';
import { splitEnvironment } from './request.ts';
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

async function checkCompute(
  workspaces: Workspaces,
  workspace: string,
  { compute: name }: Command,
  needsSecrets: boolean,
): Promise<Found> {
  const compute = await workspaces.compute(workspace, name);
  if (compute === null) return { problem: `The workspace ${workspace} has no compute ${name}.`, remedy: HOW };
  if (compute.state !== null && compute.state !== 'Succeeded')
    return {
      problem: `The compute ${name} of the workspace ${workspace} is in the state ${compute.state}: a job on it waits.`,
      remedy: 'Look at it in the studio.',
    };
  if (compute.maxNodes === 0)
    return {
      problem: `The cluster ${name} of the workspace ${workspace} may have no node: a job on it waits for ever.`,
      remedy: `az ml compute update --name ${name} --workspace-name ${workspace} --resource-group RESOURCE_GROUP --max-instances 1`,
    };
  if (needsSecrets && !compute.hasIdentity)
    return {
      problem: `The compute ${name} of the workspace ${workspace} has no managed identity, with which its jobs could read their secrets.`,
      remedy: `Give it the role Key Vault Secrets User on the vault, once it has one: az ml compute update --name ${name} --workspace-name ${workspace} --resource-group RESOURCE_GROUP --identity-type system_assigned`,
    };
  return null;
}

async function checkEnvironment(workspaces: Workspaces, workspace: string, { environment }: Command): Promise<Found> {
  const own = splitEnvironment(environment);
  if (own === null || (await workspaces.hasEnvironment(workspace, own.name, own.version))) return null;
  return { problem: `The workspace ${workspace} has no environment ${environment}.`, remedy: HOW };
}

async function checkEndpoint(
  workspaces: Workspaces,
  workspace: string,
  { endpoint, deployment }: EndpointWork,
): Promise<Found> {
  const found = await workspaces.endpoint(workspace, endpoint);
  if (found === null || found.scoringUri === null)
    return { problem: noEndpoint(workspace, endpoint, found).reason, remedy: HOW };
  if (deployment === null && found.defaultDeployment === null)
    return {
      problem: `The batch endpoint ${endpoint} of the workspace ${workspace} has no default deployment.`,
      remedy: `Name one as deployment in models.json, or: az ml batch-endpoint update --name ${endpoint} --workspace-name ${workspace} --resource-group RESOURCE_GROUP --set defaults.deployment_name=NAME`,
    };
  return null;
}
