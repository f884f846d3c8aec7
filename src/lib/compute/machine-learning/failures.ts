// What Azure's words about a workspace, a job and its end mean: the kind of failure, and what to do.

import type { FailureReason } from '../../runs/failure.ts';
import type { ExternalCallError } from '../../util/external-call.ts';
import { quote } from '../../util/quote.ts';
import type { AttemptedRun } from '../platform.ts';
import { failureInWords, failureOfStart, type Refusals, remedyOfLook, type Troubles } from '../refusals.ts';
import type { Endpoint, Job } from './job.ts';
import type { Prepared } from './prepared.ts';

/** As infra/main.bicep names the role. */
const GIVE_ROLE =
  'Give the app\'s identity the role "Numerai webhook: Machine Learning jobs" on the resource group of the workspace (azd provision does). A new role takes up to ten minutes to be known.';

/** Azure's codes and words about whatever was sent, what each means and what to do. */
const OF_ALL: Refusals = [
  [
    // https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas
    /quota|ClusterCoreLimit|CoreLimit/i,
    'quota',
    'It is tried again. Ask Azure for more cores of that size in the region of the workspace, or end what else runs there.',
  ],
  [
    /not available in the location|insufficient ?capacity|AllocationFailed|OutOfCapacity|no capacity/i,
    'no-capacity',
    'It is tried again. If it stays so, use a cluster with another size of machine, or in another region.',
  ],
  [
    // Resource Manager's code names the workspace; the provider's own codes are about what is in it.
    /ResourceGroupNotFound|ParentResourceNotFound|ResourceNotFound.*workspaces\/[^/']+'/i,
    'configuration',
    'Fix container.machineLearning.workspace in models.json or MACHINE_LEARNING_RESOURCE_GROUP, or create the workspace.',
  ],
];

/** Of a command job: what it names must be there. */
const OF_COMMAND: Refusals = [
  [/AuthorizationFailed|^40[13]\b/, 'permission', GIVE_ROLE],
  ...OF_ALL,
  [
    /identity/i,
    'configuration',
    'Give the cluster a managed identity, which container.machineLearning.identity names where it is user-assigned.',
  ],
  [
    /compute/i,
    'configuration',
    'Fix container.machineLearning.compute in models.json, or create the cluster in the workspace.',
  ],
  [
    /environment(?! ?variable)/i,
    'configuration',
    'Fix container.machineLearning.environment in models.json (name:version), or register the environment in the workspace.',
  ],
  [
    /^404\b/,
    'configuration',
    'Fix container.machineLearning.workspace in models.json or MACHINE_LEARNING_RESOURCE_GROUP, or create the workspace.',
  ],
  [/^409\b/, 'provisioning', 'It is tried again: what it is about may be being changed.'],
];

/** Of a batch endpoint: cluster and environment are those of its deployment, and models.json names neither. */
const OF_ENDPOINT: Refusals = [
  [
    // https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-batch-endpoint
    /AuthorizationFailed|^40[13]\b/,
    'permission',
    `${GIVE_ROLE} A batch job runs with the identity that invokes it: its datastores may need the role AzureML Data Scientist on the workspace as well.`,
  ],
  ...OF_ALL,
  [
    /compute|environment/i,
    'configuration',
    'Check the deployment of the batch endpoint in the studio: its cluster and its environments have to be in the workspace.',
  ],
  [/^409\b/, 'provisioning', 'It is tried again: what it is about may be being changed.'],
  [
    /input|deployment|endpoint|^404\b/i,
    'configuration',
    'Check the deployment of the batch endpoint: it has to declare the inputs attempt_id, trigger_id, round, models and is_test, all but the first optional (docs/containers.md).',
  ],
];

/** What a refused start means, by what was called: words about an endpoint may stand in a refusal of anything. */
export function failureOfRefusal(error: ExternalCallError, { workspace, endpoint }: Prepared): FailureReason {
  return failureOfStart(error, {
    what:
      endpoint === null
        ? `Azure Machine Learning refuses the job in workspace ${workspace}`
        : `Azure Machine Learning refuses the job of batch endpoint ${endpoint} in workspace ${workspace}`,
    refusals: endpoint === null ? OF_COMMAND : OF_ENDPOINT,
    otherwise: 'Check container.machineLearning in models.json.',
  });
}

export const VAULT_IS_MISSING = {
  failure: 'configuration',
  reason:
    'A job of Azure Machine Learning reads its secrets from a key vault, and the app has none: set KEY_VAULT_URL, or take secrets out of its container in models.json.',
} as const;

interface EndpointNeeds {
  readonly workspace: string;
  readonly endpoint: string;
  readonly isTrusted: (address: string) => boolean;
}

/** Where an endpoint is invoked, or why nothing can be sent to it. @param found null where there is none. */
export function scoringUriOf(
  found: Endpoint | null,
  { workspace, endpoint, isTrusted }: EndpointNeeds,
): string | FailureReason {
  if (found === null)
    return {
      failure: 'configuration',
      reason: `The workspace ${workspace} has no batch endpoint ${endpoint}. Fix container.machineLearning in models.json or MACHINE_LEARNING_RESOURCE_GROUP, or create it.`,
    };
  const what = `The batch endpoint ${endpoint} of the workspace ${workspace}`;
  if (found.scoringUri === null)
    return {
      failure: 'provisioning',
      reason: `${what} takes nothing: it is in the state ${found.state ?? 'unknown'}. Look at it in the studio.`,
    };
  if (isTrusted(found.scoringUri)) return found.scoringUri;
  return {
    failure: 'configuration',
    reason: `${what} has a scoring URI that is none of Azure Machine Learning's: ${quote(found.scoringUri)} The app's token goes nowhere else. Create the endpoint anew.`,
  };
}

/** What was accepted is not there. */
export function missing({ workspace, endpoint }: Prepared, { attempt }: AttemptedRun): FailureReason {
  if (attempt.startedAt !== null)
    return {
      failure: 'stopped-outside',
      reason: `The job ${attempt.execution} was deleted in the workspace ${workspace} by somebody outside of this app. Start it again if that was a mistake.`,
    };
  const reason =
    endpoint === null
      ? `Azure accepted the start, but the workspace ${workspace} has no job ${attempt.execution ?? 'of it'}. Look at its jobs in the studio.`
      : `Azure accepted the start, but the workspace ${workspace} shows no job with its attempt_id. Look at the jobs of the batch endpoint ${endpoint} in the studio: its deployment has to declare the input attempt_id.`;
  return { failure: 'not-started', reason };
}

/** "User process 'python' exited with status code 1", "exit_codes: 1": the only place where an exit code is said. */
const EXIT_CODE = /exit(?:ed with)?[ _]?(?:status )?codes?[^\w-]{0,3}(-?\d{1,3})\b/i;

/** Null where no code is said with which a process can have failed. */
export function exitCodeOf(words: string): number | null {
  const said = Number(EXIT_CODE.exec(words)?.[1] ?? 0);
  // By a signal, as Python says it.
  const code = said < 0 ? 128 - said : said;
  return code === 0 || code > 255 ? null : code;
}

/** Words of an end that no exit code tells. */
const TROUBLES: Troubles = [
  [
    /toomanyrequests|too many requests|pull rate limit/i,
    'registry',
    'The registry of the image asks to be left alone for now:',
    "Most often this is Docker Hub's limit for pulls without an account: keep the image in the container registry of the workspace.",
  ],
  [
    // https://github.com/Azure/MachineLearningNotebooks/issues/1482
    /Client\.Timeout|TLS handshake timeout|i\/o timeout|connection (refused|reset)/i,
    'registry',
    'The registry of the image did not answer:',
    'It is tried again. If it stays so, look at what the network of the cluster lets out.',
  ],
  [
    // FailedPullingImage, AcrRefreshTokenRetrievalError, AggregatedUnauthorizedAccessError: as reported in
    // https://github.com/Azure/MachineLearningNotebooks/issues/1479, https://github.com/MicrosoftLearning/mslearn-dp100/issues/77 and
    // https://github.com/solliancenet/tech-immersion-data-ai/issues/40.
    /image ?build|ImageBuildFailure|failed to (pull|build)|unable to pull|to pull \w+ image failed|AcrRefreshToken|pull access denied|manifest unknown|ImageNotFound|exec format error/i,
    'image',
    'The image of the environment could not be built or pulled, or cannot run:',
    "Check the environment in the studio, and that its image is for linux/amd64. From a registry of Azure the cluster's identity needs the role AcrPull.",
  ],
  [
    /preempt|evict|node (was )?(lost|removed|unusable)|low.?priority|deallocat/i,
    'maintenance',
    'Azure took the node away:',
    'It is tried again. Nodes of low priority are taken away at any time: use dedicated ones.',
  ],
  [
    /quota|CoreLimit/i,
    'quota',
    'The cluster got no node:',
    'It is tried again. Ask Azure for more cores of that size in the region of the workspace, or end what else runs there.',
  ],
  [
    /AllocationFailed|OutOfCapacity|insufficient ?capacity|no capacity/i,
    'no-capacity',
    'The cluster got no node:',
    'It is tried again. If it stays so, use a cluster with another size of machine, or in another region.',
  ],
  [
    /identity|msi|managed service/i,
    'configuration',
    'The job has no identity:',
    'Give the cluster a managed identity, which container.machineLearning.identity names where it is user-assigned.',
  ],
];

/** What ended a job, by Azure's words; null where they say nothing that is known. */
export function failureOfWords(words: string, exitCode: number | null, { name }: Job): FailureReason | null {
  if (exitCode === 137 || /\bOOM|[Oo]ut of memory/.test(words))
    return {
      failure: 'out-of-memory',
      reason: `The command of job ${name} was killed (exit code ${exitCode ?? 'unknown'}), most often because the node has too little memory. Use a cluster of larger machines, or load the data in parts.`,
    };
  return failureInWords(words, exitCode, TROUBLES);
}

/** Where a workspace, or what is in it, cannot be looked at. */
export const remedyOf = (error: ExternalCallError): string =>
  remedyOfLook(error, {
    giveRole: GIVE_ROLE,
    otherwise: 'Check the workspace in the portal, and MACHINE_LEARNING_RESOURCE_GROUP in the settings.',
  });
