// The bodies and names of groups that are refused, each with Azure's code and words.

import { afterEach, describe, expect, test } from 'vitest';
import { type Change, changedBody, credential, IDENTITY, simulated, stopAll, wireBody } from './setup.ts';

afterEach(stopAll);

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
