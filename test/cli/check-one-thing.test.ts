// `numerai check` without a network, of one thing each: a secret in plain text, what the template does with it, a setting.

import { expect, test } from 'vitest';
import { check, faultsOf, GUID, identityIn, imaged, model, SUBSCRIPTION } from './checked-file.ts';

test.each<[string, object, string]>([
  ['half a key of Numerai', { NUMERAI_PUBLIC_ID: 'abc' }, "a part of Numerai's API key"],
  ['a password, by its name', { DB_PASSWORD: 'hunter2' }, 'a secret, by the name DB_PASSWORD'],
  ['a secret in camel case', { clientSecret: 'hunter-2-hunter' }, 'a secret, by the name clientSecret'],
  ['a token', { WANDB_TOKEN: 'a1b2c3d4e5f60718293a' }, 'a secret, by the name WANDB_TOKEN'],
  ['a token under a plain name', { EXTRA: 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3f' }, 'a key or a token'],
  ['a key of a storage account', { STORE: `${'aB3+'.repeat(21)}aB==` }, 'a key of a storage account'],
  ['a connection string', { STORE: 'AccountName=a;AccountKey=aaaabbbb' }, 'a connection string with its key'],
  [
    'a shared access signature',
    { DATA: 'https://a.blob.core.windows.net/x?sv=1&sig=aaaabbbbcccc' },
    'an address with a key',
  ],
  ['the key of an app in its address', { HOOK: 'https://a.example/api/x?code=aaaabbbbcccc' }, 'an address with a key'],
  ['a key of AWS', { ID: 'AKIAIOSFODNN7EXAMPLE' }, 'an access key of AWS'],
  ['a private key', { PEM: '-----BEGIN RSA PRIVATE KEY-----\nMIIE' }, 'a private key'],
])('notices in plain env %s', async (_what, env, says) => {
  const [fault, ...more] = await faultsOf({ models: [imaged({ env })] });
  expect(fault).toContain(`it looks like ${says}`);
  expect(more).toEqual([]);
});

test.each<[string, object[], string, string]>([
  [
    'an identity of another subscription',
    [imaged({ identity: identityIn(GUID, 'data') })],
    'models[0].container.identity of model m: data is in the subscription',
    'You need Owner (or Contributor and User Access Administrator) there',
  ],
  [
    'one identity in two casings',
    [
      imaged({ identity: identityIn(SUBSCRIPTION, 'data') }),
      { ...imaged({ identity: identityIn(SUBSCRIPTION, 'Data', 'resourcegroups') }), name: 'n' },
    ],
    'models[1].container.identity of model n: Data is written otherwise in models[0].container.identity',
    'Write /subscriptions/',
  ],
  [
    'a subnet of another subscription',
    [
      imaged({
        locations: ['westeurope'],
        subnet: `/subscriptions/${GUID}/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
      }),
    ],
    'models[0].container.subnet of model m: s is in the subscription',
    'name one of the subscription that is deployed to',
  ],
])('says what the template does, and what it takes: %s', async (_what, models, says, remedy) => {
  const { code, out } = await check({ models }, { AZURE_SUBSCRIPTION_ID: SUBSCRIPTION });
  expect(code, out).toBe(0);
  const notes = out.split('\n').filter((line) => line.startsWith('!'));
  expect(notes).toEqual([expect.stringContaining(says)]);
  expect(notes[0]).toContain(remedy);
  expect(notes[0]).toMatch(/models\.json:\d+: /);
});

test.each<[string, object, string, string]>([
  [
    'a group',
    { group: 'own' },
    'models[0].container.group of model m: the container group own',
    'EXISTING_CONTAINER_RESOURCE_GROUP',
  ],
  [
    'a job',
    { containerAppsJob: 'own' },
    'models[0].container.containerAppsJob of model m: the job own',
    'EXISTING_JOB_RESOURCE_GROUP',
  ],
  [
    'a workspace',
    { machineLearning: { workspace: 'ml', batchEndpoint: 'score' } },
    'models[0].container.machineLearning.workspace of model m: the workspace ml',
    'EXISTING_WORKSPACE_RESOURCE_GROUP',
  ],
])('says where something that exists is looked for: %s', async (_what, container, says, setting) => {
  const notes = async (environment: Record<string, string>) => {
    const { code, out } = await check({ models: [model({ container })] }, environment);
    expect(code, out).toBe(0);
    return out.split('\n').filter((line) => line.startsWith('!'));
  };
  const [note] = await notes({ AZURE_ENV_NAME: 'numerai' });
  expect(note).toContain(`${says} is looked for in rg-numerai-containers, which the template makes`);
  expect(note).toContain(`azd env set ${setting} NAME`);
  expect(await notes({ AZURE_ENV_NAME: 'numerai', [setting]: 'mine' })).toEqual([]);
  expect(await notes({ AZURE_ENV_NAME: 'numerai', EXISTING_CONTAINER_RESOURCE_GROUP: 'mine' })).toEqual([]);
  expect(await notes({})).toEqual([]);
});

test.each<[string, object, string]>([
  [
    'variables in a job that is made',
    { containerAppsJob: { name: 'job', image: 'docker.io/someone/model:1', env: {} } },
    'containerAppsJob.env of model m: got a key that is not known here. Expected: `env` beside `containerAppsJob`, and not in it.',
  ],
  [
    'what only a container group has',
    { containerAppsJob: { name: 'job', image: 'docker.io/someone/model:1', volumes: [] } },
    'containerAppsJob.volumes of model m: got a key that is not known here. Expected: no `volumes`: a container group has that',
  ],
  [
    'secrets in a command',
    { machineLearning: { workspace: 'ml', batchEndpoint: 'score', secrets: {} } },
    '`secrets` beside `machineLearning`, and not in it',
  ],
  [
    'half a size, and not what it leads to',
    { containerAppsJob: { name: 'job', image: 'docker.io/someone/model:1', cpu: 0.3, memoryGB: 1 } },
    'containerAppsJob.cpu of model m: got `0.3`. Expected: steps of 0.25',
  ],
])('says where it belongs: %s', async (_what, container, says) => {
  expect(await faultsOf({ models: [model({ container })] })).toEqual([expect.stringContaining(says)]);
});

test.each([
  ['AZURE_ENV_NAME', 'a b'],
  ['AZURE_ENV_NAME', 'a.'],
  ['AZURE_ENV_NAME', 'x'.repeat(33)],
  ['DAILY_LOG_QUOTA_GB', '0.01'],
  ['BUDGET_AMOUNT', '9.5'],
  ['BUDGET_START_DATE', '2026-11-15'],
  ['MONITORING', 'yes'],
  ['EXISTING_CONTAINER_RESOURCE_GROUP', 'mine.'],
  ['DATA_SHARE_NAME', 'My_Share'],
  ['TAGS', 'cost-center'],
  ['TAGS', 'a=b,c'],
  ['TAGS', 'a?=b'],
  ['TAGS', 'owner=a,Owner=b'],
  ['TAGS', 'Azd-Env-Name=a'],
  ['TAGS', 'microsoft.owner=a'],
  ['EXISTING_JOB_RESOURCE_GROUP', '/subscriptions/1/resourceGroups/mine'],
  ['EXISTING_WORKSPACE_RESOURCE_GROUP', 'mine.'],
  ['CONTAINER_LOCATION', 'West Europe'],
  ['WATCH_SCHEDULE', '0 99 * * * *'],
  ['HEARTBEAT_URL', 'https://hc.example/ping/1'],
  ['HISTORY_DAYS', '3'],
])('refuses the setting %s=%s', async (name, value) => {
  const faults = await faultsOf({ models: [model()] }, { [name]: value });
  expect(faults).toEqual([expect.stringContaining(`setting ${name}: got`)]);
  expect(faults[0]).toContain('Expected: ');
});

test('quotes no setting that may be a key in the wrong place', async () => {
  const connection = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aaaabbbbcccc';
  const [fault = ''] = await faultsOf(
    { models: [model()] },
    { EXISTING_STORAGE_ACCOUNT_NAME: connection, EXISTING_STORAGE_RESOURCE_GROUP: 'rg' },
  );
  expect(fault).toContain('got a value that is not shown. Expected: the name of a storage account');
  expect(fault).not.toContain('aaaabbbb');
});

test('an image that is pulled with an identity needs one: the template makes it with a registry only', async () => {
  const models = [imaged({ image: 'mine.azurecr.io/m:1', registry: { server: 'mine.azurecr.io' } })];
  const environment = { AZURE_ENV_NAME: 'numerai', AZURE_LOCATION: 'eastus' };
  expect(await faultsOf({ models }, environment)).toEqual([expect.stringContaining('a `username` or an `identity`')]);
  expect(await faultsOf({ models }, { ...environment, CREATE_REGISTRY: 'true' })).toEqual([]);
});
