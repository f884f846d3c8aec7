// What the run history of a workspace tells of a job: another service than Resource Manager, which may be silent while
// that answers.

import { ExternalCallError } from '../../util/external-call.ts';
import type { Job, RunDetails, Step } from './job.ts';
import { outcomeOf } from './observe.ts';
import type { Workspaces } from './resource-manager.ts';

/** Null where it does not answer: then what the job itself says counts. */
export async function detailsOf(workspaces: Workspaces, workspace: string, job: Job): Promise<RunDetails | null> {
  const { name, historyUrl } = job;
  if (historyUrl === null) return null;
  try {
    const details = await workspaces.details(historyUrl, workspace, name);
    if (job.isPipeline !== true || outcomeOf(job) !== 'failed') return details;
    // "Pipeline has some failed steps": why is said by the step.
    const failed = (await stepsOf(workspaces, workspace, job)).find(({ status }) => status === 'Failed');
    const words = failed === undefined ? '' : (await workspaces.details(historyUrl, workspace, failed.name)).words;
    return words === '' ? details : { ...details, words };
  } catch (error) {
    if (error instanceof ExternalCallError) return null;
    throw error;
  }
}

/** The steps of a job; none where the run history does not show them. */
export async function stepsOf(
  workspaces: Workspaces,
  workspace: string,
  { name, historyUrl, isPipeline }: Job,
  signal?: AbortSignal,
): Promise<readonly Step[]> {
  if (historyUrl === null || isPipeline !== true) return [];
  return workspaces.steps(historyUrl, workspace, name, signal).catch((error: unknown) => {
    if (error instanceof ExternalCallError && error.failure === 'refused') return [];
    throw error;
  });
}
