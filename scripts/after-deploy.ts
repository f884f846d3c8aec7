// After a deployment: makes the operator's key, asks the app for its health and shows what it found, and
// registers the webhooks with Numerai, if you agree. No key is ever written to the screen.
//
// Consent: REGISTER_WEBHOOKS=yes or no; where it is not set, a person is asked, and without a person
// (a pipeline) nothing is registered.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Model, parseModels } from '../src/lib/config/models.ts';
import {
  type AzureCli,
  ask,
  azureCli,
  CommandError,
  isMain,
  required,
  run,
  runMain,
} from './command-line.ts';
import { variableOf } from './set-secrets.ts';

/** The host key that opens the status, the dashboard and the operator's calls; not the one in Numerai's URL. */
export const OPERATOR_KEY = 'operator';

/** Where the app is. */
export interface DeployedApp {
  readonly name: string;
  readonly resourceGroup: string;
  readonly url: string;
}

/** A freshly deployed app takes a while until its host answers about its keys. */
const HOST_DELAY = { attempts: 12, seconds: 10 } as const;

/** Calls until it succeeds; the last failure is thrown. */
export async function patiently<T>(
  call: () => Promise<T>,
  delay: { readonly attempts: number; readonly seconds: number } = HOST_DELAY,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= delay.attempts) throw error;
      await sleep(delay.seconds * 1000);
    }
  }
}

/** The key of the function `webhook`: it opens the webhook alone, and is the one that Numerai is given. */
export async function webhookKey(az: AzureCli, app: DeployedApp): Promise<string> {
  const listed = await az([
    ...['functionapp', 'function', 'keys', 'list', '--function-name', 'webhook'],
    ...['--name', app.name, '--resource-group', app.resourceGroup, '--output', 'json'],
  ]);
  const key: unknown = JSON.parse(listed).default;
  if (typeof key !== 'string') throw new CommandError('The function `webhook` has no key yet.');
  return key;
}

/** The operator's key; made where there is none. */
export async function operatorKey(az: AzureCli, app: DeployedApp): Promise<string> {
  const where = ['--name', app.name, '--resource-group', app.resourceGroup, '--output', 'json'];
  const listed = JSON.parse(await az(['functionapp', 'keys', 'list', ...where]));
  const present: unknown = listed.functionKeys?.[OPERATOR_KEY];
  if (typeof present === 'string') return present;
  const made = randomBytes(32).toString('base64url');
  await az([
    ...['functionapp', 'keys', 'set', '--key-type', 'functionKeys'],
    ...['--key-name', OPERATOR_KEY, '--key-value', made, ...where],
  ]);
  return made;
}

/** What `/api/health?deep=1` found, as lines for a person; what is not understood is shown as it is. */
export function healthLines(body: unknown): readonly string[] {
  const health = isRecord(body) ? body : {};
  const findings = Array.isArray(health.findings) ? health.findings.filter(isRecord) : [];
  if (findings.length === 0) return [JSON.stringify(body)];
  return findings.map(({ dependency, ok, problem, remedy }) => {
    if (ok === true) return `ok   ${dependency}`;
    return `BAD  ${[`${dependency}:`, problem, remedy].filter((word) => typeof word === 'string').join(' ')}`;
  });
}

/** Whether the webhooks are to be registered; undefined: a person must be asked. */
export function consentOf(answer: string | undefined): boolean | undefined {
  const word = (answer ?? '').trim().toLowerCase();
  if (['yes', 'y', 'true', '1'].includes(word)) return true;
  if (['no', 'n', 'false', '0'].includes(word)) return false;
  return undefined;
}

async function showHealth(app: DeployedApp, key: string): Promise<void> {
  const response = await patiently(async () => {
    const answer = await fetch(`${app.url}/api/health?deep=1`, {
      headers: { 'x-functions-key': key },
    });
    // 503 is an answer of the app's own (something is wrong); the others come while the host starts.
    if ([401, 404, 502, 504].includes(answer.status)) {
      throw new CommandError(`${app.url}/api/health?deep=1 answered ${answer.status}.`);
    }
    return answer;
  });
  console.log('\nHealth, as the app finds it with its own identity:');
  const text = await response.text();
  try {
    for (const line of healthLines(JSON.parse(text))) console.log(`  ${line}`);
  } catch {
    console.log(`  ${app.url}/api/health?deep=1 answered ${response.status}, not in JSON.`);
  }
}

/**
 * Numerai's API keys of all models, as `register` wants them: in variables named after their secrets. From the
 * environment where they are set there, else from the vault.
 */
export async function numeraiKeys(
  az: AzureCli,
  models: readonly Pick<Model, 'numeraiKeys'>[],
  environment: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const keys: Record<string, string> = {};
  for (const name of models.flatMap((model) => Object.values<string>(model.numeraiKeys))) {
    const variable = variableOf(name);
    keys[variable] ??= environment[variable] || (await secretOf(az, name, environment));
  }
  return keys;
}

function secretOf(az: AzureCli, name: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const vaultName = required(environment, 'KEY_VAULT_NAME');
  return az([
    ...['keyvault', 'secret', 'show', '--vault-name', vaultName, '--name', name],
    ...['--query', 'value', '--output', 'tsv'],
  ]);
}

async function register(az: AzureCli, app: DeployedApp, models: readonly Model[]): Promise<void> {
  const key = await patiently(() => webhookKey(az, app));
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
  await showHealth(app, await patiently(() => operatorKey(az, app)));

  // Where containers run does not matter here.
  const models = parseModels(await readFile('models.json', 'utf8'), {
    file: 'models.json',
    containerLocation: 'any',
    containerIdentityId: 'any',
  });
  const names = models.map((model) => model.name).join(', ');
  console.log(`\nNumerai calls ${app.url}/api/webhook/<model> once it is registered there.`);
  let consent = consentOf(environment.REGISTER_WEBHOOKS);
  if (consent === undefined && process.stdin.isTTY) {
    consent = consentOf(await ask(`Register the webhooks of ${names} with Numerai now? (yes/no) `));
  }
  if (consent === true) await register(az, app, models);
  else console.log('Nothing was registered. docs/deploy.md, "Register the webhooks", says how.');
  console.log(`\nDashboard: ${app.url}/api/dashboard`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

if (isMain(import.meta.url)) await runMain(main);
