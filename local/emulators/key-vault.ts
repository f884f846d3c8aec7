// Key Vault's secrets for callers with the role "Key Vault Secrets User", who may read and list them and
// nothing else. Sources: the service's OpenAPI document and the page "Azure Key Vault REST API Error Codes";
// the wording of errors comes from public reports.

import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../src/lib/util/clock.ts';
import type { Certificates } from './certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from './emulator.ts';
import { KEY_VAULT_REFUSALS } from './key-vault-refusals.ts';
import type { TokenAuthority } from './tokens.ts';

const AUDIENCE = 'https://vault.azure.net';
/** The SDK requires the host's name to end in the audience's; the certificate covers the name. */
const VAULT_HOST = 'local.vault.azure.net';
const API_VERSIONS = new Set('2015-06-01 2016-10-01 7.0 7.1 7.2 7.3 7.4 7.5 7.6 2025-07-01'.split(' '));
const NAME = /^[0-9a-z-]{1,127}$/i;
const VERSION = /^[0-9a-f]{32}$/i;
const LARGEST_VALUE_BYTES = 25 * 1024;
/** The service's page size, and the largest `maxresults`. */
const PAGE_SIZE = 25;

interface SecretAttributes {
  readonly enabled?: boolean;
  /** `expires` and `notBefore` are informational: the real vault returns expired and future secrets too. */
  readonly expires?: Date;
  readonly notBefore?: Date;
  readonly contentType?: string;
}

export interface KeyVaultOptions {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
  /** Name to value. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Client ids with the role. Default: every caller with a token for the vault. */
  readonly clientIds?: readonly string[];
}

export interface KeyVault {
  readonly emulator: Emulator;
  /** `KEY_VAULT_URL`. Processes that use it must resolve its host name to loopback. */
  readonly url: string;
  /** Creates a secret or a new version of it; restores a deleted one. Throws if the real service would refuse. */
  setSecret(name: string, value: string, attributes?: SecretAttributes): void;
  disableSecret(name: string): void;
  deleteSecret(name: string): void;
  /** Sets the client ids that have the role; `undefined`: every caller. */
  allowOnly(clientIds: readonly string[] | undefined): void;
  close(): Promise<void>;
}

interface Version {
  readonly version: string;
  readonly value: string;
  readonly attributes: SecretAttributes;
  readonly created: number;
  updated: number;
  enabled: boolean;
}

interface Secret {
  readonly name: string;
  /** Oldest first. */
  readonly versions: Version[];
}

class Vault {
  /** By lower-case name: Key Vault ignores case. */
  readonly secrets = new Map<string, Secret>();
  allowed: ReadonlySet<string> | undefined;
  url = '';
  readonly tokens: TokenAuthority;
  readonly clock: Clock;

  constructor(options: KeyVaultOptions) {
    this.tokens = options.tokens;
    this.clock = options.clock ?? systemClock;
    this.allowed = options.clientIds && new Set(options.clientIds);
    for (const [name, value] of Object.entries(options.secrets)) this.set(name, value, {});
  }

  set(name: string, value: string, attributes: SecretAttributes): void {
    if (!NAME.test(name)) {
      throw new Error(`"${name}" is not a valid secret name: use 1 to 127 letters, digits and hyphens.`);
    }
    if (Buffer.byteLength(value) > LARGEST_VALUE_BYTES) {
      throw new Error(`The secret ${name} is larger than ${LARGEST_VALUE_BYTES} bytes.`);
    }
    const now = seconds(this.clock.now());
    const secret = this.secrets.get(name.toLowerCase()) ?? { name, versions: [] };
    secret.versions.push({
      version: randomBytes(16).toString('hex'),
      value,
      attributes,
      created: now,
      updated: now,
      enabled: attributes.enabled ?? true,
    });
    this.secrets.set(name.toLowerCase(), secret);
  }

  disable(name: string): void {
    const latest = this.secrets.get(name.toLowerCase())?.versions.at(-1);
    if (latest === undefined) throw new Error(`There is no secret ${name}.`);
    latest.enabled = false;
    latest.updated = seconds(this.clock.now());
  }
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
    disableSecret: (name) => vault.disable(name),
    deleteSecret: (name) => void vault.secrets.delete(name.toLowerCase()),
    allowOnly: (clientIds) => {
      vault.allowed = clientIds && new Set(clientIds);
    },
    close: () => emulator.close(),
  };
}

function answer(vault: Vault, call: EmulatorCall): EmulatorAnswer {
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
  const action = actionOf(call.method, name);
  if (!action.isReading || vault.allowed?.has(check.clientId) === false) {
    return forbidden(vault, check.clientId, action.name, name);
  }
  return name === undefined || name === '' ? list(vault, call.url.searchParams) : get(vault, name, version ?? '');
}

function actionOf(method: string, name: string | undefined): { name: string; isReading: boolean } {
  if (method === 'GET' && (name === undefined || name === '')) {
    return { name: 'readMetadata/action', isReading: true };
  }
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
  if (secret === undefined || found === undefined) {
    const id = version === '' ? name : `${name}/${version}`;
    return failure(
      404,
      'SecretNotFound',
      `A secret with (name/id) ${id} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
    );
  }
  if (!found.enabled) {
    const message = 'Operation get is not allowed on a disabled secret.';
    return failure(403, 'Forbidden', message, 'SecretDisabled');
  }
  const id = `${vault.url}/secrets/${secret.name}/${found.version}`;
  return { status: 200, body: { value: found.value, ...described(found, id) } };
}

/** The newest version of each secret, by name, without values and without the version in the id. */
function list(vault: Vault, query: URLSearchParams): EmulatorAnswer {
  const size = Number(query.get('maxresults') ?? PAGE_SIZE);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_SIZE) {
    return failure(400, 'BadParameter', `maxresults must be between 1 and ${PAGE_SIZE}.`);
  }
  const start = Number(query.get('$skiptoken') ?? 0);
  const secrets = [...vault.secrets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const value = secrets.slice(start, start + size).flatMap((secret) => {
    const latest = secret.versions.at(-1);
    return latest === undefined ? [] : [described(latest, `${vault.url}/secrets/${secret.name}`)];
  });
  const next = start + size;
  const nextLink =
    next < secrets.length
      ? `${vault.url}/secrets?api-version=${query.get('api-version')}&$skiptoken=${next}&maxresults=${size}`
      : null;
  return { status: 200, body: { value, nextLink } };
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

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
const errorBody = (code: string, message: string, inner?: string) => ({
  error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) },
});
const failure = (status: number, code: string, message: string, inner?: string): EmulatorAnswer => ({
  status,
  body: errorBody(code, message, inner),
});
