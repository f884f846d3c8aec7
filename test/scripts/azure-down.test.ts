// What `azd down` and the removal delete, and what they leave.

import { expect, test } from 'vitest';
import { groupsInDanger } from '../../scripts/azure/before-down.ts';
import { installationOf, removeAll } from '../../scripts/azure/remove.ts';
import { cli } from './cli.ts';

test('`azd down` is stopped where it would delete a resource group that was there before', () => {
  expect(groupsInDanger({}, '{}')).toEqual([]);
  expect(
    groupsInDanger(
      {
        EXISTING_VAULT_RESOURCE_GROUP: 'mine',
        EXISTING_STORAGE_RESOURCE_GROUP: 'mine',
        EXISTING_CONTAINER_RESOURCE_GROUP: '',
        EXISTING_REGISTRY_RESOURCE_GROUP: 'other',
      },
      '{}',
    ),
  ).toEqual(['mine', 'other']);
});

test('the resource group of an identity that models.json names is in danger too, the app’s own is not', () => {
  const identityIn = (group: string) =>
    JSON.stringify({
      identity: `/subscriptions/s/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i`,
    });
  const environment = { AZURE_ENV_NAME: 'numerai' };
  expect(groupsInDanger(environment, identityIn('mine'))).toEqual(['mine']);
  expect(groupsInDanger(environment, identityIn('rg-numerai'))).toEqual([]);
});

test('so is that of the workspace of the jobs’ logs, and that of workspaces', () => {
  const id = '/subscriptions/s/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/w';
  const environment = { AZURE_ENV_NAME: 'numerai', JOB_LOG_WORKSPACE_ID: id, EXISTING_WORKSPACE_RESOURCE_GROUP: 'ml' };
  expect(groupsInDanger(environment, '{}')).toEqual(['ml', 'logs']);
  const own = id.replace('/logs/', '/rg-numerai/');
  expect(groupsInDanger({ ...environment, JOB_LOG_WORKSPACE_ID: own }, '{}')).toEqual(['ml']);
});

test('the removal takes roles away first, deletes only resource groups of its own, and leaves nothing', async () => {
  const installation = installationOf({
    AZURE_ENV_NAME: 'numerai',
    AZURE_SUBSCRIPTION_ID: 'sub',
    EXISTING_CONTAINER_RESOURCE_GROUP: 'mine',
  });
  const { az, commands } = cli({
    'identity list': 'principal-1\nprincipal-2',
    'role assignment list': '/assignment/1\n/assignment/2',
    'role definition list': 'role-1',
  });
  await removeAll(az, installation);
  expect(commands.filter((command) => command.startsWith('group delete'))).toEqual([
    'group delete --name rg-numerai --yes',
  ]);
  expect(commands.findIndex((command) => command.startsWith('role assignment delete'))).toBeLessThan(
    commands.findIndex((command) => command.startsWith('group delete')),
  );
  expect(commands).toContain('role definition delete --name role-1');
  expect(commands.at(-1)).toContain('/budgets/budget-numerai-numerai?');
});

test('a resource group that was never made is not deleted', async () => {
  const { az, commands } = cli({ 'group exists --name rg-x-containers': 'false' });
  await removeAll(az, installationOf({ AZURE_ENV_NAME: 'x', AZURE_SUBSCRIPTION_ID: 'sub' }));
  expect(commands.filter((command) => command.startsWith('group delete'))).toEqual(['group delete --name rg-x --yes']);
});

test('resource groups are named as the template names them', () => {
  const installation = installationOf({ AZURE_ENV_NAME: 'x', AZURE_SUBSCRIPTION_ID: 'sub' });
  expect(installation.ownGroups).toEqual(['rg-x', 'rg-x-containers']);
});
