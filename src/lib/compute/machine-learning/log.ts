// The log of a job: a file among the artifacts of the workspace, which the run history names. That of a pipeline is those of
// its steps.

import { AppError } from '../../util/errors.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { quote } from '../../util/quote.ts';
import { LOG_ELSEWHERE } from '../platform.ts';
import { isForbidden } from '../refusals.ts';
import { stepsOf } from './history.ts';
import type { Job } from './job.ts';
import { outcomeOf } from './observe.ts';
import type { Workspaces } from './resource-manager.ts';

/**
 * What the first process writes, by the common runtime and by the one before it; else how the image was built, which is all
 * that a job has whose image could not be; else what a pipeline itself has.
 * https://learn.microsoft.com/azure/machine-learning/how-to-log-view-metrics#view-and-download-log-files-for-a-job
 */
const NAMES: readonly RegExp[] = [
  /^user_logs\/std_log(_process_0+|_rank_0+|_0+)?\.txt$/,
  /^azureml-logs\/70_driver_log(_0)?\.txt$/,
  /^azureml-logs\/20_image_build_log\.txt$/,
  /^logs\/azureml\/executionlogs\.txt$/,
];

/** Of a pipeline of more steps it has the logs of the first, and says so. */
const MOST_STEPS = 10;

/** Null where there is none yet. @throws {AppError} `log-elsewhere`, where the app may not have it. */
export async function readLog(
  workspaces: Workspaces,
  workspace: string,
  job: Job,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { name, studioUrl } = job;
  const where = studioUrl ?? `https://ml.azure.com/runs/${name}?wsid=${workspaces.idOf(workspace)}`;
  try {
    return await readFiles(workspaces, workspace, job, where, signal);
  } catch (error) {
    if (!(error instanceof ExternalCallError) || error.failure !== 'refused') throw error;
    const what = `The workspace ${workspace} does not give the app the log: ${quote(error.message)}`;
    const remedy = isForbidden(error)
      ? ' Check the role of the app there, and what the firewall of its storage account lets in.'
      : '';
    throw new AppError(LOG_ELSEWHERE, `${what}${remedy} Look at the job: ${where}`, { cause: error });
  }
}

async function readFiles(
  workspaces: Workspaces,
  workspace: string,
  job: Job,
  where: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { historyUrl } = job;
  const found: { readonly title: string; readonly text: string }[] = [];
  const steps = await stepsOf(workspaces, workspace, job, signal);
  for (const step of steps.slice(0, MOST_STEPS)) {
    const text = await fileOf(workspaces, workspace, { name: step.name, historyUrl }, signal);
    if (text) found.push({ title: `[the app] Step ${step.title} (job ${step.name}, ${step.status}):\n`, text });
  }
  const left = steps.length - MOST_STEPS;
  if (left > 0)
    found.push({ title: `[the app] The logs of ${left} more steps are in the studio: ${where}\n`, text: '' });
  const [only, ...others] = found;
  if (only !== undefined)
    return others.length === 0 ? only.text : found.map(({ title, text }) => `${title}${withEnd(text)}`).join('');
  const text = await fileOf(workspaces, workspace, job, signal);
  if (text !== null || outcomeOf(job) === null) return text;
  return `[the app] The run history has no log of this job. Look there at the job, and at its steps if it has any: ${where}\n`;
}

/** The log of one job; null where it has none (yet). */
async function fileOf(
  workspaces: Workspaces,
  workspace: string,
  { name, historyUrl }: Pick<Job, 'name' | 'historyUrl'>,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (historyUrl === null) return null;
  const { logFiles } = await workspaces.details(historyUrl, workspace, name, signal);
  const paths = Object.keys(logFiles).sort();
  const path = NAMES.map((known) => paths.find((each) => known.test(each))).find((each) => each !== undefined);
  const address = path === undefined ? undefined : logFiles[path];
  // Its signature says who may read it: it is a secret, which goes nowhere in clear.
  return address?.startsWith('https://') ? workspaces.file(address, name, signal) : null;
}

const withEnd = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
