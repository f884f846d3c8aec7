// The hook before provisioning, as it runs: a process with a folder, settings, and an Azure CLI that answers.

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const HOOK = fileURLToPath(new URL('../../scripts/azure/before-provision.ts', import.meta.url));
const SUBSCRIPTION = '11111111-2222-4333-8444-555555555555';
const SETTINGS = { AZURE_ENV_NAME: 'numerai', AZURE_LOCATION: 'westeurope', AZURE_SUBSCRIPTION_ID: SUBSCRIPTION };
const GOOD = {
  models: [{ name: 'nightly', tournament: 'classic', container: { image: 'docker.io/someone/ensemble:1.4' } }],
};

interface Hook {
  readonly exitCode: number;
  readonly output: string;
  /** What the Azure CLI was asked. */
  readonly commands: readonly string[];
}

/** @param locks what the Azure CLI says of the locks. */
function runHook(models: unknown, settings: Record<string, string> = {}, locks: unknown = []): Promise<Hook> {
  const folder = mkdtempSync(join(tmpdir(), 'before-provision-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'models.json'), JSON.stringify(models));
  writeFileSync(join(folder, 'locks.json'), JSON.stringify(locks));
  const az = join(folder, 'az');
  writeFileSync(
    az,
    '#!/bin/sh\necho "$*" >> commands.txt\ncase "$1" in lock) cat locks.json;; account) case "$*" in *other*) exit 1;; *) echo tenant;; esac;; *) echo "[]";; esac\n',
  );
  chmodSync(az, 0o755);
  writeFileSync(join(folder, 'commands.txt'), '');
  const env = { ...SETTINGS, ...settings, PATH: [folder, process.env.PATH ?? ''].join(delimiter) };
  return new Promise((resolve) => {
    execFile(process.execPath, [HOOK], { cwd: folder, env }, (error, stdout, stderr) => {
      const commands = readFileSync(join(folder, 'commands.txt'), 'utf8').trim().split('\n');
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr, commands });
    });
  });
}

test('where all is in order it asks the subscription, then registers the providers', async () => {
  const { exitCode, output, commands } = await runHook(GOOD);
  expect(exitCode, output).toBe(0);
  expect(output).toContain('✓ models.json: 1 model in order: nightly.');
  expect(output).toContain('✓ locks: nothing is in the way.');
  expect(commands.map((command) => command.split(' --')[0])).toEqual([
    'group list',
    'lock list',
    'policy assignment list',
    'provider register',
  ]);
  expect(commands.at(-1)).toBe(
    `provider register --namespace Microsoft.ContainerInstance --wait --subscription ${SUBSCRIPTION} --only-show-errors`,
  );
});

test.each<[string, unknown, Record<string, string>, RegExp]>([
  ['an empty object', {}, {}, /models\.json:1: models: got nothing\. Expected: a list of models/],
  ['no model', { models: [] }, {}, /models: got a list of 0\. Expected: at least one model/],
  [
    'a model without a container',
    { models: [{ name: 'a', tournament: 'classic' }] },
    {},
    /container of model a: got nothing/,
  ],
  ['the name of an environment', GOOD, { AZURE_ENV_NAME: 'my env.' }, /setting AZURE_ENV_NAME: got `my env\.`/],
])('stops before it asks Azure anything where something is wrong: %s', async (_, models, settings, expected) => {
  const { exitCode, output, commands } = await runHook(models, settings);
  expect(exitCode).toBe(1);
  expect(output).toMatch(expected);
  expect(output).toContain('nothing was done');
  expect(commands).toEqual(['']);
});

test('a lock stops it before anything is registered', async () => {
  const id = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/locks/keep`;
  const { exitCode, output, commands } = await runHook(GOOD, {}, [{ id, name: 'keep', level: 'CanNotDelete' }]);
  expect(exitCode).toBe(1);
  expect(output).toContain('makes in rg-numerai-containers for nightly');
  expect(output).toContain(`Take the lock off: az lock delete --ids ${id}.`);
  expect(commands.join()).not.toContain('provider register');
});

test('the identity that the template is about to make is in no other subscription', async () => {
  const container = { image: 'cr1.azurecr.io/ensemble:1', registry: { server: 'cr1.azurecr.io' } };
  const models = { models: [{ name: 'nightly', tournament: 'classic', container }] };
  const { exitCode, output, commands } = await runHook(models, { CREATE_REGISTRY: 'true' });
  expect(exitCode, output).toBe(0);
  expect(commands.join()).not.toContain('account show');
});

test('an identity of a subscription that is not shown stops it before anything is registered', async () => {
  const identity =
    '/subscriptions/other/resourceGroups/mine/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a';
  const models = { models: [{ ...GOOD.models[0], container: { image: 'docker.io/someone/ensemble:1.4', identity } }] };
  const { exitCode, output, commands } = await runHook(models);
  expect(exitCode).toBe(1);
  expect(output).toMatch(/models\[0\]\.container\.identity of nightly: .*does not show to you/);
  expect(commands.join()).not.toContain('provider register');
});
