// Every command of the Azure CLI that is written anywhere, but those of its extensions, parsed by the Azure CLI itself.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { numeraiKeys } from '../../scripts/azure/after-deploy.ts';
import { operatorKey, webhookKey } from '../../scripts/azure/app-keys.ts';
import { registerProviders } from '../../scripts/azure/providers.ts';
import { installationOf, removeAll } from '../../scripts/azure/remove.ts';
import { vaultToken } from '../../scripts/azure/set-secrets.ts';
import { subscriptionFindings } from '../../scripts/azure/subscription.ts';
import { NO_PYTHON, pythonOf } from '../../scripts/python-environments.ts';
import { checkJob } from '../../src/lib/compute/container-apps/health.ts';
import { type Command, hasBash } from '../docs/commands/in-shell.ts';
import { type Written, writtenCommands } from '../docs/commands/written.ts';
import { cli } from '../scripts/cli.ts';
import { runPython } from './run-python.ts';

const PROGRAM = fileURLToPath(new URL('azure_cli.py', import.meta.url));
/** The worst of values that are generated. */
const WITH_HYPHEN = '-9begins-with-a-hyphen';
/** Groups of commands that come with an extension, which the Azure CLI downloads itself. */
const EXTENSIONS = ['datafactory', 'ml'];

const python = pythonOf('azure-cli');
const isMissing = python === undefined || !hasBash;
const title = (text: string) => (isMissing ? `${text} (${NO_PYTHON})` : text);

const A_SUBNET =
  '/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/network/subnets/subnet';

/** Where an id is put in, the Azure CLI looks at its form. */
const filled = (argument: string, index: number, all: Command): string =>
  all[index - 1] === '--ids' ? A_SUBNET : argument;

/** The remedies whose options depend on what is wrong. */
function commandsOfRemedies(): readonly Written[] {
  const template = { containers: [{ name: 'main', image: 'image' }] };
  const sound = { triggerType: 'Manual', replicaRetryLimit: 0, replicaTimeout: null, manualTriggerConfig: null };
  const several = { parallelism: 2, replicaCompletionCount: 1 };
  return [{ replicaRetryLimit: 1 }, { manualTriggerConfig: several }, { replicaTimeout: 60 }].map((fault) => ({
    file: 'src/lib/compute/container-apps/health.ts',
    command: (
      checkJob({ job: 'job', made: null }, { template, runningState: 'Ready', ...sound, ...fault }, 60)?.remedy ?? ''
    ).split(' '),
  }));
}

/** What the Azure CLI says of each: null where it takes it. */
async function saidOf(commands: readonly Command[]): Promise<readonly (string | null)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'azure-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { exitCode, output } = await runPython(python, [PROGRAM, JSON.stringify(commands)], {
    AZURE_CONFIG_DIR: folder,
    AZURE_CORE_COLLECT_TELEMETRY: 'false',
    AZURE_EXTENSION_USE_DYNAMIC_INSTALL: 'no',
  });
  expect(exitCode, output).toBe(0);
  return z.array(z.string().nullable()).parse(JSON.parse(output));
}

/** What the scripts of a deployment run. */
async function commandsOfScripts(): Promise<readonly Written[]> {
  const app = { name: 'value', resourceGroup: 'value', url: 'https://app.example' };
  const { az, calls } = cli({
    'function keys list': '{"default":"key"}',
    'keys list': '{"functionKeys":{}}',
    'role definition list': 'role-1',
    'identity list': 'principal-1',
    'role assignment list': 'assignment-1\nassignment-2',
    'secret show': 'value',
    'account get-access-token': 'value',
  });
  await registerProviders(az, ['Microsoft.App']);
  await subscriptionFindings(az, { AZURE_SUBSCRIPTION_ID: 'id', AZURE_ENV_NAME: 'env' }, { models: [], jobs: [] });
  await vaultToken(az, 'https://vault.vault.azure.net');
  await webhookKey(az, app);
  const made = await operatorKey(az, app);
  await numeraiKeys(az, [{ numeraiKeys: { publicId: 'a', secretKey: 'b' } }], { KEY_VAULT_NAME: 'vault' });
  await removeAll(az, installationOf({ AZURE_SUBSCRIPTION_ID: 'id', AZURE_ENV_NAME: 'env' }));
  return calls.map((args) => ({
    file: 'scripts/azure',
    command: [
      'az',
      ...args.map((part) => part.replace(made, WITH_HYPHEN)),
      '--subscription',
      'id',
      '--only-show-errors',
    ],
  }));
}

test.skipIf(isMissing)(title('every command of the Azure CLI is one'), { timeout: 300_000 }, async () => {
  const all = [...(await writtenCommands()), ...(await commandsOfScripts()), ...commandsOfRemedies()].filter(
    ({ command: [program, group = ''] }) => program === 'az' && !EXTENSIONS.includes(group),
  );
  expect(all.length).toBeGreaterThan(100);
  const said = await saidOf(all.map(({ command }) => command.slice(1).map(filled)));
  const refused = all.flatMap(({ file, command }, index) =>
    typeof said[index] === 'string' ? [`${file}: ${command.join(' ')}\n${said[index]}`] : [],
  );
  expect(refused).toEqual([]);
});

test.skipIf(isMissing)(title('what is wrong with a command is said'), { timeout: 300_000 }, async () => {
  const said = await saidOf([
    ['keyvault', 'secret', 'shw', '--vault-name', 'v'],
    ['functionapp', 'keys', 'set', '--name', 'a', '--resource-group', 'b', '--key-type', 'functionKeys'],
    ['storage', 'account', 'show', '--nme', 'a'],
    ['container', 'nothing'],
    ['functionapp', 'restart'],
    ['keyvault', 'recover', '--name', WITH_HYPHEN],
  ]);
  expect(said).toEqual([
    expect.stringContaining("'shw' is misspelled"),
    expect.stringContaining('the following arguments are required'),
    expect.stringContaining('unrecognized arguments: --nme'),
    expect.stringContaining("'nothing' is misspelled"),
    null,
    expect.stringContaining('expected one argument'),
  ]);
});
