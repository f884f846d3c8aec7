import { randomUUID } from 'node:crypto';
import { ManagedIdentityCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Identity, startIdentity } from '../../../local/emulators/identity.ts';
import { TokenAuthority } from '../../../local/emulators/tokens.ts';
import { trustedCertificates } from './trusted-certificates.ts';

const certificates = await trustedCertificates();
const tokens = new TokenAuthority();
const CLIENT_ID = randomUUID();
const VAULT = { resource: 'https://vault.azure.net', 'api-version': '2019-08-01' };

let userAssigned: Identity;
let systemAssigned: Identity;

beforeAll(async () => {
  userAssigned = await startIdentity({ certificates, tokens, clientId: CLIENT_ID });
  systemAssigned = await startIdentity({ certificates, tokens });
  // The SDK remembers the first endpoint that it finds for the life of its process.
  process.env.IDENTITY_ENDPOINT = userAssigned.endpoint;
  process.env.IDENTITY_HEADER = userAssigned.header;
});
afterAll(() => Promise.all([userAssigned.close(), systemAssigned.close()]));

const DAY_SECONDS = 24 * 3600;
/** Tokens are dated back by this much. */
const FIVE_MINUTES_SECONDS = 300;

/** The payload of a token, unchecked. */
const claimsOf = (token = ''): { iat: number; exp: number } =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));

describe('the managed identity endpoint, called by the real credential', () => {
  const credential = new ManagedIdentityCredential({ clientId: CLIENT_ID });

  test.for(['https://management.azure.com', 'https://vault.azure.net', 'https://storage.azure.com'])(
    'gives a token for %s',
    async (audience) => {
      const token = await credential.getToken(`${audience}/.default`);
      const check = tokens.check(`Bearer ${token?.token}`, `${audience}/`);
      expect(check).toEqual({ ok: true, clientId: CLIENT_ID });
      const { iat, exp } = claimsOf(token?.token);
      // The client counts from its own clock, to the second.
      expect(Math.abs((token?.expiresOnTimestamp ?? 0) - exp * 1000)).toBeLessThanOrEqual(1000);
      expect(exp - iat).toBe(DAY_SECONDS + FIVE_MINUTES_SECONDS);
    },
  );

  test('knows only its own identity', async () => {
    const other = new ManagedIdentityCredential({ clientId: randomUUID() });
    await expect(other.getToken('https://vault.azure.net/.default')).rejects.toThrow(
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    );
  });

  test('has no default identity if the app has only a user-assigned one', async () => {
    const byDefault = new ManagedIdentityCredential();
    await expect(byDefault.getToken('https://vault.azure.net/.default')).rejects.toThrow(
      'Unable to load the proper Managed Identity.',
    );
  });

  test('issues no token for an unknown resource', async () => {
    const unknown = credential.getToken('https://elsewhere.example/.default');
    await expect(unknown).rejects.toThrow('AADSTS500011');
  });
});

describe('the managed identity endpoint, called over HTTP', () => {
  const ask = (query: Record<string, string>, header: string | null = systemAssigned.header) =>
    fetch(`${systemAssigned.endpoint}?${new URLSearchParams(query)}`, {
      headers: header === null ? {} : { 'X-IDENTITY-HEADER': header },
    });

  test('answers for the system-assigned identity in the format of api-version 2019-08-01', async () => {
    const response = await ask(VAULT);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expires_on: expect.stringMatching(/^\d{10}$/),
      resource: 'https://vault.azure.net',
      token_type: 'Bearer',
      client_id: systemAssigned.clientId,
    });
  });

  test('requires the header that only the app knows', async () => {
    expect((await ask(VAULT, null)).status).toBe(401);
    expect((await ask(VAULT, 'F'.repeat(32))).status).toBe(401);
  });

  test('requires the api-version and a resource', async () => {
    expect((await ask({ resource: VAULT.resource })).status).toBe(400);
    expect((await ask({ ...VAULT, 'api-version': '2017-09-01' })).status).toBe(400);
    expect((await ask({ 'api-version': '2019-08-01' })).status).toBe(400);
  });
});

describe('a token', () => {
  const issue = (lifetimeSeconds?: number) =>
    tokens.issue({
      audience: 'https://vault.azure.net',
      clientId: 'me',
      ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
    }).token;
  const check = (authorization: string | undefined, audience = 'https://vault.azure.net') =>
    tokens.check(authorization, audience);

  test('is refused for another service, and if it is expired, forged or malformed', () => {
    const token = issue();
    expect(check(`Bearer ${token}`)).toEqual({ ok: true, clientId: 'me' });
    expect(check(undefined)).toEqual({ ok: false, reason: 'missing' });
    expect(check(token)).toEqual({ ok: false, reason: 'malformed' });
    expect(check(`Bearer ${token}`, 'https://storage.azure.com').ok).toBe(false);
    expect(check(`Bearer ${issue(-1)}`)).toEqual({ ok: false, reason: 'expired' });
    const forged = new TokenAuthority().issue({ audience: VAULT.resource, clientId: 'me' });
    expect(check(`Bearer ${forged.token}`)).toEqual({ ok: false, reason: 'signature' });
  });
});
