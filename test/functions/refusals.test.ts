// Why the vault or the tables let nobody in, as deep health says it: each code in the real shape, through the real SDKs.

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { KEY_VAULT_REFUSALS } from '../../local/emulators/key-vault-refusals.ts';
import { TABLE_REFUSALS } from '../../local/emulators/table-storage/refusals.ts';
import type { Host } from '../../local/host/host.ts';
import { type FrontDoor, openFrontDoor } from './front-door.ts';

let door: FrontDoor;
/** Has never read a secret: the app uses one that it has read for some minutes. */
let fresh: Host;

beforeAll(async () => {
  door = await openFrontDoor({
    models: [
      {
        name: 'created',
        numeraiModels: ['11111111-3acf-47fd-8733-bad4ca505d89'],
        tournament: 'classic',
        container: { image: 'example.org/some:1', secrets: { API_KEY: 'some-key' } },
      },
    ],
    secrets: { 'some-key': 'value-of-some-key' },
  });
  fresh = await door.environment.addHost();
});

afterEach(() => {
  for (const { faults } of Object.values(door.environment.emulators)) faults.clear();
});

const finding = z.object({
  dependency: z.string(),
  ok: z.boolean(),
  problem: z.string().nullable(),
  remedy: z.string().nullable(),
});
const answered = z.object({ findings: z.array(finding) });

async function findingOf(dependency: string, host: Host = fresh) {
  const { text } = await door.call('/api/health?deep=1', { host });
  expect(text).not.toContain('value-of-some-key');
  const found = answered.parse(JSON.parse(text)).findings.find((each) => each.dependency === dependency);
  expect(found?.ok).toBe(false);
  return { problem: found?.problem ?? '', remedy: found?.remedy ?? '' };
}

const OF_VAULT: Readonly<Record<string, readonly [problem: RegExp, remedy: RegExp]>> = {
  ForbiddenByFirewall: [/^The firewall of the vault local\S* does not let the app in/, /network-rule add --name local/],
  AccessDeniedByFirewall: [/^The firewall of the vault/, /network-rule add/],
  ForbiddenByConnection: [/takes no calls from public networks/, /--public-network-access Enabled/],
  ConnectionNotApproved: [/takes no calls from public networks/, /private endpoint/],
  AccessDenied: [/goes by access policies instead of roles/, /set-policy --name local .* --secret-permissions get/],
  ForbiddenByPolicy: [/goes by access policies instead of roles/, /--enable-rbac-authorization true/],
  ForbiddenByRbac: [/^The app may not read the secret some-key/, /the role Key Vault Secrets User/],
  SecretDisabled: [/some-key in \S+ is disabled/, /Enable it/],
  SecretExpired: [/some-key in \S+ has expired/, /a new version/],
  SecretNotYetValid: [/some-key in \S+ is not valid yet/, /earlier activation date/],
  AKV10032: [/belongs to another tenant/, /set KEY_VAULT_URL/],
  ObjectIsDeletedButRecoverable: [/was deleted from \S+ and can be recovered/, /az keyvault secret recover/],
  Throttled: [/takes no more calls for now/, /passes by itself/],
};

