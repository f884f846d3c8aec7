// The workspaces of Azure Machine Learning: what each call of Resource Manager's does, and how tests make and change what
// is in them.

import type { EmulatorAnswer, EmulatorCall } from '../../emulator.ts';
import type { Admitted } from '../admission.ts';
import { ArmError } from '../arm-error.ts';
import { pageOf } from '../page.ts';
import type { WorkspaceCall, WorkspaceCallKind } from './calls.ts';
import { checkName, parseCommandJob, specOf } from './command-job.ts';
import { parseInvocation } from './invocation.ts';
import { type JobContext, MlJob } from './job.ts';
import { Workspace, type WorkspaceFixture } from './workspace.ts';

/** A job that was taken. */
export interface MlStart {
  readonly workspace: string;
  readonly at: Date;
  readonly job: MlJob;
}

export interface WorkspacesOptions extends JobContext {
  readonly subscriptionId: string;
  /** Where a workspace is made. */
  readonly resourceGroup: string;
  readonly pageSize: number;
  /** Variables by which a command finds the identity of its compute. */
  readonly ofCompute: Readonly<Record<string, string>>;
  /** The emulator's own URL: of the run history, the endpoints and the files as well. */
  url(): string;
}

export class Workspaces {
  /** Every job of every workspace, oldest first. */
  readonly starts: MlStart[] = [];
  readonly #workspaces = new Map<string, Workspace>();
  readonly #options: WorkspacesOptions;

  constructor(options: WorkspacesOptions) {
    this.#options = options;
  }

