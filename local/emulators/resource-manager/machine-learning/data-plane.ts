// What is not Resource Manager's: the run history of a region, the batch endpoints, and the files of a workspace's storage.
// In Azure each has a host of its own; here all have that of Resource Manager.

import { createHmac } from 'node:crypto';
import type { EmulatorAnswer, EmulatorCall } from '../../emulator.ts';
import type { TokenAuthority } from '../../tokens.ts';
import { allows } from '../admission.ts';
import { ArmError } from '../arm-error.ts';
import type { Scope } from '../scope.ts';
import { ACTIONS_OF_DATA_CALL } from './calls.ts';
import type { MlJob } from './job.ts';
import type { Workspace } from './workspace.ts';
import type { Workspaces } from './workspaces.ts';

const OF_WORKSPACE =
  '/subscriptions/[^/]+/resourceGroups/([^/]+)/providers/Microsoft\\.MachineLearningServices/workspaces/([^/]+)';
/** As the SDK asks: azure-ai-ml, `_restclient/runhistory`. */
const HISTORY = new RegExp(`^/history/v1\\.0${OF_WORKSPACE}/runs/([^/]+)/(details|children)$`, 'i');
const INVOKE = new RegExp(`^/endpoints${OF_WORKSPACE}/([^/]+)/jobs$`, 'i');
const FILE = /^\/azureml\/ExperimentRun\/dcid\.([^/]+)\/(user_logs\/std_log|logs\/azureml\/executionlogs)\.txt$/;
/** The steps of a pipeline are runs of their own beside it. */
const STEP = /-step\d+$/;

/** Of the run history, which takes what Resource Manager takes; and of endpoints:
 * https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-batch-endpoint */
const AUDIENCES = { history: 'https://management.azure.com', invoke: 'https://ml.azure.com' } as const;

export const isOfDataPlane = (pathname: string): boolean => /^\/(history|endpoints|azureml)\//.test(pathname);

export interface DataPlaneOptions {
  readonly workspaces: Workspaces;
  readonly tokens: TokenAuthority;
  readonly scope: Scope;
  url(): string;
}

/** Who has the key of a signature is the storage account. */
const KEY = 'storage-account-key';

export function answerDataPlane(request: EmulatorCall, options: DataPlaneOptions): EmulatorAnswer {
  const { pathname } = request.url;
  const file = FILE.exec(pathname);
  if (file !== null) return fileOf(request, file[1] ?? '', options);
  const history = HISTORY.exec(pathname);
  const invoke = INVOKE.exec(pathname);
  const [, resourceGroup = '', name = '', thing = '', what] = history ?? invoke ?? [];
  if (thing === '') return { status: 404, body: { error: { code: 'NotFound', message: 'There is no such route.' } } };
  const expected = history === null ? 'POST' : 'GET';
  if (request.method !== expected)
    throw new ArmError(405, 'MethodNotAllowed', `The route does not support ${request.method}.`);
  authorise(request, history === null ? 'invoke' : 'history', options);
  const workspace = options.workspaces.find(decodeURIComponent(resourceGroup), decodeURIComponent(name));
  if (history === null) {
    const { 'azureml-model-deployment': deployment } = request.headers;
    return options.workspaces.invoke(workspace, thing, [deployment].flat()[0], request.body);
  }
  const run = decodeURIComponent(thing);
  const body = what === 'children' ? childrenOf(workspace, run) : detailsOf(workspace, run, options.url());
  return { status: 200, body };
}

function authorise({ headers }: EmulatorCall, what: keyof typeof AUDIENCES, { tokens, scope }: DataPlaneOptions): void {
  const check = tokens.check(headers.authorization, AUDIENCES[what]);
  if (!check.ok) throw new ArmError(401, 'Unauthorized', `The token is not valid here: ${check.reason}.`);
  const lacking = ACTIONS_OF_DATA_CALL[what].find((action) => !allows(scope.roles, check.clientId, action));
  if (lacking === undefined) return;
  throw new ArmError(403, 'UserError', `The client '${check.clientId}' does not have authorization for '${lacking}'.`);
}

function childrenOf(workspace: Workspace, name: string): object {
  const job = workspace.job(name);
  const { status, startTime } = job;
  const steps = Array.from({ length: job.isPipeline ? job.steps : 0 }, (_, index) => ({
    runId: `${name}-step${index + 1}`,
    parentRunId: name,
    displayName: 'submit',
    status,
    startTimeUtc: startTime?.toISOString() ?? null,
  }));
  return { value: steps, continuationToken: null, nextLink: null };
}

function detailsOf(workspace: Workspace, name: string, url: string): object {
  const isStep = STEP.test(name);
  const job = workspace.job(name.replace(STEP, ''));
  const { status, startTime, endTime } = job;
  const isWhole = job.isPipeline && !isStep;
  const error = isWhole && job.error !== null ? OF_STEPS : job.error;
  const log = isWhole ? 'logs/azureml/executionlogs.txt' : 'user_logs/std_log.txt';
  const path = `/azureml/ExperimentRun/dcid.${name}/${log}`;
  return {
    runId: name,
    status,
    ...(startTime === undefined ? {} : { startTimeUtc: startTime.toISOString() }),
    ...(endTime === undefined ? {} : { endTimeUtc: endTime.toISOString() }),
    error: error === null ? null : { error, correlation: {}, environment: 'westeurope', location: 'westeurope' },
    warnings: [],
    properties: {},
    logFiles: job.hasLog ? { [log]: `${url}${path}?sv=2024-05-04&sr=b&sp=r&sig=${signatureOf(path)}` } : {},
  };
}

/** What a pipeline says whose step failed; the step says why. */
const OF_STEPS = {
  code: 'UserError',
  message: 'Pipeline has some failed steps. See child run or execution logs for more details.',
};

const signatureOf = (path: string): string => createHmac('sha256', KEY).update(path).digest('base64url');

/** The signature says who may read it: a call with a token beside it is refused, as the token has no business there. */
function fileOf(
  { method, url, headers }: EmulatorCall,
  name: string,
  { workspaces }: DataPlaneOptions,
): EmulatorAnswer {
  const refuse = (status: number, code: string): EmulatorAnswer => ({
    status,
    headers: { 'content-type': 'application/xml', 'x-ms-error-code': code },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`,
  });
  if (method !== 'GET') return refuse(405, 'UnsupportedHttpVerb');
  if (headers.authorization !== undefined || url.searchParams.get('sig') !== signatureOf(url.pathname))
    return refuse(403, 'AuthenticationFailed');
  const run = decodeURIComponent(name);
  const job: MlJob | undefined = workspaces.starts.find((start) => start.job.name === run.replace(STEP, ''))?.job;
  if (job === undefined || !job.hasLog) return refuse(404, 'BlobNotFound');
  const body = job.isPipeline && !STEP.test(run) ? `Starting processing run id ${run}-step1.\n` : job.log;
  return { status: 200, headers: { 'content-type': 'text/plain', 'x-ms-blob-type': 'AppendBlob' }, body };
}
