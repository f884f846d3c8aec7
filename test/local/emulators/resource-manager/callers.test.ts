// What a caller is refused: without a token or a role, and at an address that there is not.

import { afterEach, describe, expect, test } from 'vitest';
import { ACTION_OF } from '../../../../local/emulators/resource-manager/calls.ts';
import { CLIENT_ID, IDENTITY, simulated, stopAll, wireBody } from './setup.ts';

afterEach(stopAll);

describe('the caller and its permissions', () => {
  test('a call is refused without a token, and with one that is broken, expired or for another audience', async () => {
    const { raw, tokens } = await simulated();
    const other = tokens.issue({ audience: 'https://vault.azure.net', clientId: CLIENT_ID });
    const old = tokens.issue({
      audience: 'https://management.azure.com',
      clientId: CLIENT_ID,
      lifetimeSeconds: -60,
    });
    const classic = tokens.issue({
      audience: 'https://management.core.windows.net/',
      clientId: CLIENT_ID,
    });
    const missing = await raw('GET', '/demo', { token: null });
    expect(missing).toMatchObject({ status: 401, code: 'AuthenticationFailed' });
    expect(missing.headers.get('www-authenticate')).toMatch(/^Bearer authorization_uri=/);
    expect(await raw('GET', '/demo', { token: 'a.b.c' })).toMatchObject({
      status: 401,
      code: 'InvalidAuthenticationToken',
    });
    expect(await raw('GET', '/demo', { token: other.token })).toMatchObject({
      status: 401,
      code: 'InvalidAuthenticationTokenAudience',
    });
    expect(await raw('GET', '/demo', { token: old.token })).toMatchObject({
      status: 401,
      code: 'ExpiredAuthenticationToken',
    });
    expect(await raw('GET', '/demo', { token: classic.token })).toMatchObject({ status: 404 });
  });

  test('an api-version is required, and must be a known one', async () => {
    const { raw } = await simulated();
    expect(await raw('GET', '/demo', { query: '' })).toMatchObject({
      status: 400,
      code: 'MissingApiVersionParameter',
    });
    expect(await raw('GET', '/demo', { query: 'api-version=latest' })).toMatchObject({
      status: 400,
      code: 'InvalidApiVersionParameter',
    });
    expect(await raw('GET', '/demo', { query: 'api-version=2023-05-02' })).toMatchObject({
      status: 400,
      code: 'NoRegisteredProviderFound',
    });
    expect(await raw('GET', '', { query: 'api-version=2023-05-02' })).toMatchObject({
      status: 404,
      code: 'InvalidResourceType',
    });
  });

  test('subscription, resource group and path must exist', async () => {
    const { raw } = await simulated();
    const groups = 'providers/Microsoft.ContainerInstance/containerGroups';
    const other = '99999999-2222-3333-4444-555555555555';
    const at = (path: string) => raw('GET', '', { base: `/subscriptions/${path}` });
    expect(await at(`nonsense/resourceGroups/numerai/${groups}`)).toMatchObject({
      status: 400,
      code: 'InvalidSubscriptionId',
    });
    expect(await at(`${other}/resourceGroups/numerai/${groups}`)).toMatchObject({
      status: 404,
      code: 'SubscriptionNotFound',
    });
    expect(await at(`11111111-2222-3333-4444-555555555555/resourceGroups/other/${groups}`)).toMatchObject({
      status: 404,
      code: 'ResourceGroupNotFound',
    });
    expect(await at(`${other}/resourceGroups/numerai/providers/Microsoft.Web/sites`)).toMatchObject({
      status: 404,
      code: 'InvalidResourceType',
    });
    expect(await raw('POST', '/demo')).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
  });

  test('each call requires its action, and the refusal names it', async () => {
    const allowed = Object.values(ACTION_OF).filter((action) => !action.endsWith('start/action'));
    const { raw } = await simulated(undefined, { roles: { [CLIENT_ID]: { actions: allowed } } });
    await raw('PUT', '/demo', { body: wireBody() });
    const refused = await raw('POST', '/demo/start');
    expect(refused).toMatchObject({ status: 403, code: 'AuthorizationFailed' });
    expect(refused.message).toContain("'Microsoft.ContainerInstance/containerGroups/start/action' over scope");
  });

  test('a role can use wildcards, and a caller without a role may do nothing', async () => {
    const actions = ['Microsoft.ContainerInstance/containerGroups/*'];
    const { raw, tokens } = await simulated(undefined, { roles: { [CLIENT_ID]: { actions } } });
    expect(await raw('GET', '')).toMatchObject({ status: 200 });
    const { token } = tokens.issue({
      audience: 'https://management.azure.com',
      clientId: 'somebody-else',
    });
    expect(await raw('GET', '', { token })).toMatchObject({ status: 403 });
  });

  test('a caller that gives a group an identity must be allowed to assign it', async () => {
    const actions = ['Microsoft.ContainerInstance/*'];
    const { raw } = await simulated(undefined, { roles: { [CLIENT_ID]: { actions } } });
    const body = wireBody({
      identity: { type: 'UserAssigned', userAssignedIdentities: { [IDENTITY]: {} } },
    });
    const refused = await raw('PUT', '/demo', { body });
    expect(refused).toMatchObject({ status: 403, code: 'LinkedAuthorizationFailed' });
    expect(refused.message).toContain('userAssignedIdentities/assign/action');
  });
});
