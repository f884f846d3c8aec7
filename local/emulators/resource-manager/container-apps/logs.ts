// The Log Analytics workspace to which the environment of the jobs hands what containers write, by way of Resource
// Manager: https://learn.microsoft.com/azure/azure-monitor/logs/api/request-format

import { z } from 'zod';
import type { EmulatorAnswer, EmulatorCall } from '../../emulator.ts';
import type { Calls } from '../admission.ts';
import { ArmError } from '../arm-error.ts';
import type { Jobs } from './jobs.ts';

interface LogCall {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspace: string;
}

const PATH =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.OperationalInsights\/workspaces\/([^/]+)\/api\/query\/?$/i;

export const isOfLogs = (pathname: string): boolean => /\/providers\/Microsoft\.OperationalInsights\//i.test(pathname);

export const LOG_CALLS: Calls<LogCall> = {
  namespace: 'Microsoft.OperationalInsights',
  resourceType: 'workspaces',
  apiVersions: ['2017-01-01-preview', '2020-08-01'],
  read(method, pathname) {
    const [, subscriptionId = '', resourceGroup = '', workspace = ''] = PATH.exec(pathname) ?? [];
    if (workspace === '') return null;
    return method === 'POST' ? { subscriptionId, resourceGroup, workspace } : 'method';
  },
  // https://learn.microsoft.com/azure/role-based-access-control/permissions/monitor#microsoftoperationalinsights
  actionOf: () => 'Microsoft.OperationalInsights/workspaces/query/read',
  namesResource: () => true,
};

/** A duration, or where it begins and how long it is. */
const TIMESPAN = /^(\d{4}-\d\d-\d\dT[\d:.]+Z\/)?P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/;

const query = z.strictObject({ query: z.string(), timespan: z.string().regex(TIMESPAN).optional() });

/**
 * The queries that it understands: the lines of one execution, of whichever table has them. Their columns:
 * https://learn.microsoft.com/azure/container-apps/log-monitoring#console-logs
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/containerappconsolelogs
 */
const REST = String.raw`(?:\s*\|\s*(?:where|order by|top|project) [\w =,*()]+)*`;
const LINES = new RegExp(
  String.raw`^union isfuzzy=true \(ContainerAppConsoleLogs_CL \| where ContainerGroupName_s startswith '([a-z0-9-]+)'${REST}\), \(ContainerAppConsoleLogs \| where ContainerGroupName startswith '\1'${REST}\)${REST}$`,
);

/** What the containers of an execution have written. */
export function answerQuery(jobs: Jobs, { body }: EmulatorCall): EmulatorAnswer {
  const parsed = query.safeParse(JSON.parse(body.toString('utf8')));
  const [, execution] = LINES.exec(parsed.data?.query ?? '') ?? [];
  if (execution === undefined)
    throw new ArmError(
      400,
      'BadArgumentError',
      'The request had some invalid properties: the query is not understood.',
    );
  const lines = jobs.logOf(execution).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return {
    status: 200,
    body: {
      tables: [
        {
          name: 'PrimaryResult',
          columns: [{ name: 'Line', type: 'string' }],
          rows: lines.map((line) => [line]),
        },
      ],
    },
  };
}
