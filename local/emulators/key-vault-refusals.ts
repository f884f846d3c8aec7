// The bodies with which Key Vault lets nobody in, by the inner code: for faults of the kind `status` with that code. Each
// names where it was seen.

/** Of an error, without what the emulator fills in. */
export interface KnownRefusal {
  readonly status: number;
  readonly code: string;
  /** Null where the body has no inner error. */
  readonly inner: string | null;
  readonly message: string;
}

const CALLER =
  'Caller: appid=00000000-0000-4000-8000-0000000000aa;oid=00000000-0000-4000-8000-0000000000ab;iss=https://sts.windows.net/00000000-0000-4000-8000-0000000000ac/';
const VAULT = 'Vault: local;location=westus2';

const forbidden = (inner: string, message: string): KnownRefusal => ({
  status: 403,
  code: 'Forbidden',
  inner,
  message,
});

const noPolicy =
  "The user, group or application 'appid=00000000-0000-4000-8000-0000000000aa;oid=00000000-0000-4000-8000-0000000000ab;numgroups=2;iss=https://sts.windows.net/00000000-0000-4000-8000-0000000000ac/' does not have secrets get permission on key vault 'local;location=westus2'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287";
const firewall = `Client address is not authorized and caller is not a trusted service.\r\nClient address: 192.0.2.7\r\n${CALLER}\r\n${VAULT}`;

export const KEY_VAULT_REFUSALS: Readonly<Record<string, KnownRefusal>> = {
  // https://learn.microsoft.com/azure/key-vault/general/rest-error-codes has the words,
  // https://learn.microsoft.com/azure/key-vault/general/common-error-codes the code.
  ForbiddenByFirewall: forbidden('ForbiddenByFirewall', firewall),
  // https://github.com/microsoft/multimodal-ai/issues/171
  ForbiddenByConnection: forbidden(
    'ForbiddenByConnection',
    `Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\n${CALLER}\r\n${VAULT}`,
  ),
  // https://github.com/Azure/azure-cli/issues/31406
  ConnectionNotApproved: forbidden(
    'ForbiddenByConnection',
    `Connection is not an approved private link and caller was ignored because bypass is not set to 'AzureServices' and PublicNetworkAccess is set to 'Disabled'.\r\n${VAULT}`,
  ),
  // A vault with access policies: https://github.com/turbot/steampipe-plugin-azure/issues/127
  AccessDenied: forbidden('AccessDenied', noPolicy),
  // The code is that of policies, the words are the firewall's: no source has the two together, but the words decide.
  AccessDeniedByFirewall: forbidden('AccessDenied', firewall),
  // The same with a newer code, as public clients tell it from the others.
  ForbiddenByPolicy: forbidden('ForbiddenByPolicy', noPolicy),
  // https://github.com/piyushsachdeva/Terraform_AKS/issues/2
  ForbiddenByRbac: forbidden(
    'ForbiddenByRbac',
    `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\n${CALLER}\r\nAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\n${VAULT}\r\n`,
  ),
  // https://github.com/Azure/azure-sdk-for-js/issues/24756
  SecretDisabled: forbidden('SecretDisabled', 'Operation get is not allowed on a disabled secret.'),
  // The vault hands these out with 200 (azure/key-vault/secrets/about-secrets, "Date-time controlled operations"), which
  // `setSecret` with its attributes shows. In these words a person was refused, or expected to be:
  // https://github.com/Azure/AzureKeyVault/issues/19
  SecretExpired: forbidden('SecretExpired', 'Operation get is not allowed on a expired secret.'),
  SecretNotYetValid: forbidden('SecretNotYetValid', 'Operation get is not allowed on a not yet valid secret.'),
  // https://github.com/Azure/azure-sdk-for-js/issues/12539; there is no inner error.
  AKV10032: {
    status: 401,
    code: 'Unauthorized',
    inner: null,
    message:
      'AKV10032: Invalid issuer. Expected one of https://sts.windows.net/00000000-0000-4000-8000-0000000000ad/, https://sts.windows.net/f8cdef31-a31e-4b4a-93e4-5f571e91255a/, found https://sts.windows.net/00000000-0000-4000-8000-0000000000ac/.',
  },
  // https://github.com/microsoft/AzureKeyVaultExplorer/issues/42, https://github.com/external-secrets/external-secrets/issues/3519
  ObjectIsDeletedButRecoverable: {
    status: 409,
    code: 'Conflict',
    inner: 'ObjectIsDeletedButRecoverable',
    message:
      'Secret some-secret is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.',
  },
  // https://learn.microsoft.com/azure/key-vault/general/overview-throttling
  Throttled: {
    status: 429,
    code: 'Throttled',
    inner: null,
    message: 'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
  },
};
