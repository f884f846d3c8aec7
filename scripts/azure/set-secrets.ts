// `npm run azure:secrets` puts the secrets that models.json, ALERT_WEBHOOKS and HEARTBEAT_URL name into the key vault.
// Values are typed without echo, or come from environment variables (upper case, `_` for `-`); they go to the vault over HTTPS,
// never into a file, an argument of a command, or a log. An empty answer leaves a secret as it is.

import * as z from 'zod/mini';
import { describedContainer } from '../../cli/described-container.ts';
import { causeOf } from '../../cli/failure.ts';
import { readModelsFile } from '../../cli/models-file.ts';
import { explainerOf } from '../../src/lib/azure/refusals.ts';
import { calledIn, type Entry, hasSlots, isJob } from '../../src/lib/config/models.ts';
import { settingOfSecret } from '../../src/lib/config/secret-names.ts';
import { parseJson } from '../../src/lib/util/json.ts';
import { together } from '../../src/lib/util/sentences.ts';
import { createProgram, runMain } from '../command-line.ts';
import { type AzureCli, azureCli, valuesOf } from './azure-cli.ts';
import { ask, type Delay, patiently, required } from './hook.ts';

/** A secret that the app will read, and what for. */
export interface NeededSecret {
  readonly name: string;
  readonly purpose: string;
}

/** Every secret that the app will read by name, each once, in the order in which it is first named. */
export function neededSecrets(
  entries: readonly Entry[],
  { alertWebhooks = '', heartbeatUrl = '' }: { readonly alertWebhooks?: string; readonly heartbeatUrl?: string },
): readonly NeededSecret[] {
  const needed = new Map<string, string>();
  const need = (name: string, purpose: string) => {
    if (!needed.has(name)) needed.set(name, purpose);
  };
  for (const entry of entries) {
    const { container, lastResort } = entry;
    const whose = calledIn(entry, entry.name);
    if (!isJob(entry) && hasSlots(entry)) {
      need(entry.numeraiKeys.publicId, `public id of the Numerai API key of ${whose}`);
      need(entry.numeraiKeys.secretKey, `secret of the Numerai API key of ${whose}`);
    }
    for (const each of [container, lastResort?.container]) {
      const described = each === undefined ? null : describedContainer(each);
      if (described === null || !('secrets' in described)) continue;
      for (const [variable, secret] of Object.entries(described.secrets)) {
        need(secret, `${variable} in the container of ${whose}`);
      }
      if ('registry' in described && described.registry?.passwordSecret !== undefined) {
        const { passwordSecret, username, server } = described.registry;
        need(passwordSecret, `password of ${username} at ${server}`);
      }
      if (!('volumes' in described)) continue;
      for (const { account, accountKeySecret } of described.volumes)
        need(accountKeySecret, `key of the storage account ${account}`);
    }
  }
  for (const pair of alertWebhooks.split(',')) {
    const [format, address, key] = pair.trim().split(':');
    if (address !== undefined) need(address, `address to which ${format} alerts are posted`);
    if (key !== undefined) need(key, 'key with which they are signed: `whsec_` and 24 to 64 random bytes in base64');
  }
  if (heartbeatUrl.trim() !== '') need(heartbeatUrl.trim(), 'address that is called while all is well');
  return [...needed].map(([name, purpose]) => ({ name, purpose }));
}

/** A key vault, as far as this script needs it. */
export interface Vault {
  has(name: string): Promise<boolean>;
  set(name: string, value: string): Promise<void>;
}

const API_VERSION = '7.4';
/** A role that was given a moment ago takes up to some minutes to be known everywhere. */
const ROLE_DELAY: Delay = { attempts: 20, seconds: 15 };

/** The vault refuses, in words that say whether that may pass. */
class VaultRefusal extends Error {
  readonly mayPass: boolean;

  constructor(message: string, mayPass: boolean, options?: ErrorOptions) {
    super(message, options);
    this.mayPass = mayPass;
  }
}

