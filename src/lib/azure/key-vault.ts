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
import { sentenceOf } from '../util/sentences.ts';
import type { HttpClient, TokenCredential } from './sdk-types.ts';

/** How long a value is used before it is read again: a rotated secret is in use after this, at the latest. */
const SECRET_KEPT_MS = 5 * 60_000;
/** A vault that refuses is asked once more after this. */
const REFUSAL_DOUBTED_MS = 1_500;
/** What the vault knows of the secret itself is no matter of replicas. */
const OF_SECRET = /Secret(Disabled|Expired|NotYetValid)/;

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
    const secret = cleaned({ value: environment[setting] ?? '', version: null, expiresOn: null, doubt: null });
    if (secret !== null) return secret;
    throw new SecretError(
      name,
      `The secret ${name} is not set.`,
      `Set ${setting} in the app's settings, or KEY_VAULT_URL to read secrets from a vault.`,
    );
  };
}

function fromVault(vaultUrl: string, { credential, call, clock, httpClient }: SecretStoreOptions): Read {
  const vault = new URL(vaultUrl).host;
  const connect = async () => {
    const { SecretClient, ONCE, checked, explainerOf } = await import('./clients.ts');
    const client = new SecretClient(vaultUrl, credential, {
      ...ONCE,
      ...(httpClient === undefined ? {} : { httpClient }),
    });
    return { client, checked, explainerOf };
  };
  let connecting: ReturnType<typeof connect> | undefined;

  return async (name, version) => {
    connecting ??= connect();
    const { client, checked, explainerOf } = await connecting;
    const explain = explainerOf('key-vault', { place: vault, name });
    const ask = () =>
      call({ service: 'key-vault', operation: `read the secret ${name}`, explain }, async (abortSignal) =>
        checked.secret(
          { name, version, explain, now: clock.now() },
          await client.getSecret(name, { abortSignal, ...(version === undefined ? {} : { version }) }),
        ),
      );
    const read = await ask().catch(async (error: unknown) => {
      if (!isRefused(error)) throw error;
      if (OF_SECRET.test(error.message)) throw refused(name, error);
      // One refusal is not believed: a replica of the vault may not know of a role, or of the secret, for a moment.
      await clock.sleep(REFUSAL_DOUBTED_MS);
      return ask().catch((again: unknown) => {
        throw isRefused(again) ? refused(name, again) : again;
      });
    });
    const secret = cleaned(read);
    if (secret !== null) return secret;
    throw new SecretError(name, `The secret ${name} in ${vault} is empty.`, 'Set its value.');
  };
}

/** Without what stands around the value; null where nothing is left of it. */
function cleaned(read: Omit<Secret, 'wasWrapped'>): Secret | null {
  const value = cleanSecret(read.value);
  return value === '' ? null : { ...read, value, wasWrapped: value !== read.value };
}

function isRefused(error: unknown): error is ExternalCallError {
  return error instanceof ExternalCallError && error.failure === 'refused';
}

function refused(name: string, error: ExternalCallError): SecretError {
  const { what = sentenceOf(error), remedy = null } = error.explanation ?? {};
  return new SecretError(name, what, remedy, error);
}
