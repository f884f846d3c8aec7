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
  | 'BatchEndpoints_Get';

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
};

/** What the services beside Resource Manager ask for: the run history, and the endpoints. */
export const ACTION_OF_DATA_CALL = {
  details: 'Microsoft.MachineLearningServices/workspaces/experiments/runs/read',
  invoke: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write',
} as const;

export interface WorkspaceCall {
  readonly kind: WorkspaceCallKind;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspace: string;
  /** Of a job, a compute, an environment or an endpoint; empty for a list. */
  readonly name: string;
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
