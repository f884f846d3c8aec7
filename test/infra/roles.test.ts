// The actions of the custom roles against the calls that the app makes.

import { expect, test } from 'vitest';
import {
  ACTION_OF,
  ASSIGN_IDENTITY_ACTION,
  type CallKind,
} from '../../local/stand-ins/resource-manager/calls.ts';
import { stringsIn } from './bicep.ts';
import { FILES, inMain } from './template.ts';

/** Every call that src/lib/container-groups makes. */
const CALLS: readonly CallKind[] = [
  'ContainerGroups_Get',
  'ContainerGroups_ListByResourceGroup',
  'ContainerGroups_CreateOrUpdate',
  'ContainerGroups_Delete',
  'ContainerGroups_Start',
  'ContainerGroups_Stop',
  'Containers_ListLogs',
];

function actionsOf(role: string): readonly string[] {
  return stringsIn(inMain(role).text).filter(
    (text) => /^Microsoft\.[\w.]+\/.*\/\w+$/.test(text) && !text.includes('@'),
  );
}

test('the role on container groups allows each call that the app makes, and nothing more', () => {
  const needed = new Set(CALLS.map((call) => ACTION_OF[call]));
  expect([...actionsOf('containerRole')].sort()).toEqual([...needed].sort());
});

test('the role on identities allows handing them over, and nothing more', () => {
  expect(actionsOf('identityRole')).toEqual([ASSIGN_IDENTITY_ACTION]);
});

test('no role has a wildcard', () => {
  for (const { path, source } of FILES) {
    expect(source, path).not.toMatch(/'(Microsoft\.[\w./]+\/)?\*'/);
  }
});

test('the roles are assigned on the container resource group and on single identities only', () => {
  const assigning = FILES.filter(({ source }) => /containerRole\.id|identityRoleName/.test(source));
  expect(assigning.map(({ path }) => path)).toEqual(['main.bicep']);
  expect(inMain('containerAccess').text).toContain(
    'scope: resourceGroup(containerResourceGroupName)',
  );
  const identityAccess = FILES.find(({ path }) => path === 'modules/identity-access.bicep');
  expect(identityAccess?.source).toContain('scope: identity\n');
});
