// Puts the secrets that models.json and ALERT_WEBHOOKS name into the key vault. Values are typed without
// echo, or come from environment variables of the same name (upper case, `_` for `-`); they go to the
// vault over HTTPS, never into a file, an argument of a command, or a log.
//
//   npm run azure:secrets                  asks for every secret; an empty answer leaves it as it is
//   npm run azure:secrets -- --missing     asks for those only that the vault does not have yet
//   npm run azure:secrets -- NAME …        asks for these (this is how a secret is rotated)

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Model, parseModels } from '../src/lib/config/models.ts';
import { ask, azureCli, CommandError, isMain, required, runMain } from './command-line.ts';

/** A secret that the app will read, and what for. */
export interface NeededSecret {
  readonly name: string;
  readonly purpose: string;
}

/** Every secret that the app will read by name, each once, in the order in which it is first named. */
export function neededSecrets(
  models: readonly Model[],
  alertWebhooks: string,
): readonly NeededSecret[] {
  const needed = new Map<string, string>();
  const need = (name: string, purpose: string) => {
    if (!needed.has(name)) needed.set(name, purpose);
  };
  for (const { name, numeraiKeys, container } of models) {
    need(numeraiKeys.publicId, `public id of the Numerai API key of model ${name}`);
    need(numeraiKeys.secretKey, `secret of the Numerai API key of model ${name}`);
    if (container.kind === 'group') continue;
    for (const [variable, secret] of Object.entries(container.secrets)) {
      need(secret, `${variable} in the container of model ${name}`);
    }
    const { registry } = container;
    if (registry?.passwordSecret !== undefined) {
      need(registry.passwordSecret, `password of ${registry.username} at ${registry.server}`);
    }
  }
  for (const pair of alertWebhooks.split(',')) {
    const [format, secret] = pair.trim().split(':');
    if (secret !== undefined) need(secret, `address to which ${format} alerts are posted`);
  }
  return [...needed].map(([name, purpose]) => ({ name, purpose }));
}

/** The environment variable from which a secret is taken where nobody can be asked. */
export function variableOf(secretName: string): string {
  return secretName.toUpperCase().replaceAll('-', '_');
}

/** A key vault, as far as this script needs it. */
export interface Vault {
  has(name: string): Promise<boolean>;
  set(name: string, value: string): Promise<void>;
}

const API_VERSION = '7.4';
/** A role that was given a moment ago takes up to some minutes to be known everywhere. */
const ROLE_DELAY = { attempts: 20, seconds: 15 } as const;

/** The vault over its REST interface, with a token of whoever is signed in to the Azure CLI. */
export function keyVault(
  url: string,
  token: string,
  wait: { readonly attempts: number; readonly seconds: number } = ROLE_DELAY,
): Vault {
  const call = async (name: string, method: 'GET' | 'PUT', value?: string): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(`${url}/secrets/${name}?api-version=${API_VERSION}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(value === undefined ? {} : { body: JSON.stringify({ value }) }),
      });
      if (response.status !== 403 || attempt >= wait.attempts) return response;
      if (attempt === 1) console.log('The vault does not let you in yet; trying again …');
      await sleep(wait.seconds * 1000);
    }
  };
  return {
    async has(name) {
      const response = await call(name, 'GET');
      await response.body?.cancel();
      if (response.status === 404) return false;
      if (response.ok) return true;
      throw refused(url, name, response.status);
    },
    async set(name, value) {
      const response = await call(name, 'PUT', value);
      await response.body?.cancel();
      if (!response.ok) throw refused(url, name, response.status);
    },
  };
}

function refused(url: string, name: string, status: number): CommandError {
  const hint =
    status === 403
      ? ' Your account needs the role Key Vault Secrets Officer on it (docs/deploy.md, "Secrets").'
      : '';
  return new CommandError(`${url} answered ${status} for the secret ${name}.${hint}`);
}

/** The audience of a vault's tokens: `https://vault.azure.net` for `https://name.vault.azure.net`. */
export function vaultAudience(url: string): string {
  const { hostname } = new URL(url);
  return `https://${hostname.slice(hostname.indexOf('.') + 1)}`;
}

async function main(): Promise<void> {
  const environment = process.env;
  const url = required(environment, 'KEY_VAULT_URL').replace(/\/+$/, '');
  const models = parseModels(await readFile('models.json', 'utf8'), {
    file: 'models.json',
    containerLocation: environment.CONTAINER_LOCATION || environment.AZURE_LOCATION,
    containerIdentityId: environment.CONTAINER_IDENTITY_ID || undefined,
  });
  const args = process.argv.slice(2);
  const onlyMissing = args.includes('--missing');
  const names = args.filter((argument) => !argument.startsWith('--'));
  const needed = neededSecrets(models, environment.ALERT_WEBHOOKS ?? '');
  const wanted =
    names.length === 0
      ? needed
      : names.map((name) => needed.find((secret) => secret.name === name) ?? { name, purpose: '' });

  const given = wanted.filter(({ name }) => (environment[variableOf(name)] ?? '') !== '');
  if (!process.stdin.isTTY && given.length === 0) {
    // A pipeline: nobody to ask, nothing to set. It need not be let into the vault for that.
    console.log(
      `No secret was set; the app will want: ${wanted.map(({ name }) => name).join(', ')}.`,
    );
    return;
  }
  const az = azureCli(environment.AZURE_SUBSCRIPTION_ID);
  const token = await az([
    ...['account', 'get-access-token', '--resource', vaultAudience(url)],
    ...['--query', 'accessToken', '--output', 'tsv'],
  ]);
  const vault = keyVault(url, token);
  const unset: string[] = [];
  for (const { name, purpose } of wanted) {
    if (onlyMissing && (await vault.has(name))) continue;
    const value = environment[variableOf(name)] || (await typed(name, purpose));
    if (value === '') unset.push(name);
    else {
      await vault.set(name, value);
      console.log(`${name}: set.`);
    }
  }
  if (unset.length > 0) console.log(`Left as they are: ${unset.join(', ')}.`);
}

function typed(name: string, purpose: string): Promise<string> {
  if (!process.stdin.isTTY) return Promise.resolve('');
  return ask(`${name}${purpose === '' ? '' : ` (${purpose})`}, not shown: `, true);
}

if (isMain(import.meta.url)) await runMain(main);
