// After a deployment: makes the operator's key, shows the app's health, and registers the webhooks with Numerai
// if you agree. No key is ever printed.
//
// REGISTER_WEBHOOKS=yes or no is the consent. Where it is not set, a person is asked; without a person (a
// pipeline) nothing is registered.

import { healthSchema } from '../../cli/app-schema.ts';
import { readModelsFile } from '../../cli/models-file.ts';
import { explainerOf } from '../../src/lib/azure/refusals.ts';
import type { Model } from '../../src/lib/config/models.ts';
import { settingOfSecret } from '../../src/lib/config/secret-names.ts';
import { messageOf } from '../../src/lib/util/errors.ts';
import { together } from '../../src/lib/util/sentences.ts';
import { runMain } from '../command-line.ts';
import { type DeployedApp, operatorKey, webhookKey } from './app-keys.ts';
import { type AzureCli, azureCli, run, valuesOf } from './azure-cli.ts';
import { ask, type Delay, patiently, required } from './hook.ts';

/** The host of a freshly deployed app takes a while until it answers about its keys. */
const HOST_DELAY: Delay = { attempts: 12, seconds: 10 };
/** Answers of a host that is still starting. 503 is the app's own: something is wrong. */
const STARTING = [401, 404, 502, 504];

/** What `/api/health?deep=1` found, as lines for a person; an answer of another form is shown as it is. */
export function healthLines(body: unknown): readonly string[] {
  const health = healthSchema.safeParse(body);
  if (!health.success) return [JSON.stringify(body)];
  return health.data.findings.map(({ dependency, ok, problem, remedy }) => {
    // Some problems say themselves what to do.
    const more = problem?.includes(remedy ?? '') ? null : remedy;
    return ok ? `✓ ${dependency}` : `✗ ${dependency}: ${together(problem, more) ?? ''}`;
  });
}

/** Whether to register the webhooks; undefined: ask a person. */
export function consentOf(answer: string | undefined): boolean | undefined {
  const word = (answer ?? '').trim().toLowerCase();
  if (['yes', 'y', 'true', '1'].includes(word)) return true;
  if (['no', 'n', 'false', '0'].includes(word)) return false;
  return undefined;
}

async function showHealth(app: DeployedApp, key: string): Promise<void> {
  const address = `${app.url}/api/health?deep=1`;
  const response = await patiently(async () => {
    const answer = await fetch(address, { headers: { 'x-functions-key': key } });
    if (STARTING.includes(answer.status)) throw new Error(`${address} answered ${answer.status}.`);
    return answer;
  }, HOST_DELAY);
  console.log('\nHealth, checked by the app with its own identity:');
  const text = await response.text();
  try {
    for (const line of healthLines(JSON.parse(text))) console.log(`  ${line}`);
  } catch {
    console.log(`  ${address} answered ${response.status}, not in JSON.`);
  }
}

/**
 * Numerai's API keys of all models, in the variables in which `register` expects them. From the environment
 * where they are set there, else from the vault.
 */
export async function numeraiKeys(
  az: AzureCli,
  models: readonly Pick<Model, 'numeraiKeys'>[],
  environment: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const keys: Record<string, string> = {};
  for (const name of models.flatMap((model) => Object.values<string>(model.numeraiKeys))) {
    const variable = settingOfSecret(name);
    keys[variable] ??= environment[variable] || (await secretOf(az, name, environment));
  }
  return keys;
}

async function secretOf(az: AzureCli, name: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const vaultName = required(environment, 'KEY_VAULT_NAME');
  const command = ['keyvault', 'secret', 'show', '--vault-name', vaultName, '--name', name];
  try {
    const [value = ''] = await valuesOf(az, command, 'value');
    return value;
  } catch (error) {
    const found = explainerOf('key-vault', { place: vaultName, name, by: 'person' })(messageOf(error));
    throw found === null ? error : new Error(`${found.what} ${found.remedy}`, { cause: error });
  }
}

async function register(az: AzureCli, app: DeployedApp, models: readonly Model[]): Promise<void> {
  const key = await patiently(() => webhookKey(az, app), HOST_DELAY);
  const keys = await numeraiKeys(az, models, process.env);
  await run('npm', ['run', 'numerai', '--', 'register', '--url', app.url], {
    show: true,
    env: { ...process.env, ...keys, WEBHOOK_FUNCTION_KEY: key },
  });
}

async function main(): Promise<void> {
  const environment = process.env;
  const app: DeployedApp = {
    name: required(environment, 'AZURE_FUNCTION_NAME'),
    resourceGroup: required(environment, 'AZURE_RESOURCE_GROUP'),
    url: required(environment, 'AZURE_FUNCTION_URL').replace(/\/+$/, ''),
  };
  const az = azureCli(environment.AZURE_SUBSCRIPTION_ID);
  await showHealth(app, await patiently(() => operatorKey(az, app), HOST_DELAY));

  const { models } = await readModelsFile('models.json', '.');
  console.log(`\nNumerai calls ${app.url}/api/webhook/<model> once it is registered there.`);
  let consent = consentOf(environment.REGISTER_WEBHOOKS);
  if (consent === undefined && process.stdin.isTTY) {
    const names = models.map((model) => model.name).join(', ');
    consent = consentOf(await ask(`Register the webhooks of ${names} with Numerai now? (yes/no) `));
  }
  if (consent === true) await register(az, app, models);
  else console.log('Nothing was registered. docs/deploy.md, "Register the webhooks", says how.');
  console.log(`\nDashboard: ${app.url}/api/dashboard`);
}

if (import.meta.main) await runMain(main);
