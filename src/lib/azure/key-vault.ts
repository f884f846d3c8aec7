// Secrets by name: from Key Vault with the app's identity; from the settings where no vault is configured. They are
// kept for some minutes, and for as long as the vault does not answer: an outage of the vault must not cost a round.
// Whatever is read here is made known to the redaction at once.

import { settingOfSecret } from '../config/secret-names.ts';
import { type Secret, SecretError, type SecretStore } from '../config/secrets.ts';
import type { Environment } from '../config/settings.ts';
import { createCache } from '../util/cache.ts';
import type { Clock } from '../util/clock.ts';
import { ExternalCallError, type ExternalCaller } from '../util/external-call.ts';
import { cleanSecret } from '../util/secret-forms.ts';
import type { HttpClient, TokenCredential } from './sdk-types.ts';

/** How long a value is used before it is read again: a rotated secret is in use after this, at the latest. */
const SECRET_KEPT_MS = 5 * 60_000;

export interface SecretStoreOptions {
  readonly vaultUrl: string | undefined;
  readonly environment: Environment;
  readonly credential: TokenCredential;
  readonly call: ExternalCaller;
  readonly clock: Clock;
  /** Gets every value, so that it never appears in a log or a record. */
  readonly onSecret: (value: string) => void;
  readonly httpClient?: HttpClient | undefined;
}

/** @param version of it; default: the one in use. */
type Read = (name: string, version?: string) => Promise<Secret>;

/** Makes the store of this process. */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const { vaultUrl, environment, clock, onSecret } = options;
  const read = vaultUrl === undefined ? fromSettings(environment) : fromVault(vaultUrl, options);
  const cached = createCache<Secret>(clock, () => SECRET_KEPT_MS);
  const readLast = new Map<string, Secret>();
  const versions = new Map<string, Secret>();
  const readAndKnow = async (name: string, version?: string): Promise<Secret> => {
    const secret = await read(name, version);
    onSecret(secret.value);
    if (secret.version !== null) versions.set(`${name}/${secret.version}`, secret);
    return secret;
  };
  const get = (name: string, atMostOldMs?: number): Promise<Secret> =>
    cached(
      name,
      async () => {
        const secret = await readAndKnow(name);
        readLast.set(name, secret);
        return secret;
      },
      atMostOldMs,
    );
  return {
    get,
    getOrLast: (name) =>
      get(name).catch((error: unknown) => {
        // What the vault refuses is not to be used any more.
        if (error instanceof SecretError) readLast.delete(name);
        const known = readLast.get(name);
        if (known === undefined || !(error instanceof ExternalCallError)) throw error;
        return known;
      }),
    getVersion: async (name, version) => versions.get(`${name}/${version}`) ?? readAndKnow(name, version),
  };
}

function fromSettings(environment: Environment): Read {
  return async (name) => {
    const setting = settingOfSecret(name);
    const secret = secretOf(environment[setting] ?? '', null, null);
    if (secret !== null) return secret;
    throw new SecretError(
      name,
      `The secret ${name} is not set. Set ${setting} in the app's settings, or KEY_VAULT_URL to read secrets from a vault.`,
    );
  };
}

function fromVault(vaultUrl: string, { credential, call, httpClient }: SecretStoreOptions): Read {
  const vault = new URL(vaultUrl).host;
  const connect = async () => {
    const { SecretClient } = await import('./clients.ts');
    return new SecretClient(vaultUrl, credential, {
      retryOptions: { maxRetries: 0 },
      ...(httpClient === undefined ? {} : { httpClient }),
    });
  };
  let connecting: ReturnType<typeof connect> | undefined;

  return async (name, version) => {
    connecting ??= connect();
    const client = await connecting;
    const { value, properties } = await call(
      { service: 'key-vault', operation: `read the secret ${name}` },
      (abortSignal) => client.getSecret(name, { abortSignal, ...(version === undefined ? {} : { version }) }),
    ).catch((error: unknown) => {
      throw error instanceof ExternalCallError && error.failure === 'refused' ? refused(name, vault, error) : error;
    });
    const secret = secretOf(value ?? '', properties.version ?? null, properties.expiresOn ?? null);
    if (secret !== null) return secret;
    throw new SecretError(name, `The secret ${name} in ${vault} is empty. Set its value.`);
  };
}

/** Null where nothing is left of the value. */
function secretOf(stored: string, version: string | null, expiresOn: Date | null): Secret | null {
  const value = cleanSecret(stored);
  return value === '' ? null : { value, version, expiresOn, wasWrapped: value !== stored };
}

function refused(name: string, vault: string, error: ExternalCallError): SecretError {
  const isForbidden = error.status === 401 || error.status === 403;
  const message =
    error.status === 404
      ? `The secret ${name} is not in ${vault}. Set it there.`
      : error.status === 403 && /disabled/i.test(error.message)
        ? `The secret ${name} in ${vault} is disabled. Enable it or set a new version.`
        : isForbidden
          ? `The app may not read the secret ${name} in ${vault}. Give its identity the role Key Vault Secrets User there.`
          : `The secret ${name} could not be read from ${vault}: ${error.message}`;
  return new SecretError(name, message, error);
}
