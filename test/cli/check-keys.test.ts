// `numerai check` without a network: keys and settings that there are not, or not there.

import { expect, test } from 'vitest';
import { check, faultsOf, GUID, imaged, model } from './checked-file.ts';

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

test('a setting that nothing reads is told, with the one that was meant', async () => {
  const { code, out } = await check(
    { models: [model()] },
    { ALERT_WEBHOOK: 'discord:a', HOME: '/root', AZURE_TENANT_ID: GUID },
  );
  expect(code).toBe(0);
  expect(out.split('\n').filter((line) => line.startsWith('!'))).toEqual([
    '! setting ALERT_WEBHOOK: nothing reads it; did you mean ALERT_WEBHOOKS?',
  ]);
});

test.each([
  ['numeraiModel', model({ numeraiModel: ['mine'] }), 'numeraiModels'],
  ['memoryGb', imaged({ memoryGb: 8 }), 'memoryGB'],
  ['secerts', imaged({ secerts: {} }), 'secrets'],
  ['lastresort', model({ lastresort: {} }), 'lastResort'],
])('a key that there is not is told with the one that was meant: %s', async (_what, entry, meant) => {
  expect(await faultsOf({ models: [entry] })).toEqual([
    expect.stringContaining(`got a key that is not known. There is none of that name; did you mean \`${meant}\`?`),
  ]);
});

test.each<[string, object, string]>([
  ['of a container in the model', model({ cpu: 2 }), '`container`'],
  ['of a model in the container', imaged({ timeoutMinutes: 5 }), 'an entry of `models`'],
  ['of a registry in the container', imaged({ passwordSecret: 'docker' }), '`registry`'],
])('a key in the wrong place is told with the right one: %s', async (_what, entry, home) => {
  const [fault, ...more] = await faultsOf({ models: [entry] });
  expect(fault).toContain('got a key that is not known');
  expect(fault).toContain(home);
  expect(fault).not.toContain('did you mean');
  expect(more).toEqual([]);
});

test('a key of the file itself is told with the one that was meant', async () => {
  expect(await faultsOf({ models: [model()], job: [] })).toEqual([expect.stringContaining('did you mean `jobs`?')]);
});
