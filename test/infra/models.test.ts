// models.json: one list of models, valid for the app, and understood by the template.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseModels } from '../../src/lib/config/models.ts';
import { SUBSCRIPTION_ID } from './built-in.ts';
import { deploy, type Made } from './deployment.ts';
import type { Value } from './expression.ts';
import { identity, MADE, modelsWith, ofType } from './given-models.ts';

const MODELS_FILE = readFileSync(new URL('../../models.json', import.meta.url), 'utf8');
const OTHER_SUBSCRIPTION = '00000000-0000-4000-8000-00000000000A';

const IMAGE = { image: 'docker.io/someone/ensemble:1.4' };
const named = { name: 'model', tournament: 'classic' };
const rolesOf = (made: readonly Made[]) =>
  ofType(made, 'Microsoft.Authorization/roleDefinitions').map(({ body }) =>
    JSON.stringify(body.properties).replace(/^.*Numerai webhook: (.*?) \(.*$/, '$1'),
  );

/** The role assignments of custom roles for identities, by the identity's place. */
const identityAssignments = (made: readonly Made[]) =>
  ofType(made, 'Microsoft.Authorization/roleAssignments').filter(({ group }) => group?.name === 'mine');

test('the models.json of this repository is valid for the app, and for the template', () => {
  const { models, jobs } = parseModels(MODELS_FILE, {
    file: 'models.json',
    containerLocation: 'eastus',
    containerIdentityId: identity('pull'),
  });
  expect(models.length).toBeGreaterThan(0);
  expect(jobs.length).toBeGreaterThan(0);
  expect(rolesOf(deploy({}, JSON.parse(MODELS_FILE)).made)).toContain('container groups');
});

describe('nothing is made for a kind of container that nothing is of', () => {
  test.each<[string, Value, readonly string[]]>([
    ['an image', modelsWith(IMAGE), ['container groups']],
    ['an existing group', modelsWith({ group: 'mine' }), ['container groups']],
    ['an existing job', modelsWith({ containerAppsJob: 'numerai-crypto' }), ['Container Apps jobs']],
    ['a job that is made', modelsWith(MADE), ['Container Apps jobs']],
    ['both', modelsWith(IMAGE, MADE), ['container groups', 'Container Apps jobs']],
    [
      'a last resort beside a job',
      { models: [{ name: 'a', container: { containerAppsJob: 'own' }, lastResort: { ...IMAGE, minutes: 4 } }] },
      ['container groups', 'Container Apps jobs'],
    ],
    ['a job entry only', { models: [], jobs: [{ name: 'train', container: IMAGE }] }, ['container groups']],
    ['an identity', modelsWith({ ...IMAGE, identity: identity('a') }), ['container groups', 'assign identity']],
    [
      'a subnet',
      modelsWith({
        ...IMAGE,
        subnet: `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
      }),
      ['container groups', 'join subnet'],
    ],
    // What only a person can put right is told by `check`; the template goes on.
    ['an empty object', {}, []],
    ['a model without a container', { models: [{ name: 'a' }, { name: 'b', container: null }] }, []],
    ['lists of nothing', { models: [], jobs: null }, []],
    [
      'entries and containers that are none',
      { models: ['a', 5, null, { name: 'b', container: 'c' }, { container: [] }] },
      [],
    ],
    ['a last resort that is none', { models: [{ ...named, container: IMAGE, lastResort: 4 }] }, ['container groups']],
    ['a registry that is none', modelsWith({ ...IMAGE, registry: 'docker.io' }), ['container groups']],
  ])('%s', (_, models, roles) => {
    const { made } = deploy({}, models);
    expect(rolesOf(made)).toEqual(roles);
    const isMade = roles.includes('Container Apps jobs') && JSON.stringify(models).includes('crypto:2');
    expect(ofType(made, 'Microsoft.App/managedEnvironments')).toHaveLength(isMade ? 1 : 0);
    expect(ofType(made, 'Microsoft.App/jobs')).toHaveLength(isMade ? 1 : 0);
  });
});

test.each<[string, Value, Record<string, Value>, readonly string[]]>([
  ['an image', modelsWith(IMAGE), {}, ['rg-trial', 'rg-trial-containers']],
  ['a job', modelsWith(MADE), {}, ['rg-trial', 'rg-trial-containers']],
  ['a job elsewhere', modelsWith(MADE), { existingJobResourceGroup: 'jobs' }, ['rg-trial']],
  [
    'a workspace elsewhere',
    modelsWith({ machineLearning: { workspace: 'ml' } }),
    { existingWorkspaceResourceGroup: 'ml' },
    ['rg-trial'],
  ],
  ['nothing', {}, {}, ['rg-trial']],
  ['what exists', modelsWith(IMAGE), { existingContainerResourceGroup: 'mine' }, ['rg-trial']],
])('resource groups are made for what is in them: %s', (_, models, given, expected) => {
  const { made } = deploy({ ...given, alertEmail: 'me@example.org', budgetStartDate: '2026-11-01' }, models);
  expect(ofType(made, 'Microsoft.Resources/resourceGroups').map(({ name }) => name)).toEqual(expected);
  // The budget counts these, and those that are there already.
  const [budget] = ofType(made, 'Microsoft.Consumption/budgets');
  expect(JSON.stringify(budget?.body.properties)).toContain(
    JSON.stringify([...expected, ...Object.values(given)]).slice(1, -1),
  );
});

test('what Numerai calls is an output, a model each, also of those without a name', () => {
  const { outputs } = deploy(
    {},
    { models: [named, { container: IMAGE }, 5], jobs: [{ name: 'train', container: IMAGE }] },
  );
  const url = 'https://defaultHostName of ';
  expect(outputs.WEBHOOK_URLS).toEqual([
    expect.stringMatching(new RegExp(`^${url}.*/api/webhook/model$`)),
    expect.stringMatching(/\/api\/webhook\/$/),
  ]);
});

describe('identities', () => {
  test('one in two casings is one', () => {
    const { made } = deploy(
      {},
      modelsWith(
        { ...IMAGE, identity: identity('A') },
        { ...IMAGE, registry: { server: 'a.io', identity: identity('a').toUpperCase() } },
      ),
    );
    expect(identityAssignments(made)).toHaveLength(1);
  });

  test('one of another subscription is assigned there, and the role can be', () => {
    const { made } = deploy({}, modelsWith({ ...IMAGE, identity: identity('a', OTHER_SUBSCRIPTION) }));
    const other = OTHER_SUBSCRIPTION.toLowerCase();
    expect(identityAssignments(made).map(({ group }) => group?.subscriptionId)).toEqual([other]);
    const role = ofType(made, 'Microsoft.Authorization/roleDefinitions').at(-1);
    expect(role?.body.properties).toMatchObject({
      assignableScopes: [`/subscriptions/${SUBSCRIPTION_ID}`, `/subscriptions/${other}`],
    });
  });

  test.each<Value>([
    'me',
    '',
    5,
    { id: identity('a') },
    '/subscriptions/1',
    identity('a').slice(1),
    `https://management.azure.com${identity('a')}`,
    identity(''),
    identity('a', ''),
    `${identity('a')}/`,
    identity('a').replace('/resourceGroups/', '/groups/'),
    identity('a').replace('userAssignedIdentities', 'others'),
  ])('what is no resource id is passed over: %j', (text) => {
    const { made } = deploy({}, modelsWith({ ...IMAGE, identity: text }));
    expect(rolesOf(made)).toEqual(['container groups']);
  });

  test('that which pulls for all, and is named by a model as well, is assigned once', () => {
    const { outputs } = deploy({ createRegistry: true }, modelsWith(IMAGE));
    const own = String(outputs.CONTAINER_IDENTITY_ID);
    const given = modelsWith({ ...IMAGE, identity: own.toLowerCase() });
    const count = (models: Value) => deploy({ createRegistry: true }, models).made.length;
    expect(count(given)).toBe(count(modelsWith(IMAGE)));
  });
});

describe('what people write', () => {
  test('tags are given to everything that takes some', () => {
    const { made } = deploy({ tags: 'cost-center=quant, team = a=b' }, modelsWith(IMAGE, MADE));
    const tagged = made.filter(({ body }) => body.tags !== undefined);
    expect(tagged.length).toBeGreaterThan(10);
    for (const { body, type } of tagged) expect(body.tags, type).toMatchObject({ 'cost-center': 'quant', team: 'a=b' });
  });

  test.each([
    ['0,1', 0.1],
    ['0.1', 0.1],
    ['2', 2],
  ])('a daily quota of %s', (dailyLogQuotaGb, expected) => {
    const [workspace] = ofType(deploy({ dailyLogQuotaGb }, {}).made, 'Microsoft.OperationalInsights/workspaces');
    expect(workspace?.body.properties).toMatchObject({ workspaceCapping: { dailyQuotaGb: expected } });
  });

  test.each(['existingStorageAccountName', 'existingVaultName', 'existingRegistryName'])(
    '%s without its resource group is looked for in that of the app',
    (name) => {
      const { made } = deploy({ [name]: 'mine' }, modelsWith(IMAGE));
      expect(made.map(({ group }) => group?.name)).not.toContain('');
    },
  );
});
