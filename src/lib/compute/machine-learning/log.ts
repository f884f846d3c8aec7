// The log of a job: a file among the artifacts of the workspace, which the run history names.

import type { Job } from './job.ts';
import { outcomeOf } from './observe.ts';
import type { Workspaces } from './resource-manager.ts';

/**
 * What the first process writes, by the common runtime and by the one before it; and what is all that a pipeline itself has.
 * https://learn.microsoft.com/azure/machine-learning/how-to-log-view-metrics#view-and-download-log-files-for-a-job
 */
const NAMES: readonly RegExp[] = [
  /^user_logs\/std_log(_process_0+|_rank_0+|_0+)?\.txt$/,
  /^azureml-logs\/70_driver_log(_0)?\.txt$/,
  /^logs\/azureml\/executionlogs\.txt$/,
];

/** Null where there is none yet. */
export async function readLog(
  workspaces: Workspaces,
  workspace: string,
  job: Job,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { name, historyUrl, studioUrl } = job;
  if (historyUrl === null) return null;
  const { logFiles } = await workspaces.details(historyUrl, workspace, name, signal);
  const paths = Object.keys(logFiles).sort();
  const path = NAMES.map((known) => paths.find((each) => known.test(each))).find((each) => each !== undefined);
  const address = path === undefined ? undefined : logFiles[path];
  if (address !== undefined) return workspaces.file(address, name, signal);
  if (outcomeOf(job) === null) return null;
  const where = studioUrl ?? `https://ml.azure.com/runs/${name}?wsid=${workspaces.idOf(workspace)}`;
  return `[the app] The job has no log of its own. Look there for those of its steps: ${where}\n`;
}