/** The vault over its REST interface, with a token of the account that the Azure CLI is signed in to. */
export function keyVault(url: string, token: string, delay = ROLE_DELAY): Vault {
  const call = (name: string, init: RequestInit): Promise<'done' | 'missing'> =>
    patiently(
      async () => {
        const response = await fetch(`${url}/secrets/${name}?api-version=${API_VERSION}`, {
          ...init,
          redirect: 'manual',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        }).catch((cause: unknown) => {
          throw unreached(url, name, cause);
        });
        // It holds the value of the secret, or the words of a refusal: only these are ever quoted.
        const body = await response.text();
        if (response.status === 200 && z.object({}).safeParse(parseJson(body)).success) return 'done';
        if (response.status === 404) return 'missing';
        throw refusal(url, name, response.status, body);
      },
      delay,
      (error) => !(error instanceof VaultRefusal) || error.mayPass,
    );
  return {
    has: async (name) => (await call(name, { method: 'GET' })) === 'done',
    async set(name, value) {
      const became = await call(name, { method: 'PUT', body: JSON.stringify({ value }) });
      if (became === 'missing') throw refusal(url, name, 404, '');
    },
  };
}

const explanationOf = (url: string, name: string, said: string) =>
  explainerOf('key-vault', { place: new URL(url).host, name, by: 'person' })(said);

/** A role that was given a moment ago, what is being deleted, and a vault that is busy: that passes. */
function refusal(url: string, name: string, status: number, body: string): VaultRefusal {
  const mayPass = status >= 500 || status === 429 || status === 403 || /ObjectIsBeing/.test(body);
  if (status < 400)
    return new VaultRefusal(`${url} answered ${status} for the secret ${name}, and not as a vault does.`, true);
  const found = explanationOf(url, name, status === 403 ? `${body} Forbidden` : body);
  const said = `${url} answered ${status} for the secret ${name}.`;
  return new VaultRefusal(together(said, found?.what, found?.remedy) ?? said, mayPass && !isForGood(body));
}

/** What no role or policy changes, however new. */
const isForGood = (body: string): boolean =>
  /ForbiddenBy(Firewall|Connection)|Secret(Disabled|Expired|NotYetValid)/.test(body);

function unreached(url: string, name: string, cause: unknown): VaultRefusal {
  const said = causeOf(cause);
  const found = explanationOf(url, name, said);
  const message = found === null ? `${url} cannot be reached${said}` : `${found.what} ${found.remedy}`;
  return new VaultRefusal(message, found === null, { cause });
}

/** The audience of a vault's tokens: `https://vault.azure.net` for `https://name.vault.azure.net`. */
export function vaultAudience(url: string): string {
  const { hostname } = new URL(url);
  return `https://${hostname.slice(hostname.indexOf('.') + 1)}`;
}

/** A token for the vault of the account that the Azure CLI is signed in to. */
export async function vaultToken(az: AzureCli, url: string): Promise<string> {
  const [token = ''] = await valuesOf(
    az,
    ['account', 'get-access-token', '--resource', vaultAudience(url)],
    'accessToken',
  );
  return token;
}

async function main(): Promise<void> {
  const program = createProgram('npm run azure:secrets --')
    .description('Puts the secrets that models.json, ALERT_WEBHOOKS and HEARTBEAT_URL name into the key vault.')
    .argument('[names...]', 'only these: to rotate them')
    .option('--missing', 'only those that the vault does not have yet')
    .parse();
  const { missing = false } = program.opts<{ missing?: boolean }>();
  const environment = process.env;
  const url = required(environment, 'KEY_VAULT_URL').replace(/\/+$/, '');
  const { models, jobs } = await readModelsFile('models.json', '.');
  const needed = neededSecrets([...models, ...jobs], {
    alertWebhooks: environment.ALERT_WEBHOOKS ?? '',
    heartbeatUrl: environment.HEARTBEAT_URL ?? '',
  });
  const chosen =
    program.args.length === 0
      ? needed
      : program.args.map((name) => needed.find((secret) => secret.name === name) ?? { name, purpose: '' });

  const given = chosen.some(({ name }) => environment[settingOfSecret(name)]);
  if (!process.stdin.isTTY && !given) {
    // A pipeline: nobody to ask, and nothing to set. It need not have access to the vault for that.
    console.log(`No secret was set. The app will need: ${chosen.map(({ name }) => name).join(', ')}.`);
    return;
  }
  const vault = keyVault(url, await vaultToken(azureCli(environment.AZURE_SUBSCRIPTION_ID), url));
  const unset: string[] = [];
  for (const { name, purpose } of chosen) {
    if (missing && (await vault.has(name))) continue;
    const value = environment[settingOfSecret(name)] || (await typed(name, purpose));
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

if (import.meta.main) await runMain(main);
