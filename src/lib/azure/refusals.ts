// Why Key Vault, the Table service or Resource Manager lets nobody in: their codes and words, what they mean, and what to do. The one table
// of that for runs, deep health and the scripts of a deployment. docs/runbook.md quotes each row.
//
// Sources: the codes of https://learn.microsoft.com/azure/key-vault/general/rest-error-codes,
// https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes and
// https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes. Key Vault's inner codes and its words are
// not documented; where they were seen stands at the bodies that the tests use.

import type { TableAccess } from '../config/settings.ts';
import type { Explanation } from '../util/external-call.ts';
import type { Row, Subject } from './refusal.ts';
import { RESOURCE_MANAGER } from './refusals-of-resource-manager.ts';

/** The name of a vault or an account, as commands take it. */
const nameOf = ({ place }: Subject): string => place.split('.')[0] ?? place;
const who = ({ by }: Subject): string => (by === 'person' ? 'your account' : 'the app');

const KEY_VAULT: readonly Row[] = [
  {
    // Before the firewall, of which its words speak as well.
    words: /ForbiddenByConnection|public network access is disabled|not an approved private link/i,
    what: (of) =>
      `The vault ${of.place} takes no calls from public networks, and ${who(of)} has no private endpoint of it.`,
    remedy: (of) =>
      `Switch public network access on (az keyvault update --name ${nameOf(of)} --public-network-access Enabled), or come from a network with a private endpoint of the vault.`,
  },
  {
    words: /ForbiddenByFirewall|client address is not authorized|not a trusted service/i,
    what: (of) => `The firewall of the vault ${of.place} does not let ${who(of)} in.`,
    remedy: (of) =>
      `Allow the address it comes from, or its subnet, under Networking of the vault: az keyvault network-rule add --name ${nameOf(of)} --ip-address ADDRESS. A rule takes a minute to be known.`,
  },
  {
    words: /AKV10032|invalid issuer/i,
    what: (of) => `The vault ${of.place} belongs to another tenant than ${who(of)}.`,
    remedy: ({ by }) =>
      by === 'person'
        ? "Sign in to the vault's tenant: az login --tenant TENANT."
        : 'An identity reads the vaults of its own tenant only: set KEY_VAULT_URL to one of them.',
  },
  {
    words: /AKV100\d\d|TokenExpired|Unauthorized/,
    what: (of) => `The vault ${of.place} does not accept the token of ${who(of)}.`,
    remedy: ({ by }) =>
      by === 'person'
        ? 'Sign in anew: az login.'
        : 'Check that KEY_VAULT_URL is a vault of the same cloud and tenant as the app; then restart the app, which gets a new token.',
  },
  {
    words: /SecretDisabled|disabled secret/i,
    what: ({ name, place }) => `The secret ${name} in ${place} is disabled.`,
    remedy: () => 'Enable it or set a new version.',
  },
  {
    words: /SecretExpired|expired secret/i,
    what: ({ name, place }) => `The secret ${name} in ${place} has expired.`,
    remedy: () => 'Set a new version, or a later expiration date.',
  },
  {
    words: /SecretNotYetValid|not yet valid/i,
    what: ({ name, place }) => `The secret ${name} in ${place} is not valid yet.`,
    remedy: () => 'Set an earlier activation date, or a version that is valid now.',
  },
  {
    words: /ForbiddenByPolicy|AccessDenied|does not have secrets \w+ permission/i,
    what: (of) =>
      `The vault ${of.place} goes by access policies instead of roles, and has none that lets ${who(of)} use the secret ${of.name}.`,
    remedy: (of) =>
      `Add one (az keyvault set-policy --name ${nameOf(of)} --object-id ${of.by === 'person' ? 'YOURS' : 'OF-THE-IDENTITY'} --secret-permissions get${of.by === 'person' ? ' set' : ''}), or switch the vault to roles (az keyvault update --name ${nameOf(of)} --enable-rbac-authorization true).`,
  },
  {
    words: /ObjectIsDeletedButRecoverable|deleted but recoverable/i,
    what: ({ name, place }) =>
      `The secret ${name} was deleted from ${place} and can be recovered, which keeps its name taken.`,
    remedy: (of) => `Recover it, then set it: az keyvault secret recover --vault-name ${nameOf(of)} --name ${of.name}.`,
  },
  {
    words: /ObjectIsBeing(Deleted|Recovered)|currently being (deleted|recovered)/i,
    what: ({ name, place }) => `The secret ${name} in ${place} is just being deleted or recovered.`,
    remedy: () => 'That takes a minute: try again.',
  },
  {
    words: /ForbiddenByRbac|DeniedWithNoValidRBAC|not authorized to perform action/i,
    what: (of) => mayNot(of),
    remedy: (of) => giveRole(of),
  },
  {
    words: /SecretNotFound/,
    what: ({ name, place }) => `The secret ${name} is not in ${place}.`,
    remedy: (of) =>
      `Set it there. If it was deleted, recover it: az keyvault secret recover --vault-name ${nameOf(of)} --name ${of.name}.`,
  },
  {
    words: /ENOTFOUND|EAI_AGAIN/,
    what: ({ place }) => `There is no vault ${place}, or its name cannot be looked up.`,
    remedy: (of) =>
      `Check KEY_VAULT_URL. A vault that was deleted can be recovered: az keyvault recover --name ${nameOf(of)}.`,
  },
  {
    words: /Throttled|TooManyRequests|RequestTypeLimitReached/,
    what: ({ place }) => `The vault ${place} takes no more calls for now.`,
    remedy: () => 'That passes by itself. If it does not, give the app a vault of its own.',
  },
  {
    words: /Forbidden/,
    what: (of) => mayNot(of),
    remedy: (of) => `${giveRole(of)} If it has the role, look at Networking of the vault.`,
  },
];

