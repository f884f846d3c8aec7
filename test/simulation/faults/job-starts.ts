// Executions of Container Apps jobs, as the checker knows starts.

import type { JobStart } from '../../../local/emulators/resource-manager/container-apps/jobs.ts';
import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';

/** The start of an execution, as those of container groups are recorded: with its run and its attempt. */
export function startOfJob({ at, execution }: JobStart): StartRecord {
  const [runId = '', number = ''] = (execution.env.ATTEMPT_ID ?? '').split('-');
  return {
    group: `${execution.name}-a${number}`,
    location: 'westeurope',
    at,
    kind: 'start',
    image: execution.template.containers[0]?.image ?? '',
    env: execution.env,
    secureNames: [],
    tags: { 'numerai-run': runId },
    runningAt: execution.startTime,
    endedAt: execution.endTime,
    exitCode: execution.exitCode,
  };
}
