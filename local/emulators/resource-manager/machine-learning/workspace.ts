// A workspace: what a participant has made in it before the app comes, and the jobs of it.

import type { BatchDeployment, BatchEndpoint, ComputeResource, EnvironmentVersion } from '@azure/arm-machinelearning';
import { ArmError } from '../arm-error.ts';
import type { MlJob } from './job.ts';

export interface ClusterFixture {
  readonly name: string;
  /** Default `Standard_DS3_v2`. */
  readonly vmSize?: string;
  /** Default `Dedicated`. */
  readonly vmPriority?: 'Dedicated' | 'LowPriority';
  /** Default 1. */
  readonly maxNodes?: number;
  /** Whether it has a managed identity, with which jobs may be started; default true. */
  readonly hasIdentity?: boolean;
  /** Resource ids of its user-assigned identities, which it has in the place of the system-assigned one. */
  readonly identities?: readonly string[];
  /** What kept it from getting a node. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Of a compute instance, which is no cluster: whether it is switched on. */
  readonly instance?: 'Running' | 'Stopped';
}

export interface EnvironmentFixture {
  readonly name: string;
  readonly version: string;
  readonly image: string;
}

/** What the pipelines of `npm start` and of the tests declare: each input with the variable of their step. */
export const USUAL_INPUTS = {
  attempt_id: 'ATTEMPT_ID',
  trigger_id: 'TRIGGER_ID',
  round: 'NUMERAI_ROUND',
  models: 'NUMERAI_MODELS',
  is_test: 'NUMERAI_IS_TEST',
} as const;

/** A batch endpoint whose deployment is a pipeline of one step. */
export interface EndpointFixture {
  readonly name: string;
  readonly image: string;
  /** Default: `default`, which is the endpoint's default deployment. */
  readonly deployment?: string;
  readonly isDefault?: boolean;
  /** The inputs that it declares, each with the variable of its step that gets it. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Those of them that an invocation may leave out; default: all that the app gives but `attempt_id`. */
  readonly optional?: readonly string[];
  /** Where it is invoked, where that is not the emulator. */
  readonly scoringUri?: string;
  /** Further variables of its step. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether an invocation is answered with the job, with its id only, or with nothing that says its name; default the first. */
  readonly answers?: 'name' | 'id' | 'nothing';
}

export interface WorkspaceFixture {
  readonly name: string;
  readonly clusters?: readonly ClusterFixture[];
  readonly environments?: readonly EnvironmentFixture[];
  readonly endpoints?: readonly EndpointFixture[];
}

export class Workspace {
  readonly name: string;
  /** Its resource id. */
  readonly id: string;
  /** Oldest first. */
  jobs: MlJob[] = [];
  readonly clusters: ClusterFixture[];
  readonly environments: EnvironmentFixture[];
  readonly endpoints: EndpointFixture[];

  constructor({ name, clusters = [], environments = [], endpoints = [] }: WorkspaceFixture, id: string) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,32}$/.test(name)) throw new Error(`A workspace cannot have the name ${name}.`);
    this.name = name;
    this.id = id;
    this.clusters = [...clusters];
    this.environments = [...environments];
    this.endpoints = [...endpoints];
  }

  job(name: string): MlJob {
    return this.jobs.find((each) => each.name === name) ?? notFound(`Run ${name} was not found in ${this.name}.`);
  }

  cluster(name: string): ClusterFixture {
    const found = this.clusters.find((each) => same(each.name, name));
    if (found !== undefined) return found;
    throw new ArmError(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.MachineLearningServices/workspaces/${this.name}/computes/${name}' was not found.`,
    );
  }

  environment(name: string, version: string): EnvironmentFixture {
    const found = this.environments.find((each) => each.name === name && each.version === version);
    return found ?? notFound(`Environment ${name} with version ${version} was not found in ${this.name}.`);
  }

  endpoint(name: string): EndpointFixture {
    const found = this.endpoints.find((each) => same(each.name, name));
    return found ?? notFound(`Batch endpoint ${name} was not found in ${this.name}.`);
  }

  viewOfCluster(cluster: ClusterFixture): ComputeResource {
    const { name, vmSize = 'Standard_DS3_v2', vmPriority = 'Dedicated', maxNodes = 1, instance, error } = cluster;
    const { hasIdentity = true } = cluster;
    return {
      id: `${this.id}/computes/${name}`,
      name,
      type: 'Microsoft.MachineLearningServices/workspaces/computes',
      location: 'westeurope',
      ...(hasIdentity ? { identity: identityOf(cluster) } : {}),
      properties: {
        computeLocation: 'westeurope',
        provisioningState: 'Succeeded',
        ...(instance === undefined
          ? {
              computeType: 'AmlCompute',
              properties: {
                vmSize,
                vmPriority,
                scaleSettings: { maxNodeCount: maxNodes, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: 'PT120S' },
                allocationState: 'Steady',
                ...(error === undefined ? {} : { errors: [{ error }] }),
              },
            }
          : { computeType: 'ComputeInstance', properties: { vmSize, state: instance } }),
      },
    };
  }

  viewOfEnvironment({ name, version, image }: EnvironmentFixture): EnvironmentVersion {
    return {
      id: `${this.id}/environments/${name}/versions/${version}`,
      name: version,
      type: 'Microsoft.MachineLearningServices/workspaces/environments/versions',
      properties: { image, osType: 'Linux', isAnonymous: false, isArchived: false },
    };
  }

  viewOfDeployment({ name, deployment = 'default' }: EndpointFixture, asked: string): BatchDeployment {
    if (!same(asked, deployment)) return notFound(`Batch deployment ${asked} was not found in ${name}.`);
    return {
      id: `${this.id}/batchEndpoints/${name}/deployments/${deployment}`,
      name: deployment,
      type: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments',
      location: 'westeurope',
      properties: { provisioningState: 'Succeeded' },
    };
  }

  /** @param own where it is invoked here. */
  viewOfEndpoint(
    { name, deployment = 'default', isDefault = true, scoringUri }: EndpointFixture,
    own: string,
  ): BatchEndpoint {
    return {
      id: `${this.id}/batchEndpoints/${name}`,
      name,
      type: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints',
      location: 'westeurope',
      properties: {
        authMode: 'AADToken',
        provisioningState: 'Succeeded',
        scoringUri: scoringUri ?? own,
        ...(isDefault ? { defaults: { deploymentName: deployment } } : {}),
      },
    };
  }
}

function identityOf({ identities = [] }: ClusterFixture): NonNullable<ComputeResource['identity']> {
  if (identities.length === 0) return { type: 'SystemAssigned' };
  return { type: 'UserAssigned', userAssignedIdentities: Object.fromEntries(identities.map((id) => [id, {}])) };
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The provider's own words, whose code for much is `UserError`: Azure/azure-cli-extensions, its recordings of `az ml`. */
function notFound(message: string): never {
  throw new ArmError(404, 'UserError', message);
}
