import { afterEach, describe, expect, test } from 'vitest';
import { ACTION_OF } from '../../../../local/emulators/resource-manager/calls.ts';
import { type Change, CLIENT_ID, changedBody, credential, IDENTITY, simulated, stopAll, wireBody } from './setup.ts';

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

describe('an invalid group', () => {
  const faults: readonly [string, Change, string, RegExp][] = [
    ['no location', { top: { location: undefined } }, 'LocationRequired', /location/],
    [
      'a region that there is not',
      { top: { location: 'atlantis' } },
      'LocationNotAvailableForResourceType',
      /atlantis/,
    ],
    ['no properties', { top: { properties: undefined } }, 'InvalidRequestContent', /'properties'/],
    [
      'an unknown field',
      { properties: { restartPolcy: 'Never' } },
      'InvalidRequestContent',
      /Could not find member 'restartPolcy' on object of type 'ContainerGroupProperties'/,
    ],
    [
      'a field of a wrong type',
      { container: { command: 'node main.js' } },
      'InvalidRequestContent',
      /Path 'properties\.containers\[0\]\.properties\.command'/,
    ],
    [
      'a value that is none of the allowed ones',
      { properties: { restartPolicy: 'Sometimes' } },
      'InvalidRequestContent',
      /Sometimes/,
    ],
    ['no OS type', { properties: { osType: undefined } }, 'InvalidOsType', /Windows,Linux/],
    ['no containers', { properties: { containers: [] } }, 'InvalidContainerCount', /between 1/],
    ['no image', { container: { image: undefined } }, 'InvalidRequestContent', /'image'/],
    ['an empty image', { container: { image: '' } }, 'InvalidImageName', /image name ''/],
    [
      'no resources',
      { container: { resources: undefined } },
      'ResourceRequestsNotSpecified',
      /in container 'work' of contain group 'demo'/,
    ],
    [
      'no memory',
      { container: { resources: { requests: { cpu: 1 } } } },
      'ResourceSomeRequestsNotSpecified',
      /'MemoryInGB'/,
    ],
    [
      'memory as text',
      { container: { resources: { requests: { cpu: 1, memoryInGB: '1.5' } } } },
      'InvalidRequestContent',
      /memoryInGB/,
    ],
    [
      'a third decimal of CPU',
      { container: { resources: { requests: { cpu: 0.123, memoryInGB: 1 } } } },
      'InvalidCpu',
      /increments of 0\.01\./,
    ],
    [
      'a second decimal of memory',
      { container: { resources: { requests: { cpu: 0.25, memoryInGB: 1.55 } } } },
      'InvalidMemory',
      /increments of 0\.1 GB\./,
    ],
    [
      'a limit below the request',
      {
        container: {
          resources: { requests: { cpu: 2, memoryInGB: 1 }, limits: { cpu: 1 } },
        },
      },
      'ResourceLimitsLessThanRequests',
      /'Cpu' limit/,
    ],
    [
      'a bad variable name',
      { container: { environmentVariables: [{ name: 'MY-NAME', value: '1' }] } },
      'InvalidContainerEnvironmentVariable',
      /must start with alphabetic character/,
    ],
    [
      'a variable twice',
      {
        container: {
          environmentVariables: [
            { name: 'A', value: '1' },
            { name: 'A', secureValue: '2' },
          ],
        },
      },
      'InvalidContainerEnvironmentVariable',
      /duplicated/,
    ],
    [
      'a variable that is plain and secure',
      { container: { environmentVariables: [{ name: 'A', value: '1', secureValue: '2' }] } },
      'InvalidContainerEnvironmentVariable',
      /Exactly one/,
    ],
    [
      'a number for a variable',
      { container: { environmentVariables: [{ name: 'NUMERAI_ROUND', value: 1234 }] } },
      'InvalidRequestContent',
      /environmentVariables\[0\]\.value/,
    ],
    [
      'a registry with a protocol',
      { properties: { imageRegistryCredentials: [credential({ server: 'https://docker.io' })] } },
      'InvalidImageRegistryServer',
      /without protocol/,
    ],
    [
      'a registry without a password',
      { properties: { imageRegistryCredentials: [credential({ password: '' })] } },
      'InvalidImageRegistryPassword',
      /cannot be empty/,
    ],
    [
      'a registry without a username',
      { properties: { imageRegistryCredentials: [credential({ username: undefined })] } },
      'InvalidImageRegistryUsername',
      /cannot be empty/,
    ],
    [
      'a registry identity that is not assigned to the group',
      {
        properties: { imageRegistryCredentials: [{ server: 'x.azurecr.io', identity: IDENTITY }] },
      },
      'InvalidImageRegistryIdentity',
      /not assigned/,
    ],
    [
      'an identity type without identities',
      { top: { identity: { type: 'UserAssigned' } } },
      'InvalidIdentity',
      /0 user-assigned/,
    ],
    [
      'an identity that is no resource id',
      { top: { identity: { type: 'UserAssigned', userAssignedIdentities: { pull: {} } } } },
      'LinkedInvalidPropertyId',
      /pull/,
    ],
    [
      'too many tags',
      { top: { tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, ''])) } },
      'TooManyTags',
      /51/,
    ],
    ['a tag that is a number', { top: { tags: { round: 1234 } } }, 'InvalidRequestContent', /round/],
    ['a tag that is too long', { top: { tags: { a: 'x'.repeat(257) } } }, 'InvalidTagValueLength', /256/],
    ['a name with capitals', { name: 'Demo' }, 'InvalidContainerGroupName', /lowercase/],
    ['a name that ends in a hyphen', { name: 'demo-' }, 'InvalidContainerGroupName', /hyphen/],
    ['a name of 64 characters', { name: 'd'.repeat(64) }, 'InvalidContainerGroupName', /63/],
  ];

  test.each(faults)('%s is refused', async (_what, change, code, message) => {
    const { raw } = await simulated();
    const { name = 'demo' } = change;
    const refused = await raw('PUT', `/${name}`, { body: changedBody(change) });
    expect(refused).toMatchObject({ status: 400, code });
    expect(refused.message).toMatch(message);
    expect(await raw('GET', `/${name}`)).toMatchObject({ status: 404 });
  });

  test('a body that is not JSON is refused', async () => {
    const { raw } = await simulated();
    expect(await raw('PUT', '/demo', { body: '{' })).toMatchObject({
      status: 400,
      code: 'InvalidRequestContent',
    });
    expect(await raw('PUT', '/demo')).toMatchObject({ status: 400 });
  });

  test('a name of 63 characters is accepted', async () => {
    const { raw } = await simulated();
    expect(await raw('PUT', `/${'d'.repeat(63)}`, { body: wireBody() })).toMatchObject({
      status: 201,
    });
  });
});

test('an image of a registry that asks to be left alone is refused, to a group that exists as well', async () => {
  const { manager, raw } = await simulated();
  manager.createGroup({ name: 'own', image: 'someone/model:1' });
  manager.setThrottled('docker.io', true);
  const refused = {
    status: 409,
    code: 'RegistryErrorResponse',
    message: "An error response is received from the docker registry 'index.docker.io'. Please retry later.",
  };
  expect(await raw('POST', '/own/start')).toMatchObject(refused);
  manager.setThrottled('docker.io', false);
  expect(await raw('POST', '/own/start')).toMatchObject({ status: 202 });
});
