// What the hook before provisioning asks the subscription: locks, policies, resource groups that are to be there.

import { expect, test } from 'vitest';
import { lineOf } from '../../cli/check/finding.ts';
import { subscriptionFindings } from '../../scripts/azure/subscription.ts';
import { parseModels } from '../../src/lib/config/models.ts';
import { cli } from './cli.ts';

const SUBSCRIPTION = '11111111-2222-4333-8444-555555555555';
const SCOPE = `/subscriptions/${SUBSCRIPTION}`;
const ENVIRONMENT = {
  AZURE_ENV_NAME: 'numerai',
  AZURE_LOCATION: 'westeurope',
  AZURE_SUBSCRIPTION_ID: SUBSCRIPTION,
};
const IMAGE = { image: 'docker.io/someone/ensemble:1.4' };

function modelsOf(...containers: readonly object[]) {
  const models = containers.map((container, index) => ({ name: `model-${index}`, tournament: 'classic', container }));
  return parseModels(JSON.stringify({ models }), {
    file: 'models.json',
    containerLocation: 'westeurope',
    containerIdentityId: undefined,
  });
}

const lock = (level: string, scope = SCOPE) => ({
  id: `${scope}/providers/Microsoft.Authorization/locks/keep`,
  name: 'keep',
  level,
});
const policy = (definition: string, parameters: Record<string, unknown>, more: object = {}) => ({
  name: 'a1b2',
  displayName: 'Our rules',
  policyDefinitionId: `/providers/Microsoft.Authorization/policyDefinitions/${definition}`,
  scope: SCOPE,
  enforcementMode: 'Default',
  parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }])),
  ...more,
});

const TAG_ON_RESOURCES = '871b6d14-10aa-478d-b590-94f262ecfa99';
const TAG_AND_VALUE = '1e30110a-5ceb-460c-a204-c1c3969c6d62';
const TAG_ON_GROUPS = '96670d01-0a4d-4649-9c89-2d3abc0a5025';
const REGIONS = 'e56962a6-4747-49cd-b67b-bf8b01975c4c';
const REGIONS_OF_GROUPS = 'e765b5de-1225-4ba3-bd56-1ac6695af988';

interface InAzure {
  readonly locks?: readonly object[];
  readonly policies?: readonly object[];
  readonly groups?: readonly string[];
}

/** The lines of faults. */
async function faultsOf(
  { locks = [], policies = [], groups = ['mine'] }: InAzure,
  environment: Record<string, string> = {},
  models = modelsOf(IMAGE),
): Promise<readonly string[]> {
  const { az } = cli({
    'group list': JSON.stringify(groups),
    'lock list': JSON.stringify(locks),
    'policy assignment list': JSON.stringify(policies),
  });
  const found = await subscriptionFindings(az, { ...ENVIRONMENT, ...environment }, models);
  return found.filter(({ verdict }) => verdict === 'failed').map((finding) => lineOf(finding));
}

const MINE = { EXISTING_CONTAINER_RESOURCE_GROUP: 'mine' };

test.each<[string, InAzure, Record<string, string>, object, string]>([
  [
    'a lock on deleting, where the app makes container groups',
    { locks: [lock('CanNotDelete', `${SCOPE}/resourceGroups/Mine`)] },
    MINE,
    IMAGE,
    '✗ setting EXISTING_CONTAINER_RESOURCE_GROUP: the lock keep on the resource group mine is CanNotDelete: the app could not remove the container groups that it makes in mine for model-0, and so make no other. Name a resource group without one in EXISTING_CONTAINER_RESOURCE_GROUP, or take the lock off: az lock delete --ids',
  ],
  [
    'one on the whole subscription',
    { locks: [lock('CanNotDelete')] },
    {},
    IMAGE,
    '✗ resource group rg-numerai-containers: the lock keep on the subscription is CanNotDelete',
  ],
  [
    'a read-only one, whatever runs there',
    { locks: [lock('ReadOnly', `${SCOPE}/resourcegroups/mine`)] },
    { EXISTING_VAULT_RESOURCE_GROUP: 'mine', EXISTING_VAULT_NAME: 'kv-mine' },
    { group: 'own' },
    '✗ setting EXISTING_VAULT_RESOURCE_GROUP: the lock keep on the resource group mine is ReadOnly: nothing can be made',
  ],
  [
    'a tag on resources',
    { policies: [policy(TAG_ON_RESOURCES, { tagName: 'cost-center' })] },
    {},
    IMAGE,
    '✗ setting TAGS: the policy Our rules demands the tag cost-center of all resources, and TAGS has none. Add it: azd env set TAGS "cost-center=VALUE".',
  ],
  [
    'a tag beside others',
    { policies: [policy(TAG_ON_GROUPS, { tagName: 'owner' })] },
    { TAGS: 'cost-center=quant' },
    IMAGE,
    'of resource groups, and TAGS has none. Add it: azd env set TAGS "cost-center=quant,owner=VALUE".',
  ],
  [
    'a tag with another value',
    { policies: [policy(TAG_AND_VALUE, { tagName: 'cost-center', tagValue: 'quant' })] },
    { TAGS: 'Cost-Center=other' },
    IMAGE,
    'demands the tag cost-center, quant, of all resources, and TAGS has other.',
  ],
  [
    'a tag that a management group demands',
    {
      policies: [
        policy(TAG_ON_RESOURCES, { tagName: 'App' }, { scope: '/providers/Microsoft.Management/managementGroups/all' }),
      ],
    },
    {},
    IMAGE,
    'demands the tag App of all resources',
  ],
  [
    'a region of a model',
    { policies: [policy(REGIONS, { listOfAllowedLocations: ['West Europe'] })] },
    {},
    { ...IMAGE, locations: ['westeurope', 'eastus'] },
    '✗ models[0].container.locations of model-0: the policy Our rules forbids the region eastus. It allows westeurope.',
  ],
  [
    'the region of the resource groups',
    { policies: [policy(REGIONS_OF_GROUPS, { listOfAllowedLocations: ['eastus'] })] },
    {},
    { ...IMAGE, locations: ['westus2'] },
    '✗ setting AZURE_LOCATION: the policy Our rules forbids the region westeurope to resource groups. It allows eastus.',
  ],
  [
    'a resource group that is not there',
    { groups: ['other'] },
    MINE,
    IMAGE,
    '✗ setting EXISTING_CONTAINER_RESOURCE_GROUP: the subscription has no resource group mine',
  ],
])('names %s', async (_, azure, environment, container, expected) => {
  const faults = await faultsOf(azure, environment, modelsOf(container));
  expect(faults).toEqual([expect.stringContaining(expected)]);
});

