// `numerai check` without a network, of one thing each: a secret in plain text, what the template cannot do, a setting.

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
    'Name one of the subscription',
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
    'deploy to the other one',
  ],
])('refuses what the template cannot do: %s', async (_what, models, says, remedy) => {
  const faults = await faultsOf({ models }, { AZURE_SUBSCRIPTION_ID: SUBSCRIPTION });
  expect(faults).toEqual([expect.stringContaining(says)]);
  expect(faults[0]).toContain(remedy);
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

test.each([
  ['westeurop', 'westeurope'],
  ['west-europe', 'westeurope'],
  ['West US 2', 'westus2'],
  ['westus9', 'westus'],
  ['eatsus', 'eastus'],
])('a region that is plainly misspelt is refused, with the one that was meant: %s', async (written, meant) => {
  const says = `Expected: a region that Azure has, such as \`${meant}\`.`;
  const faults = await faultsOf({ models: [imaged({ locations: [written] })] }, { CONTAINER_LOCATION: written });
  expect(faults).toEqual([expect.stringContaining(says), expect.stringContaining(says)]);
});

test.each(['atlantiscentral', 'westus4', 'centralus2', 'swedennorth'])(
  'a region that may have opened since stops nothing, and is told: %s',
  async (name) => {
    const { code, out } = await check(
      { models: [imaged({ locations: ['eastus', name] })] },
      { AZURE_LOCATION: name, CONTAINER_LOCATION: 'westus2' },
    );
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => line.startsWith('!'))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^! \\d+/models.json:\\d+: models\\[0\\]\\.container\\.locations\\[1\\] of model m: .${name}. is no region`,
        ),
      ),
      expect.stringMatching(
        new RegExp(`^! setting AZURE_LOCATION: .${name}. is no region that this version knows.*az account`),
      ),
    ]);
  },
);
