// What Azure's words about a job and its executions mean: the kind of failure, and what to do.

import type { FailureReason } from '../../runs/failure.ts';
import type { ExternalCallError } from '../../util/external-call.ts';
import {
  failureInWords,
  failureOfStart,
  isForbidden,
  type Refusals,
  remedyOfLook,
  type Troubles,
} from '../refusals.ts';

const ROLE_IS_KNOWN = 'A new role takes up to ten minutes to be known.';
/** As infra/main.bicep names the role. */
const GIVE_ROLE = `Give the app's identity the role "Numerai webhook: Container Apps jobs" on the resource group of the job (azd provision does). ${ROLE_IS_KNOWN}`;

/** Azure's codes and words, what each means and what to do. The first row that fits counts. */
const REFUSALS: Refusals = [
  [/AuthorizationFailed|^40[13]\b/, 'permission', GIVE_ROLE],
  [
    // https://learn.microsoft.com/azure/container-apps/quotas
    /quota/i,
    'quota',
    'It is tried again. Ask Azure for more cores in the environment, or end what else runs there.',
  ],
  [
    /not available in the location|insufficient ?capacity|capacity is not available|no capacity/i,
    'no-capacity',
    'It is tried again. If it stays so, make the job in an environment of another region.',
  ],
  [
    /^404\b/,
    'configuration',
    'Fix container.containerAppsJob in models.json or CONTAINER_APPS_RESOURCE_GROUP, or create the job.',
  ],
  // `ContainerAppsJobOperationInProgress`: hashicorp/terraform-provider-azurerm pull request 31796.
  [/^409\b|OperationInProgress/, 'provisioning', 'It is tried again: the job may be being changed.'],
];

/** What a refused start means. */
export function failureOfRefusal(error: ExternalCallError, job: string): FailureReason {
  return failureOfStart(error, {
    what: `Azure refuses to start the Container Apps job ${job}`,
    refusals: REFUSALS,
    otherwise: 'Check the template of the job: az containerapp job show.',
  });
}

/** The job is not there. */
export function missing(job: string): FailureReason {
  return {
    failure: 'configuration',
    reason: `The Container Apps job ${job} does not exist. Fix container.containerAppsJob in models.json or CONTAINER_APPS_RESOURCE_GROUP, or create the job.`,
  };
}

/** Reasons of Kubernetes, which runs the containers, and words of containerd. */
const TROUBLES: Troubles = [
  [
    /toomanyrequests|too many requests|pull rate limit/i,
    'registry',
    'The registry of the image asks to be left alone for now:',
    "Most often this is Docker Hub's limit for pulls without an account: give the job a registry with a user.",
  ],
  [
    /ErrImagePull|ImagePullBackOff|InvalidImageName|pull(ing)? (the )?image|manifest unknown|exec format error/i,
    'image',
    'The image of the job could not be pulled, or cannot run:',
    "Check the image's name and tag in the job, its registry, and that it is for linux/amd64.",
  ],
  [
    /secret|key ?vault/i,
    'secret',
    'A secret of the job could not be read:',
    "Check the job's references to Key Vault, and that the identity which they name has the role Key Vault Secrets User there.",
  ],
  [
    /DeadlineExceeded|replica ?timeout/i,
    'timeout',
    "Azure ended the execution at the job's own time limit:",
    'Raise replicaTimeout of the job above timeoutMinutes.',
  ],
];

/** What keeps an execution from running, or ended it, by Azure's words; null where they say nothing that is known. */
export function failureOfWords(words: string, exitCode: number | null, job: string): FailureReason | null {
  if (exitCode === 137 || /OOM/.test(words))
    return {
      failure: 'out-of-memory',
      reason: `The container was killed (exit code ${exitCode ?? 'unknown'}), most often because it needed more memory than its limit. Give the Container Apps job ${job} more memory, or load the data in parts.`,
    };
  return failureInWords(words, exitCode, TROUBLES);
}

/** Where a job, or its executions, cannot be looked at. */
export const remedyOf = (error: ExternalCallError): string =>
  remedyOfLook(error, {
    giveRole: GIVE_ROLE,
    otherwise: 'Check the job in the portal, and CONTAINER_APPS_RESOURCE_GROUP in the settings.',
  });

/** Where a log cannot be read. Words of a table that nobody has written to yet: microsoft/azure-container-apps issue 1211. */
export function remedyOfLog(error: ExternalCallError): string {
  const { status, message } = error;
  if (isForbidden(error))
    return `Give the app the role "Log Analytics Data Reader" there (azd provision does). ${ROLE_IS_KNOWN}`;
  return status === 400 && /failed to resolve/i.test(message)
    ? 'Nothing of Container Apps has come there yet: check that the environment of the job hands its logs to that workspace.'
    : 'Check CONTAINER_APPS_LOG_WORKSPACE_ID in the settings.';
}
