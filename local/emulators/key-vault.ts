// Key Vault's secrets for callers with the role "Key Vault Secrets User", who may read and list them and
// nothing else. Sources: the service's OpenAPI document and the page "Azure Key Vault REST API Error Codes";
// the wording of errors comes from public reports.

import type { Certificates } from './certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from './emulator.ts';
import { KEY_VAULT_REFUSALS } from './key-vault-refusals.ts';
import { NAME, type SecretAttributes, seconds, Vault, type VaultOptions, type Version } from './key-vault-secrets.ts';

const AUDIENCE = 'https://vault.azure.net';
/** The SDK requires the host's name to end in the audience's; the certificate covers the name. */
const VAULT_HOST = 'local.vault.azure.net';
const API_VERSIONS = new Set('2015-06-01 2016-10-01 7.0 7.1 7.2 7.3 7.4 7.5 7.6 2025-07-01'.split(' '));
const VERSION = /^[0-9a-f]{32}$/i;
/** The service's page size, and the largest `maxresults`. */
const PAGE_SIZE = 25;

export interface KeyVaultOptions extends VaultOptions {
  readonly certificates: Certificates;
}

export interface KeyVault {
  readonly emulator: Emulator;
  /** `KEY_VAULT_URL`. Processes that use it must resolve its host name to loopback. */
  readonly url: string;
  /**
   * Creates a secret or a new version of it; recovers a deleted one first. Throws if the real service would refuse.
   * @returns the version.
   */
  setSecret(name: string, value: string, attributes?: SecretAttributes): string;
  /** Whether there is one of the name, that is not deleted. */
  has(name: string): boolean;
  /** Of a secret, all that are or were in use; oldest first. */
  versionsOf(name: string): readonly string[];
  /** @param version of it; default: the newest one. */
  disableSecret(name: string, version?: string): void;
  enableSecret(name: string, version?: string): void;
  /** With all its versions: there is no deleting of one. They come back when it is recovered. */
  deleteSecret(name: string): void;
  recoverSecret(name: string): void;
  /** Sets the secrets that nobody may read, as where the role is given for each secret. */
  forbid(names: readonly string[]): void;
  /** Sets the client ids that have the role; `undefined`: every caller. */
  allowOnly(clientIds: readonly string[] | undefined): void;
  close(): Promise<void>;
}

/** Starts a vault with the given secrets. */
export async function startKeyVault(options: KeyVaultOptions): Promise<KeyVault> {
  const vault = new Vault(options);
  const emulator = await new Emulator({
    name: 'key-vault',
    certificates: options.certificates,
    handle: (call) => answer(vault, call),
    words: (code) => KEY_VAULT_REFUSALS[code]?.message,
    errorHeaders: (status) => (status === 401 ? challengeOf(vault) : {}),
    errorBody: (code, message) => {
      const known = KEY_VAULT_REFUSALS[code === 'TooManyRequests' ? 'Throttled' : code];
      if (code === 'TooManyRequests' && known !== undefined) return errorBody(known.code, known.message);
      return known === undefined ? errorBody(code, message) : errorBody(known.code, message, known.inner ?? undefined);
    },
  }).listen();
  vault.url = `https://${VAULT_HOST}:${emulator.port}`;
  return {
    emulator,
    url: vault.url,
    setSecret: (name, value, attributes = {}) => vault.set(name, value, attributes),
    has(name) {
      vault.takeOver();
      return vault.secrets.has(name.toLowerCase());
    },
    versionsOf: (name) => vault.get(name).versions.map(({ version }) => version),
    disableSecret: (name, version) => vault.enable(name, version, false),
    enableSecret: (name, version) => vault.enable(name, version, true),
    deleteSecret: (name) => vault.move(name, vault.secrets, vault.deleted),
    recoverSecret: (name) => vault.move(name, vault.deleted, vault.secrets),
    forbid: (names) => {
      vault.forbidden = new Set(names.map((name) => name.toLowerCase()));
    },
    allowOnly: (clientIds) => {
      vault.allowed = clientIds && new Set(clientIds);
    },
    close: () => emulator.close(),
  };
}

function answer(vault: Vault, call: EmulatorCall): EmulatorAnswer {
  vault.takeOver();
  const check = vault.tokens.check(call.headers.authorization, AUDIENCE);
  if (!check.ok) return challenge(vault, check.reason);
  const apiVersion = call.url.searchParams.get('api-version');
  if (apiVersion === null || apiVersion === '') {
    return failure(400, 'BadParameter', "The parameter 'api-version' must be specified.");
  }
  if (!API_VERSIONS.has(apiVersion)) {
    return failure(400, 'BadParameter', `The api-version '${apiVersion}' is not supported.`);
  }
  const [collection, name, version, ...rest] = call.url.pathname.split('/').slice(1);
  if (collection !== 'secrets' || rest.length > 0) {
    return failure(404, 'NotFound', 'The resource was not found.');
  }
  if (name !== undefined && name !== '' && !NAME.test(name)) {
    return failure(400, 'BadParameter', `The request URI contains an invalid name: ${name}`);
  }
  const isList = name === undefined || name === '' || version === 'versions';
  const action = actionOf(call.method, isList);
  const isForbidden = vault.forbidden.has(name?.toLowerCase() ?? '');
  if (!action.isReading || isForbidden || vault.allowed?.has(check.clientId) === false) {
    return forbidden(vault, check.clientId, action.name, name);
  }
  if (name !== undefined && version === 'versions') return listVersions(vault, name, call.url.searchParams);
  return name === undefined || name === '' ? list(vault, call.url.searchParams) : get(vault, name, version ?? '');
}

