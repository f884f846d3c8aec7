// `numerai check` without a network: what the template, and the region, do with it.

import { expect, test } from 'vitest';
import { check, faultsOf, GUID, identityIn, imaged, model, SUBSCRIPTION } from './checked-file.ts';

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