const mayNot = (of: Subject) =>
  of.by === 'person'
    ? `Your account may not use the secret ${of.name} in ${of.place}.`
    : `The app may not read the secret ${of.name} in ${of.place}.`;
const giveRole = ({ by }: Subject) =>
  by === 'person'
    ? 'It needs the role Key Vault Secrets Officer on it (docs/deploy.md, "Secrets").'
    : 'Give its identity the role Key Vault Secrets User there.';

const TABLE_STORAGE: readonly Row[] = [
  {
    words: /AuthorizationPermissionMismatch/,
    what: ({ place }) => `The app's identity may not use the tables of ${place}.`,
    remedy: () =>
      'Give it the role Storage Table Data Contributor on the account; a new role takes up to ten minutes to be known.',
  },
  {
    words: /Authorization(SourceIP|Protocol|Service|ResourceType)Mismatch/,
    what: () =>
      'The shared access signature in AzureWebJobsStorage does not allow what the app asks for, or not from there.',
    remedy: () =>
      'Make one for the Table service without a bound on addresses, or go by the identity: AzureWebJobsStorage__tableServiceUri.',
  },
  {
    words: /AuthorizationFailure/,
    what: ({ place }) =>
      `The network rules of ${place} do not let the app in: its firewall, or public network access is off.`,
    remedy: (of) =>
      `Under Networking of the storage account, allow the app's subnet or all networks (az storage account update --name ${nameOf(of)} --public-network-access Enabled --default-action Allow). A rule takes a minute to be known.`,
  },
  {
    words: /AccountIsDisabled/,
    what: ({ place }) => `The storage account of ${place} is disabled.`,
    remedy: () =>
      'Azure disables the accounts of a subscription that is disabled, unpaid or over its limit: look at the subscription in the portal.',
  },
  {
    words: /KeyBasedAuthenticationNotPermitted/,
    what: ({ place }) => `The storage account of ${place} permits no keys, and the app has nothing else.`,
    remedy: (of) =>
      `Go by the identity: set AzureWebJobsStorage__tableServiceUri in the place of AzureWebJobsStorage. Or permit keys: az storage account update --name ${nameOf(of)} --allow-shared-key-access true.`,
  },
  {
    words: /Issuer (did not match|validation failed)/i,
    what: ({ place }) => `The storage account of ${place} belongs to another tenant than the app.`,
    remedy: () =>
      'An identity uses the accounts of its own tenant only: set AzureWebJobsStorage__tableServiceUri to one of them.',
  },
  {
    words: /InvalidAuthenticationInfo|NoAuthenticationInformation/,
    what: ({ place }) => `The Table service at ${place} does not accept the token of the app.`,
    remedy: () =>
      'Check that AzureWebJobsStorage__tableServiceUri is an account of the same cloud and tenant as the app; then restart the app, which gets a new token.',
  },
  {
    words: /AuthenticationFailed/,
    what: ({ place }) => `The Table service at ${place} does not accept the key or the token of the app.`,
    remedy: () =>
      'Where the app has a connection string, its key may have been replaced: set AzureWebJobsStorage anew (az storage account show-connection-string). Otherwise restart the app, which gets a new token.',
  },
  {
    words: /InsufficientAccountPermissions/,
    what: ({ place }) => `The storage account of ${place} allows no such calls for now.`,
    remedy: () =>
      'Look at the account in the portal: a failover, or a lock of its subscription, makes it read-only. The address must be the primary one.',
  },
  {
    words: /TableBeingDeleted/,
    what: ({ name }) => `The table ${name} is being deleted.`,
    remedy: () => 'That takes some minutes; then the app makes it anew. What it held is lost.',
  },
  {
    words: /AccountBeingCreated/,
    what: ({ place }) => `The storage account of ${place} is being created.`,
    remedy: () => 'That passes by itself within minutes.',
  },
  {
    words: /ENOTFOUND|EAI_AGAIN/,
    what: ({ place }) => `There is no storage account at ${place}, or its name cannot be looked up.`,
    remedy: () =>
      'Check AzureWebJobsStorage__tableServiceUri. An account that was deleted can be recovered for 14 days, in the portal.',
  },
  {
    words: /ResourceNotFound|TableNotFound/,
    what: ({ name, place }) => `There is no table ${name} at ${place}, and none can be made.`,
    remedy: () =>
      'Check AzureWebJobsStorage__tableServiceUri: it names the Table service of a general-purpose account (https://NAME.table.core.windows.net), without a path.',
  },
  {
    words: /ServerBusy|OperationTimedOut/,
    what: ({ place }) => `The Table service at ${place} is busy.`,
    remedy: () => 'That passes by itself.',
  },
];

/** How sentences name the account of the tables: its host, or its name. */
export function accountOf(access: TableAccess): string {
  if (access.kind === 'identity') return new URL(access.url).host;
  return /AccountName=([^;]+)/i.exec(access.connectionString)?.[1] ?? 'AzureWebJobsStorage';
}

export const REFUSALS = {
  'key-vault': KEY_VAULT,
  'table-storage': TABLE_STORAGE,
  'resource-manager': RESOURCE_MANAGER,
} as const;

/** Makes what explains the codes and words of a service; null where they are not known. */
export function explainerOf(service: keyof typeof REFUSALS, subject: Subject): (said: string) => Explanation | null {
  return (said) => {
    const row = REFUSALS[service].find(({ words }) => words.test(said));
    return row === undefined ? null : { what: row.what(subject, said), remedy: row.remedy(subject, said) };
  };
}
