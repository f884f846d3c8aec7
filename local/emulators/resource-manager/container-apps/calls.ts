// Recognizes the calls on Container Apps jobs, and the permission that each needs.

import type { Calls } from '../admission.ts';

/** The supported calls, named as the operations of the OpenAPI document. */
export type JobCallKind = 'Jobs_Get' | 'Jobs_Start' | 'Jobs_StopExecution' | 'JobsExecutions_List' | 'JobExecution';

/**
 * The permission that each call needs, as listed by the resource provider:
 * https://learn.microsoft.com/azure/role-based-access-control/permissions/containers#microsoftapp
 */
export const ACTION_OF_JOB_CALL: Readonly<Record<JobCallKind, string>> = {
  Jobs_Get: 'Microsoft.App/jobs/read',
  Jobs_Start: 'Microsoft.App/jobs/start/action',
  Jobs_StopExecution: 'Microsoft.App/jobs/stop/execution/action',
  JobsExecutions_List: 'Microsoft.App/jobs/executions/read',
  JobExecution: 'Microsoft.App/jobs/execution/read',
};

export interface JobCall {
  readonly kind: JobCallKind;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly job: string;
  readonly execution: string;
}

const PATH =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.App\/jobs\/([^/]+)(?:\/(start)|\/executions(?:\/([^/]+)(?:\/(stop))?)?)?\/?$/i;

/** Whether a path is one of the provider at all. */
export const isOfContainerApps = (pathname: string): boolean => /\/providers\/Microsoft\.App\//i.test(pathname);

export const JOB_CALLS: Calls<JobCall> = {
  namespace: 'Microsoft.App',
  resourceType: 'jobs',
  // Stable versions that have jobs. Details of an execution come with 2026-01-01:
  // Azure/azure-rest-api-specs, specification/app/resource-manager/Microsoft.App/ContainerApps/stable.
  apiVersions: ['2023-05-01', '2024-03-01', '2025-01-01', '2025-07-01', '2026-01-01', '2026-07-01'],
  read(method, pathname) {
    const found = PATH.exec(pathname);
    if (found === null) return null;
    const [, subscriptionId = '', resourceGroup = '', job = '', start = '', execution = '', stop = ''] = found.map(
      (part) => decodeURIComponent(part ?? ''),
    );
    const [allowed, kind] = kindOf({ start, execution, stop, isList: /\/executions\/?$/i.test(pathname) });
    return method === allowed ? { kind, subscriptionId, resourceGroup, job, execution } : 'method';
  },
  actionOf: ({ kind }) => ACTION_OF_JOB_CALL[kind],
  namesResource: () => true,
};

function kindOf(path: {
  readonly start: string;
  readonly execution: string;
  readonly stop: string;
  readonly isList: boolean;
}): [method: string, kind: JobCallKind] {
  if (path.start !== '') return ['POST', 'Jobs_Start'];
  if (path.stop !== '') return ['POST', 'Jobs_StopExecution'];
  if (path.execution !== '') return ['GET', 'JobExecution'];
  return path.isList ? ['GET', 'JobsExecutions_List'] : ['GET', 'Jobs_Get'];
}
