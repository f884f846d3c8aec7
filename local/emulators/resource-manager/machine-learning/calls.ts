// Recognizes the calls on Machine Learning workspaces, and the permission that each needs.

import type { Calls } from '../admission.ts';

/** The supported calls, named as the operations of the OpenAPI document. */
export type WorkspaceCallKind =
  | 'Jobs_Get'
  | 'Jobs_List'
  | 'Jobs_CreateOrUpdate'
  | 'Jobs_Cancel'
  | 'Compute_Get'
  | 'EnvironmentVersions_Get'
  | 'BatchEndpoints_Get'
  | 'BatchDeployments_Get';

/**
 * The permission that each call needs: the type of the resource, as Resource Manager takes it from the path, and
 * https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning#microsoftmachinelearningservices
 */
export const ACTION_OF_WORKSPACE_CALL: Readonly<Record<WorkspaceCallKind, string>> = {
  Jobs_Get: 'Microsoft.MachineLearningServices/workspaces/jobs/read',
  Jobs_List: 'Microsoft.MachineLearningServices/workspaces/jobs/read',
  Jobs_CreateOrUpdate: 'Microsoft.MachineLearningServices/workspaces/jobs/write',
  Jobs_Cancel: 'Microsoft.MachineLearningServices/workspaces/jobs/cancel/action',
  Compute_Get: 'Microsoft.MachineLearningServices/workspaces/computes/read',
  EnvironmentVersions_Get: 'Microsoft.MachineLearningServices/workspaces/environments/versions/read',
  BatchEndpoints_Get: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints/read',
  BatchDeployments_Get: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments/read',
};

/**
 * What the services beside Resource Manager ask for: the run history, and the endpoints. Of what
 * https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-batch-endpoint lists for an invocation, these two are
 * about the invocation itself; the rest is what the job does with its datastores.
 */
export const ACTIONS_OF_DATA_CALL = {
  history: ['Microsoft.MachineLearningServices/workspaces/experiments/runs/read'],
  invoke: [
    'Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write',
    'Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments/jobs/write',
  ],
} as const satisfies Record<string, readonly string[]>;

export interface WorkspaceCall {
  readonly kind: WorkspaceCallKind;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspace: string;
  /** Of a job, a compute, an environment or an endpoint; empty for a list. */
  readonly name: string;
  /** Version of an environment, or deployment of an endpoint. */
  readonly version: string;
}

const WORKSPACE =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.MachineLearningServices\/workspaces\/([^/]+)\/(.*?)\/?$/i;

interface Route {
  readonly below: RegExp;
  readonly kinds: Readonly<Record<string, WorkspaceCallKind>>;
}

const ROUTES: readonly Route[] = [
  { below: /^jobs$/i, kinds: { GET: 'Jobs_List' } },
  { below: /^jobs\/([^/]+)$/i, kinds: { GET: 'Jobs_Get', PUT: 'Jobs_CreateOrUpdate' } },
  { below: /^jobs\/([^/]+)\/cancel$/i, kinds: { POST: 'Jobs_Cancel' } },
  { below: /^computes\/([^/]+)$/i, kinds: { GET: 'Compute_Get' } },
  { below: /^environments\/([^/]+)\/versions\/([^/]+)$/i, kinds: { GET: 'EnvironmentVersions_Get' } },
  { below: /^batchEndpoints\/([^/]+)$/i, kinds: { GET: 'BatchEndpoints_Get' } },
  { below: /^batchEndpoints\/([^/]+)\/deployments\/([^/]+)$/i, kinds: { GET: 'BatchDeployments_Get' } },
];

/** Whether a path is one of the provider at all. */
export const isOfMachineLearning = (pathname: string): boolean =>
  /^\/subscriptions\/.*\/providers\/Microsoft\.MachineLearningServices\//i.test(pathname);

export const WORKSPACE_CALLS: Calls<WorkspaceCall> = {
  namespace: 'Microsoft.MachineLearningServices',
  resourceType: 'workspaces/jobs',
  // Stable versions that have jobs and batch endpoints: Azure/azure-rest-api-specs,
  // specification/machinelearningservices/resource-manager/Microsoft.MachineLearningServices/stable.
  apiVersions: [
    '2022-05-01',
    '2022-10-01',
    '2023-04-01',
    '2023-10-01',
    '2024-04-01',
    '2024-10-01',
    '2025-04-01',
    '2025-06-01',
    '2025-09-01',
  ],
  read(method, pathname) {
    const parts = WORKSPACE.exec(pathname)
      ?.slice(1)
      .map((part) => decodeURIComponent(part));
    if (parts === undefined) return null;
    const [subscriptionId = '', resourceGroup = '', workspace = '', below = ''] = parts;
    for (const route of ROUTES) {
      const found = route.below.exec(below);
      if (found === null) continue;
      const kind = route.kinds[method];
      if (kind === undefined) return 'method';
      return { kind, subscriptionId, resourceGroup, workspace, name: found[1] ?? '', version: found[2] ?? '' };
    }
    return null;
  },
  actionOf: ({ kind }) => ACTION_OF_WORKSPACE_CALL[kind],
  namesResource: ({ name }) => name !== '',
};