describe('a secret', () => {
  test('of every known refusal has its row here', () => {
    expect(Object.keys(OF_VAULT).sort()).toEqual(Object.keys(KEY_VAULT_REFUSALS).sort());
  });

  test.each(Object.entries(OF_VAULT))('that the vault refuses with %s', async (code, [problem, remedy]) => {
    const status = KEY_VAULT_REFUSALS[code]?.status ?? 0;
    const match = { path: '/secrets/some-key' };
    door.environment.keyVault.emulator.faults.add({ kind: 'status', status, code, match });
    const found = await findingOf('secret some-key');
    expect(found.problem).toMatch(problem);
    expect(found.remedy).toMatch(remedy);
    const isOfRole = code === 'ForbiddenByRbac';
    expect(/Secrets User/.test(found.problem + found.remedy)).toBe(isOfRole);
    // Never the vault's raw words.
    expect(found.problem).not.toMatch(/[{}]/);
  });

  test.each([
    ['has expired', { expires: new Date('2020-01-01') }, 'has expired'],
    ['is not valid yet', { notBefore: new Date('2120-01-01') }, 'is not valid yet'],
  ])('that %s is handed out by the vault, and told all the same', async (_, attributes, says) => {
    door.environment.keyVault.setSecret('some-key', 'value-of-some-key', attributes);
    const host = await door.environment.addHost();
    const found = await findingOf('secret some-key', host);
    await host.kill();
    door.environment.keyVault.setSecret('some-key', 'value-of-some-key');
    expect(found.problem).toContain(says);
    expect(found.remedy).toContain('version');
  });

  test('that was deleted can be recovered', async () => {
    door.environment.keyVault.deleteSecret('some-key');
    const found = await findingOf('secret some-key');
    door.environment.keyVault.setSecret('some-key', 'value-of-some-key');
    expect(found.problem).toContain('is not in local.vault.azure.net');
    expect(found.remedy).toContain('az keyvault secret recover --vault-name local --name some-key');
  });

  test('of a vault that does not exist', async () => {
    const environment = { ...door.environment.settings, KEY_VAULT_URL: 'https://no-such-vault.invalid' };
    const host = await door.environment.addHost({ environment });
    const found = await findingOf('secret some-key', host);
    await host.kill();
    expect(found.problem).toContain('There is no vault no-such-vault.invalid');
    expect(found.remedy).toContain('Check KEY_VAULT_URL');
  });

  test('that was refused once is well', async () => {
    const faults = door.environment.keyVault.emulator.faults;
    faults.add({
      kind: 'status',
      status: 403,
      code: 'ForbiddenByRbac',
      times: 1,
      match: { path: '/secrets/some-key' },
    });
    const { text } = await door.call('/api/health?deep=1', { host: fresh });
    expect(answered.parse(JSON.parse(text)).findings.filter(({ ok }) => !ok)).toEqual([]);
  });
});

const OF_TABLES: Readonly<Record<string, readonly [problem: RegExp, remedy: RegExp]>> = {
  AuthorizationFailure: [/network rules of .* do not let the app in/i, /--public-network-access Enabled/],
  AuthorizationPermissionMismatch: [/may not use the tables/, /Storage Table Data Contributor/],
  AuthorizationSourceIPMismatch: [/shared access signature/, /Make one/],
  AccountIsDisabled: [/is disabled/, /subscription/],
  KeyBasedAuthenticationNotPermitted: [/permits no keys/, /AzureWebJobsStorage__tableServiceUri/],
  AuthenticationFailed: [/does not accept the key or the token/, /set AzureWebJobsStorage anew/],
  InvalidAuthenticationInfo: [/does not accept the token/, /same cloud and tenant/],
  NoAuthenticationInformation: [/does not accept the token/, /same cloud and tenant/],
  InsufficientAccountPermissions: [/allows no such calls/, /failover/],
  ResourceNotFound: [/There is no table/, /general-purpose account/],
  TableNotFound: [/There is no table/, /general-purpose account/],
  TableBeingDeleted: [/is being deleted/, /takes some minutes/],
  AccountBeingCreated: [/is being created/, /passes by itself/],
  ServerBusy: [/is busy/, /passes by itself/],
  OperationTimedOut: [/is busy/, /passes by itself/],
};

describe('the tables', () => {
  test('have a row here for every known refusal', () => {
    expect(Object.keys(OF_TABLES).sort()).toEqual(Object.keys(TABLE_REFUSALS).sort());
  });

  test.each(Object.entries(OF_TABLES))('that refuse with %s', async (code, [problem, remedy]) => {
    const status = TABLE_REFUSALS[code]?.status ?? 0;
    door.environment.tables.emulator.faults.add({ kind: 'status', status, code });
    const found = await findingOf('Table Storage');
    expect(found.problem).toMatch(problem);
    expect(found.problem).toContain(String(status));
    expect(found.problem).not.toMatch(/[{}]/);
    expect(found.remedy).toMatch(remedy);
    expect(/Data Contributor/.test(found.problem + found.remedy)).toBe(code === 'AuthorizationPermissionMismatch');
  });

  test('of an account that does not exist', async () => {
    const uri = 'https://no-such-account.invalid';
    const environment = { ...door.environment.settings, AzureWebJobsStorage__tableServiceUri: uri };
    const host = await door.environment.addHost({ environment });
    const found = await findingOf('Table Storage', host);
    await host.kill();
    expect(found.problem).toContain('There is no storage account at no-such-account.invalid');
    expect(found.remedy).toContain('AzureWebJobsStorage__tableServiceUri');
  });
});
