// Secrets by name: from Key Vault with the app's identity, kept for some minutes; from the settings
// where no vault is configured. Whatever is read here is made known to the redaction at once.

import type { SecretClient } from '@azure/keyvault-secrets';
import { settingOfSecret } from '../config/secret-names.ts';
import { type Secret, SecretError, type SecretStore } from '../config/secrets.ts';
import type { Environment } from '../config/settings.ts';
import type { Clock } from '../util/clock.ts';
import { ExternalCallError, type ExternalCaller } from '../util/external-call.ts';
import { createSingleFlight } from '../util/single-flight.ts';
import { noAnswerInTime } from './external-call.ts';
import type { HttpClient, TokenCredential } from './sdk-types.ts';

/** How long a value is used before it is read again: a rotated secret is in use after this, at the latest. */
const SECRET_KEPT_MS = 5 * 60_000;

export interface SecretStoreOptions {
  readonly vaultUrl: string | undefined;
  readonly environment: Environment;
  readonly credential: TokenCredential;
  readonly call: ExternalCaller;
  readonly clock: Clock;
  /** Told of every value, so that it never appears in a log or a record. */
  readonly onSecret: (value: string) => void;
  readonly httpClient?: HttpClient | undefined;
}

/** Makes the store of this process: with a vault where there is one, else of the settings. */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const { vaultUrl } = options;
  if (vaultUrl === undefined) return { get: async (name) => fromSettings(name, options) };
  const read = vaultReader(vaultUrl, options);
  const kept = new Map<string, { readonly secret: Secret; readonly readAt: number }>();
  // Runs that start together share one request.
  const ask = createSingleFlight<Secret>();

  async function readAnew(name: string): Promise<Secret> {
    const readAt = options.clock.now().getTime();
    const secret = await read(name);
    options.onSecret(secret.value);
    kept.set(name, { secret, readAt });
    return secret;
  }

  return {
    async get(name, signal) {
      const known = kept.get(name);
      if (known !== undefined && options.clock.now().getTime() - known.readAt < SECRET_KEPT_MS)
        return known.secret;
      return ask(
        name,
        () => readAnew(name),
        signal,
        () => {
          throw noAnswerInTime({ service: 'key-vault', operation: operationOf(name) });
        },
      );
    },
  };
}

const operationOf = (name: string): string => `read the secret ${name}`;

function fromSettings(name: string, { environment, onSecret }: SecretStoreOptions): Secret {
  const setting = settingOfSecret(name);
  const value = environment[setting];
  if (value === undefined || value === '') {
    throw new SecretError(
      name,
      `The secret ${name} is not set. Set ${setting} in the app's settings, or KEY_VAULT_URL to read secrets from a vault.`,
    );
  }
  onSecret(value);
  return { value, expiresOn: null };
}

function vaultReader(vaultUrl: string, { credential, call, httpClient }: SecretStoreOptions) {
  let loading: Promise<SecretClient> | undefined;
  const connect = async (): Promise<SecretClient> => {
    const { SecretClient } = await import('./clients.ts');
    return new SecretClient(vaultUrl, credential, {
      retryOptions: { maxRetries: 0 },
      ...(httpClient === undefined ? {} : { httpClient }),
    });
  };
  const vault = new URL(vaultUrl).host;

  return async (name: string): Promise<Secret> => {
    loading ??= connect();
    const client = await loading;
    try {
      const secret = await call(
        { service: 'key-vault', operation: operationOf(name) },
        (abortSignal) => client.getSecret(name, { abortSignal }),
      );
      if (secret.value === undefined || secret.value === '') {
        throw new SecretError(name, `The secret ${name} in ${vault} is empty. Set its value.`);
      }
      return { value: secret.value, expiresOn: secret.properties.expiresOn ?? null };
    } catch (error) {
      throw error instanceof ExternalCallError && error.failure === 'refused'
        ? refused(name, vault, error)
        : error;
    }
  };
}

function refused(name: string, vault: string, error: ExternalCallError): SecretError {
  const message =
    error.status === 404
      ? `The secret ${name} is not in ${vault}. Set it there.`
      : error.status === 403 && /disabled/i.test(error.message)
        ? `The secret ${name} in ${vault} is disabled. Enable it or set a new version.`
        : error.status === 401 || error.status === 403
          ? `The app may not read the secret ${name} in ${vault}. Give its identity the role Key Vault Secrets User there.`
          : `The secret ${name} could not be read from ${vault}: ${error.message}`;
  return new SecretError(name, message, error);
}
