import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type KeyVault, startKeyVault } from '../../../local/emulators/key-vault.ts';
import { TokenAuthority } from '../../../local/emulators/tokens.ts';
import { resolveVaultsLocally } from '../../../local/host/name-resolution.ts';
import { trustedCertificates } from './trusted-certificates.ts';

resolveVaultsLocally();
const certificates = await trustedCertificates();
const tokens = new TokenAuthority();
let vault: KeyVault;
let client: SecretClient;

/** Gets a token for the scope in the vault's challenge, as a managed identity does. */
const credential = (clientId = 'me', audience?: string): TokenCredential => ({
  getToken: async (scopes) => {
    const scope = Array.isArray(scopes) ? scopes.join() : scopes;
    const issued = tokens.issue({
      audience: audience ?? scope.replace(/\/\.default$/, ''),
      clientId,
    });
    return { token: issued.token, expiresOnTimestamp: issued.expiresOn * 1000 };
  },
});
const retryOptions = { maxRetries: 0 };

beforeAll(async () => {
  vault = await startKeyVault({ certificates, tokens, secrets: { 'numerai-public-id': 'ABC' } });
});
beforeEach(() => {
  client = new SecretClient(vault.url, credential(), { retryOptions });
});
afterAll(() => vault.close());

const asking = (path: string, token?: string) =>
  fetch(`${vault.emulator.url}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
const goodToken = () => tokens.issue({ audience: 'https://vault.azure.net', clientId: 'me' }).token;

describe('a vault, called by the real client', () => {
  test('returns the newest version of a secret, and an older one by its id', async () => {
    const first = await client.getSecret('numerai-public-id');
    expect(first).toMatchObject({ name: 'numerai-public-id', value: 'ABC' });
    expect(first.properties).toMatchObject({ enabled: true, vaultUrl: vault.url });

    vault.setSecret('numerai-public-id', 'DEF');
    const second = await client.getSecret('NUMERAI-public-id');
    expect(second.value).toBe('DEF');
    const { version } = first.properties;
    if (version === undefined) throw new Error('The secret has no version.');
    expect((await client.getSecret('numerai-public-id', { version })).value).toBe('ABC');
  });

  test('challenges the first request; the client then sends a token for the vault', async () => {
    const before = vault.emulator.calls.length;
    await client.getSecret('numerai-public-id');
    await client.getSecret('numerai-public-id');
    expect(vault.emulator.calls.slice(before).map((call) => call.status)).toEqual([401, 200, 200]);
  });

  test('shows when a secret expires, and returns it even afterwards', async () => {
    const expires = new Date('2020-01-02T03:04:05Z');
    vault.setSecret('old', 'still here', { expires, notBefore: new Date('2019-01-01T00:00:00Z') });
    const secret = await client.getSecret('old');
    expect(secret.value).toBe('still here');
    expect(secret.properties.expiresOn).toEqual(expires);
    expect(secret.properties.notBefore).toEqual(new Date('2019-01-01T00:00:00Z'));
  });

  test('does not return a secret that is missing or deleted', async () => {
    vault.setSecret('short-lived', 'x');
    vault.deleteSecret('short-lived');
    for (const name of ['nowhere', 'short-lived']) {
      await expect(client.getSecret(name)).rejects.toMatchObject({
        statusCode: 404,
        code: 'SecretNotFound',
        message: expect.stringContaining(`A secret with (name/id) ${name} was not found in this key vault.`),
      });
    }
  });

  test('does not return a disabled secret', async () => {
    vault.setSecret('disabled', 'x');
    vault.disableSecret('disabled');
    await expect(client.getSecret('disabled')).rejects.toMatchObject({
      statusCode: 403,
      code: 'Forbidden',
      message: 'Operation get is not allowed on a disabled secret.',
      details: { error: { innerError: { code: 'SecretDisabled' } } },
    });
  });

  test('keeps old versions of a secret, each switched off by itself', async () => {
    const old = vault.setSecret('rotated', 'old');
    const current = vault.setSecret('rotated', 'new');
    expect(vault.versionsOf('rotated')).toEqual([old, current]);
    vault.disableSecret('rotated', old);
    const disabled = { statusCode: 403, message: 'Operation get is not allowed on a disabled secret.' };
    await expect(client.getSecret('rotated', { version: old })).rejects.toMatchObject(disabled);
    expect((await client.getSecret('rotated')).value).toBe('new');
    vault.enableSecret('rotated', old);
    vault.disableSecret('rotated');
    // The one in use is the newest, whether it may be used or not.
    await expect(client.getSecret('rotated')).rejects.toMatchObject(disabled);
    expect((await client.getSecret('rotated', { version: old })).value).toBe('old');
  });

  test('lists the versions of a secret a page at a time, without their values', async () => {
    for (let i = 0; i < 30; i += 1) vault.setSecret('often', `hidden-${i}`);
    const versions: (string | undefined)[] = [];
    for await (const { version } of client.listPropertiesOfSecretVersions('often')) versions.push(version);
    expect(versions).toEqual(vault.versionsOf('often'));
    const page = await asking('/secrets/often/versions?api-version=7.6', goodToken());
    expect(await page.text()).not.toContain('hidden');
    await expect(client.listPropertiesOfSecretVersions('nowhere').next()).rejects.toMatchObject({ statusCode: 404 });
  });

  test('deletes a secret with all its versions, which come back when it is recovered', async () => {
    const old = vault.setSecret('lost', 'old');
    vault.setSecret('lost', 'new');
    vault.deleteSecret('lost');
    for (const version of ['', old])
      await expect(client.getSecret('lost', { version })).rejects.toMatchObject({
        statusCode: 404,
        code: 'SecretNotFound',
      });
    vault.recoverSecret('lost');
    expect((await client.getSecret('lost')).value).toBe('new');
    expect((await client.getSecret('lost', { version: old })).value).toBe('old');
  });

  test('does not have a version of another secret, or one that it never made', async () => {
    const version = vault.setSecret('one', '1');
    vault.setSecret('other', '2');
    for (const wrong of [version, '0'.repeat(32)])
      await expect(client.getSecret('other', { version: wrong })).rejects.toMatchObject({
        statusCode: 404,
        message: expect.stringContaining(`(name/id) other/${wrong} was not found`),
      });
    const malformed = await asking('/secrets/other/1?api-version=7.6', goodToken());
    expect(malformed.status).toBe(400);
  });

  test('refuses single secrets, all versions of them', async () => {
    const old = vault.setSecret('apart', 'old');
    vault.setSecret('apart', 'new');
    vault.forbid(['apart']);
    for (const version of ['', old])
      await expect(client.getSecret('apart', { version })).rejects.toMatchObject({ statusCode: 403 });
    expect((await client.getSecret('numerai-public-id')).name).toBe('numerai-public-id');
    vault.forbid([]);
  });

  test('refuses invalid names', async () => {
    await expect(client.getSecret('with_underscore')).rejects.toMatchObject({
      statusCode: 400,
      code: 'BadParameter',
      message: 'The request URI contains an invalid name: with_underscore',
    });
    expect(() => vault.setSecret('with_underscore', 'x')).toThrow('is not a valid secret name');
    expect(() => vault.setSecret('big', 'x'.repeat(25 * 1024 + 1))).toThrow('25600 bytes');
  });

  test('lists secrets a page at a time, without their values', async () => {
    for (let i = 0; i < 30; i += 1) vault.setSecret(`listed-${i}`, 'hidden');
    const names: string[] = [];
    for await (const { name } of client.listPropertiesOfSecrets()) names.push(name);
    expect(names.filter((name) => name.startsWith('listed-'))).toHaveLength(30);
    const page = await asking('/secrets?api-version=7.6', goodToken());
    expect(await page.text()).not.toContain('hidden');
  });

  test('refuses a caller without the role, with a message that names the permission', async () => {
    vault.allowOnly(['somebody-else']);
    await expect(client.getSecret('numerai-public-id')).rejects.toMatchObject({
      statusCode: 403,
      code: 'Forbidden',
      message: expect.stringContaining("'Microsoft.KeyVault/vaults/secrets/getSecret/action'"),
      details: { error: { innerError: { code: 'ForbiddenByRbac' } } },
    });
    vault.allowOnly(undefined);
    expect((await client.getSecret('numerai-public-id')).name).toBe('numerai-public-id');
  });

  test('does not let a caller write that may only read', async () => {
    await expect(client.setSecret('new', 'x')).rejects.toMatchObject({
      statusCode: 403,
      message: expect.stringContaining("'Microsoft.KeyVault/vaults/secrets/setSecret/action'"),
    });
  });

  test('refuses a token for another service', async () => {
    const wrong = new SecretClient(vault.url, credential('me', 'https://management.azure.com'));
    await expect(wrong.getSecret('numerai-public-id')).rejects.toMatchObject({
      statusCode: 401,
      message: expect.stringContaining('AKV10022'),
    });
  });

  test('can be made to throttle', async () => {
    vault.emulator.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 3, times: 1 });
    await expect(client.getSecret('numerai-public-id')).rejects.toMatchObject({
      statusCode: 429,
      code: 'Throttled',
    });
    expect((await client.getSecret('numerai-public-id')).name).toBe('numerai-public-id');
  });
});

describe('a vault, called over HTTP', () => {
  test('names the tenant and the resource in its challenge', async () => {
    const response = await asking('/secrets/numerai-public-id?api-version=7.6');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer authorization="https://login.microsoftonline.com/${tokens.tenantId}", resource="https://vault.azure.net"`,
    );
  });

  test.for(['', '?api-version=', '?api-version=1.0'])(
    'refuses a request with the query "%s": it requires an existing version of the API',
    async (query) => {
      const response = await asking(`/secrets/numerai-public-id${query}`, goodToken());
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: 'BadParameter' } });
    },
  );
});