function actionOf(method: string, isList: boolean): { name: string; isReading: boolean } {
  if (method === 'GET' && isList) return { name: 'readMetadata/action', isReading: true };
  if (method === 'GET') return { name: 'getSecret/action', isReading: true };
  if (method === 'PUT') return { name: 'setSecret/action', isReading: false };
  return { name: method === 'DELETE' ? 'delete' : 'update/action', isReading: false };
}

function get(vault: Vault, name: string, version: string): EmulatorAnswer {
  if (version !== '' && !VERSION.test(version)) {
    return failure(400, 'BadParameter', `The request URI contains an invalid version: ${version}`);
  }
  const secret = vault.secrets.get(name.toLowerCase());
  const found =
    version === ''
      ? secret?.versions.at(-1)
      : secret?.versions.find((candidate) => candidate.version === version.toLowerCase());
  if (secret === undefined || found === undefined) return notFound(version === '' ? name : `${name}/${version}`);
  if (!found.enabled) {
    const message = 'Operation get is not allowed on a disabled secret.';
    return failure(403, 'Forbidden', message, 'SecretDisabled');
  }
  const id = `${vault.url}/secrets/${secret.name}/${found.version}`;
  return { status: 200, body: { value: found.value, ...described(found, id) } };
}

function notFound(id: string): EmulatorAnswer {
  return failure(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${id} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

/** The newest version of each secret, by name, without values and without the version in the id. */
function list(vault: Vault, query: URLSearchParams): EmulatorAnswer {
  const secrets = [...vault.secrets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = secrets.flatMap((secret) => {
    const latest = secret.versions.at(-1);
    return latest === undefined ? [] : [described(latest, `${vault.url}/secrets/${secret.name}`)];
  });
  return page(all, `${vault.url}/secrets`, query);
}

/** All versions of a secret, without values. */
function listVersions(vault: Vault, name: string, query: URLSearchParams): EmulatorAnswer {
  const secret = vault.secrets.get(name.toLowerCase());
  if (secret === undefined) return notFound(name);
  const url = `${vault.url}/secrets/${secret.name}`;
  const all = secret.versions.map((each) => described(each, `${url}/${each.version}`));
  return page(all, `${url}/versions`, query);
}

function page(all: readonly object[], url: string, query: URLSearchParams): EmulatorAnswer {
  const size = Number(query.get('maxresults') ?? PAGE_SIZE);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_SIZE) {
    return failure(400, 'BadParameter', `maxresults must be between 1 and ${PAGE_SIZE}.`);
  }
  const start = Number(query.get('$skiptoken') ?? 0);
  const next = start + size;
  const nextLink =
    next < all.length ? `${url}?api-version=${query.get('api-version')}&$skiptoken=${next}&maxresults=${size}` : null;
  return { status: 200, body: { value: all.slice(start, next), nextLink } };
}

function described(version: Version, id: string): object {
  const { expires, notBefore, contentType } = version.attributes;
  return {
    ...(contentType === undefined ? {} : { contentType }),
    id,
    attributes: {
      enabled: version.enabled,
      ...(notBefore === undefined ? {} : { nbf: seconds(notBefore) }),
      ...(expires === undefined ? {} : { exp: seconds(expires) }),
      created: version.created,
      updated: version.updated,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    },
  };
}

function challenge(vault: Vault, reason: string): EmulatorAnswer {
  const messages: Record<string, string> = {
    missing: 'AKV10000: Request is missing a Bearer or PoP token.',
    audience: `AKV10022: Invalid audience. Expected ${AUDIENCE}, found another.`,
    expired: "[TokenExpired] Error validating token: 'S2S12086'.",
    signature: 'AKV10046: Unable to resolve the key used for signature validation.',
  };
  return {
    ...failure(401, 'Unauthorized', messages[reason] ?? 'Error validating token.'),
    headers: challengeOf(vault),
  };
}

function challengeOf({ tokens }: Vault): Readonly<Record<string, string>> {
  const authority = `https://login.microsoftonline.com/${tokens.tenantId}`;
  return { 'www-authenticate': `Bearer authorization="${authority}", resource="${AUDIENCE}"` };
}

function forbidden(vault: Vault, clientId: string, action: string, name: string | undefined): EmulatorAnswer {
  const [host] = VAULT_HOST.split('.');
  const lines = [
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: appid=${clientId};oid=${clientId};iss=https://sts.windows.net/${vault.tokens.tenantId}/`,
    `Action: 'Microsoft.KeyVault/vaults/secrets/${action}'`,
    `Resource: '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/local/providers/microsoft.keyvault/vaults/${host}${name ? `/secrets/${name.toLowerCase()}` : ''}'`,
    'Assignment: (not found)',
    'DenyAssignmentId: null',
    "DecisionReason: 'DeniedWithNoValidRBAC' ",
    `Vault: ${host};location=westus2`,
    '',
  ];
  return failure(403, 'Forbidden', lines.join('\r\n'), 'ForbiddenByRbac');
}

const errorBody = (code: string, message: string, inner?: string) => ({
  error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) },
});
const failure = (status: number, code: string, message: string, inner?: string): EmulatorAnswer => ({
  status,
  body: errorBody(code, message, inner),
});