  /** Makes a workspace, in the place of one of that name. */
  create(fixture: WorkspaceFixture): Workspace {
    const { subscriptionId, resourceGroup } = this.#options;
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${fixture.name}`;
    const workspace = new Workspace(fixture, id);
    this.#workspaces.set(id.toLowerCase(), workspace);
    return workspace;
  }

  /** By its name; undefined where there is none. */
  named(name: string): Workspace | undefined {
    return [...this.#workspaces.values()].find((each) => each.name === name);
  }

  /** Somebody deletes a workspace, and with it what it runs. */
  async delete(name: string): Promise<void> {
    const workspace = this.named(name);
    if (workspace === undefined) return;
    this.#workspaces.delete(workspace.id.toLowerCase());
    await Promise.all(workspace.jobs.map((job) => job.halt()));
  }

  /** Somebody deletes a job in the studio, and with it what it runs. */
  async remove(workspace: Workspace, job: MlJob): Promise<void> {
    workspace.jobs = workspace.jobs.filter((each) => each !== job);
    await job.halt();
  }

  async halt(): Promise<void> {
    await Promise.all(this.starts.map(({ job }) => job.halt()));
  }

  answer(admitted: Admitted<WorkspaceCall>, request: EmulatorCall): EmulatorAnswer {
    const workspace = this.find(admitted.call.resourceGroup, admitted.call.workspace);
    return this.#handlers[admitted.call.kind](workspace, admitted, request);
  }

  /** Throws as Resource Manager does where there is none. */
  find(resourceGroup: string, name: string): Workspace {
    const id = `/subscriptions/${this.#options.subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
    const found = this.#workspaces.get(id.toLowerCase());
    if (found !== undefined) return found;
    throw new ArmError(
      404,
      'ParentResourceNotFound',
      `Failed to perform 'read' on resource(s) of type 'workspaces', because the parent resource '${id}' could not be found.`,
    );
  }

  /** A batch endpoint makes a job of its own name for each invocation. */
  invoke(workspace: Workspace, endpointName: string, deployment: string | undefined, body: Buffer): EmulatorAnswer {
    const endpoint = workspace.endpoint(endpointName);
    const name = `batchjob-${String(this.starts.length + 1).padStart(12, '0')}`;
    const { properties, spec } = parseInvocation(name, body, endpoint, deployment);
    const job = this.#begin(workspace, new MlJob(name, properties, spec, this.#options));
    // The operation answers 200 or 201 with the job: azure-ai-ml, `_batch_job_endpoint_operations.py`.
    if (endpoint.answers === 'nothing') return { status: 202, body: {} };
    if (endpoint.answers === 'id') return { status: 201, body: { id: `${workspace.id}/jobs/${name}` } };
    return { status: 200, body: this.#viewOf(workspace, job) };
  }

  readonly #handlers: Readonly<
    Record<
      WorkspaceCallKind,
      (workspace: Workspace, admitted: Admitted<WorkspaceCall>, request: EmulatorCall) => EmulatorAnswer
    >
  > = {
    Jobs_Get: (workspace, { call }) => ({ status: 200, body: this.#viewOf(workspace, workspace.job(call.name)) }),
    Jobs_List: (workspace, { apiVersion }, request) => this.#list(workspace, apiVersion, request),
    Jobs_CreateOrUpdate: (workspace, { call }, { body }) => this.#put(workspace, call.name, body),
    Jobs_Cancel: (workspace, { call }) => {
      const job = workspace.job(call.name);
      // Of one that has ended this is not documented: as strict as it may be. Of one that is about to, it is reported:
      // https://github.com/Azure/azureml-assets/pull/2496.
      if (job.hasEnded || job.status === 'Finalizing')
        throw new ArmError(400, 'UserError', `Run ${call.name} is in the state ${job.status} and cannot be cancelled.`);
      job.cancel();
      return { status: 202, headers: { location: `${this.#options.url()}${workspace.id}/jobs/${call.name}` } };
    },
    Compute_Get: (workspace, { call }) => ({
      status: 200,
      body: workspace.viewOfCluster(workspace.cluster(call.name)),
    }),
    EnvironmentVersions_Get: (workspace, { call }) => ({
      status: 200,
      body: workspace.viewOfEnvironment(workspace.environment(call.name, call.version)),
    }),
    BatchEndpoints_Get: (workspace, { call }) => ({
      status: 200,
      body: workspace.viewOfEndpoint(
        workspace.endpoint(call.name),
        `${this.#options.url()}/endpoints${workspace.id}/${call.name}/jobs`,
      ),
    }),
    BatchDeployments_Get: (workspace, { call }) => ({
      status: 200,
      body: workspace.viewOfDeployment(workspace.endpoint(call.name), call.version),
    }),
  };

  /** "For update case, the Tags in the definition passed in will replace Tags in the existing job": the OpenAPI document. */
  #put(workspace: Workspace, name: string, body: Buffer): EmulatorAnswer {
    checkName(name);
    const properties = parseCommandJob(body);
    const spec = specOf(name, properties, workspace, this.#options.ofCompute);
    const known = workspace.jobs.find((each) => each.name === name);
    if (known === undefined) {
      const job = this.#begin(workspace, new MlJob(name, properties, spec, this.#options));
      return { status: 201, body: this.#viewOf(workspace, job) };
    }
    const withoutTags = ({ tags: _tags, ...rest }: object & { tags?: unknown }) => JSON.stringify(rest);
    if (withoutTags(known.properties) !== withoutTags(properties))
      throw new ArmError(
        400,
        'UserError',
        `A job with the name ${name} exists already, and only its tags can be changed.`,
      );
    known.properties = { ...known.properties, ...(properties.tags === undefined ? {} : { tags: properties.tags }) };
    return { status: 200, body: this.#viewOf(workspace, known) };
  }

  #begin(workspace: Workspace, job: MlJob): MlJob {
    workspace.jobs.push(job);
    this.starts.push({ workspace: workspace.name, at: this.#options.clock.now(), job });
    job.begin();
    return job;
  }

  /** Newest first. */
  #list(workspace: Workspace, apiVersion: string, request: EmulatorCall): EmulatorAnswer {
    const all = workspace.jobs.filter(({ isListed }) => isListed).toReversed();
    const { items, nextLink } = pageOf(all, request, {
      apiVersion,
      pageSize: this.#options.pageSize,
      url: this.#options.url(),
      parameter: '$skip',
    });
    return { status: 200, body: { value: items.map((job) => this.#viewOf(workspace, job)), nextLink } };
  }

  #viewOf(workspace: Workspace, job: MlJob): object {
    const host = new URL(this.#options.url()).host;
    return job.view(`${workspace.id}/jobs/${job.name}`, {
      Tracking: { jobServiceType: 'Tracking', endpoint: `azureml://${host}/mlflow/v1.0${workspace.id}?` },
      Studio: { jobServiceType: 'Studio', endpoint: `https://ml.azure.com/runs/${job.name}?wsid=${workspace.id}` },
    });
  }
}
