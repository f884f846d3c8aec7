// The hook before provisioning, as it runs: a process with a folder, settings, and an Azure CLI that answers.

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** @param locks what the Azure CLI says of the locks. @param identities and of the identities of jobs, one a line. */
function runHook(
  models: unknown,
  settings: Record<string, string> = {},
  locks: unknown = [],
  identities = '',
): Promise<Hook> {
  const folder = mkdtempSync(join(tmpdir(), 'before-provision-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'models.json'), JSON.stringify(models));
  writeFileSync(join(folder, 'locks.json'), JSON.stringify(locks));
  writeFileSync(join(folder, 'identities.txt'), identities);
  const account = 'case "$*" in *get-access-token*) echo token;; *other*) exit 1;; *) echo tenant;; esac';
  const answers = `lock) cat locks.json;; identity) cat identities.txt;; account) ${account};; *) echo "[]";;`;
  writeFileSync(join(folder, 'az'), `#!/bin/sh\necho "$*" >> commands.txt\ncase "$1" in ${answers} esac\n`);
  writeFileSync(join(folder, 'azd'), '#!/bin/sh\necho "azd $*" >> commands.txt\n');
  for (const program of ['az', 'azd']) chmodSync(join(folder, program), 0o755);
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

/** A vault that has these secrets, and no others. */
async function vaultWith(names: readonly string[]): Promise<string> {
  const server = createServer((request, response) => {
    const has = names.some((name) => request.url?.startsWith(`/secrets/${name}?`));
    response.writeHead(has ? 200 : 404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return `http://127.0.0.1:${port}`;
}

// Azure refuses to make a job whose secrets it cannot read.
test.each<[string, { identities: string; secrets: readonly string[] | null }, 'true' | 'false', RegExp]>([
  [
    'nothing is deployed yet',
    { identities: '', secrets: null },
    'false',
    /the identity that reads .* is only made now/,
  ],
  ['the identity is new', { identities: '', secrets: ['id', 'key'] }, 'false', /the identity that reads/],
  ['a secret is missing', { identities: '/id-jobs-1', secrets: ['id'] }, 'false', /the vault does not have key yet/],
  ['all is there', { identities: '/id-jobs-1', secrets: ['id', 'key'] }, 'true', /✓ Container Apps jobs: made by/],
])('jobs are made once their secrets can be read: %s', async (_, { identities, secrets }, makes, said) => {
  const job = { image: 'docker.io/a/b:1', secrets: { NUMERAI_PUBLIC_ID: 'id', NUMERAI_SECRET_KEY: 'key' } };
  const models = { models: [{ name: 'nightly', tournament: 'classic', container: { containerAppsJob: job } }] };
  const settings: Record<string, string> = secrets === null ? {} : { KEY_VAULT_URL: await vaultWith(secrets) };
  const { exitCode, output, commands } = await runHook(models, settings, [], identities);
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(said);
  expect(commands).toContain(`azd env set MAKE_JOBS ${makes}`);
});

test('where the template makes no job, nothing is decided about jobs', async () => {
  const named = { models: [{ name: 'nightly', tournament: 'classic', container: { containerAppsJob: 'own' } }] };
  for (const models of [GOOD, named]) expect((await runHook(models)).commands.join()).not.toContain('MAKE_JOBS');
});