test.each<[string, InAzure, Record<string, string>, object]>([
  ['nothing', {}, MINE, IMAGE],
  ['a lock on deleting, where the app only starts', { locks: [lock('CanNotDelete')] }, MINE, { group: 'own' }],
  ['a lock elsewhere', { locks: [lock('ReadOnly', `${SCOPE}/resourceGroups/other`)] }, MINE, IMAGE],
  [
    'a lock on one resource',
    { locks: [lock('CanNotDelete', `${SCOPE}/resourceGroups/mine/providers/Microsoft.Storage/storageAccounts/a`)] },
    MINE,
    IMAGE,
  ],
  [
    'a tag that is given',
    { policies: [policy(TAG_AND_VALUE, { tagName: 'Cost-Center', tagValue: 'Quant' })] },
    { TAGS: 'a=b, cost-center = quant' },
    IMAGE,
  ],
  ['a tag that resource groups have', { policies: [policy(TAG_ON_GROUPS, { tagName: 'azd-env-name' })] }, {}, IMAGE],
  [
    'a policy that is not enforced',
    { policies: [policy(TAG_ON_RESOURCES, { tagName: 'x' }, { enforcementMode: 'DoNotEnforce' })] },
    {},
    IMAGE,
  ],
  [
    'a policy of another resource group',
    { policies: [policy(TAG_ON_RESOURCES, { tagName: 'x' }, { scope: `${SCOPE}/resourceGroups/other` })] },
    {},
    IMAGE,
  ],
  [
    'a policy from which the subscription is exempt',
    { policies: [policy(TAG_ON_RESOURCES, { tagName: 'x' }, { notScopes: [SCOPE] })] },
    {},
    IMAGE,
  ],
  ['a policy that is not read', { policies: [policy('0', { tagName: 'x' })] }, {}, IMAGE],
  ['a policy without parameters', { policies: [policy(TAG_ON_RESOURCES, {}, { parameters: null })] }, {}, IMAGE],
])('goes on with %s', async (_, azure, environment, container) => {
  expect(await faultsOf(azure, environment, modelsOf(container))).toEqual([]);
});

test('what cannot be read hides nothing else', async () => {
  const faults = await faultsOf({
    locks: [{ id: 5 }, lock('ReadOnly')],
    policies: [
      {},
      policy('0', { tagName: ['a', 'b'] }),
      policy(TAG_ON_RESOURCES, { tagName: 'x' }, { scope: 7 }),
      policy(TAG_ON_RESOURCES, { tagName: 'owner', tagValue: 5 }),
    ],
  });
  expect(faults).toEqual([
    expect.stringContaining('resource group rg-numerai: the lock keep on the subscription is ReadOnly'),
    expect.stringContaining('resource group rg-numerai-containers: the lock keep'),
    expect.stringContaining('demands the tag owner of all resources'),
  ]);
});

test('what Azure does not show is said, and keeps nothing back', async () => {
  const found = await subscriptionFindings(
    () => Promise.reject(new Error('AuthorizationFailed')),
    ENVIRONMENT,
    modelsOf(IMAGE),
  );
  expect(found.map(({ verdict }) => verdict)).toEqual(['note', 'note', 'note']);
  expect(found.map(({ found }) => found).join()).toContain('they cannot be looked at: AuthorizationFailed');
});
