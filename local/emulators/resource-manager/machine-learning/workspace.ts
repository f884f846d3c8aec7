// A workspace: what a participant has made in it before the app comes, and the jobs of it.

import type { BatchEndpoint, ComputeResource, EnvironmentVersion } from '@azure/arm-machinelearning';
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
}

export interface EnvironmentFixture {
  readonly name: string;
  readonly version: string;
  readonly image: string;
}

/** A batch endpoint whose deployment is a pipeline of one step. */
export interface EndpointFixture {
  readonly name: string;
  readonly image: string;
  /** Default: `default`, which is the endpoint's default deployment. */
  readonly deployment?: string;
  readonly isDefault?: boolean;
  /** The inputs that it declares, each with the variable of its step that gets it. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Further variables of its step. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether an invocation is answered with the job, or with nothing that says its name; default the first. */
  readonly answers?: 'name' | 'nothing';
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
    const { name, vmSize = 'Standard_DS3_v2', vmPriority = 'Dedicated', maxNodes = 1, hasIdentity = true } = cluster;
    return {
      id: `${this.id}/computes/${name}`,
      name,
      type: 'Microsoft.MachineLearningServices/workspaces/computes',
      location: 'westeurope',
      ...(hasIdentity ? { identity: { type: 'SystemAssigned' } } : {}),
      properties: {
        computeType: 'AmlCompute',
        computeLocation: 'westeurope',
        provisioningState: 'Succeeded',
        properties: {
          vmSize,
          vmPriority,
          scaleSettings: { maxNodeCount: maxNodes, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: 'PT120S' },
          allocationState: 'Steady',
        },
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

  /** @param scoringUri where it is invoked. */
  viewOfEndpoint(
    { name, deployment = 'default', isDefault = true }: EndpointFixture,
    scoringUri: string,
  ): BatchEndpoint {
    return {
      id: `${this.id}/batchEndpoints/${name}`,
      name,
      type: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints',
      location: 'westeurope',
      properties: {
        authMode: 'AADToken',
        provisioningState: 'Succeeded',
        scoringUri,
        ...(isDefault ? { defaults: { deploymentName: deployment } } : {}),
      },
    };
  }
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The provider's own words, whose code for much is `UserError`: Azure/azure-cli-extensions, its recordings of `az ml`. */
function notFound(message: string): never {
  throw new ArmError(404, 'UserError', message);
}
