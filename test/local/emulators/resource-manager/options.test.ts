// What Resource Manager takes beside an image, and what it refuses: volumes, a subnet, the priority Spot.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Change,
  CLIENT_ID,
  changedBody,
  RESOURCE_GROUP,
  type Simulated,
  SUBSCRIPTION,
  simulated,
  stopAll,
} from './setup.ts';

const JOIN = 'Microsoft.Network/virtualNetworks/subnets/join/action';
const subnet = (name: string) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/${name}`;

let here: Simulated;
beforeEach(async () => {
  here = await simulated();
});
afterEach(stopAll);

const azureFile = { shareName: 'models', storageAccountName: 'mystorage', storageAccountKey: 'key' };
const mounts = [{ name: 'one', mountPath: '/models' }];
const volumes = [{ name: 'one', azureFile }];

const bodyOf = (change: Change) => changedBody({ ...change, top: { location: 'westeurope', ...change.top } });
const put = (change: Change) => here.raw('PUT', '/demo', { body: bodyOf(change) });
const requests = (more: object) => ({ resources: { requests: { cpu: 1, memoryInGB: 1, ...more } } });
const withVolume = (changes: object) => ({
  properties: { volumes: [{ name: 'one', azureFile: { ...azureFile, ...changes } }] },
});

describe('a group is refused that has', () => {
  test.each<[string, Change, string]>([
    ['a volume of a bad name', { properties: { volumes: [{ name: 'One', azureFile }] } }, 'InvalidVolumeName'],
    ['two volumes of one name', { properties: { volumes: [...volumes, ...volumes] } }, 'DuplicateVolumeName'],
    ['a volume of no kind', { properties: { volumes: [{ name: 'one' }] } }, 'InvalidVolume'],
    ['a volume of two kinds', { properties: { volumes: [{ name: 'one', azureFile, emptyDir: {} }] } }, 'InvalidVolume'],
    [
      'too many volumes',
      { properties: { volumes: Array.from({ length: 21 }, (_, n) => ({ name: `v${n}`, azureFile })) } },
      'TooManyVolumes',
    ],
    ['a share on Windows', { properties: { volumes, osType: 'Windows' } }, 'AzureFileVolumeNotSupported'],
    ['a bad name of a share', withVolume({ shareName: 'A' }), 'InvalidShareName'],
    ['a bad name of an account', withVolume({ storageAccountName: 'my-storage' }), 'InvalidStorageAccountName'],
    ['no key', withVolume({ storageAccountKey: '' }), 'InvalidStorageAccountKey'],
    ['a mount of no volume', { container: { volumeMounts: mounts } }, 'VolumeNotFound'],
    [
      'a mount path with a colon',
      { properties: { volumes }, container: { volumeMounts: [{ name: 'one', mountPath: '/a:b' }] } },
      'InvalidVolumeMountPath',
    ],
    [
      'one volume in two places',
      { properties: { volumes }, container: { volumeMounts: [...mounts, { name: 'one', mountPath: '/b' }] } },
      'DuplicateVolumeMount',
    ],
    [
      'one path twice',
      {
        properties: { volumes: [...volumes, { name: 'two', azureFile }] },
        container: { volumeMounts: [...mounts, { name: 'two', mountPath: '/models/' }] },
      },
      'DuplicateVolumeMount',
    ],
    ['no id of a subnet', { properties: { subnetIds: [{ id: 'n' }] } }, 'LinkedInvalidPropertyId'],
    [
      'Spot with an address',
      { properties: { priority: 'Spot', ipAddress: { type: 'Public', ports: [{ port: 80 }] } } },
      'SpotPriorityContainerGroupNotSupportedForInboundConnectivity',
    ],
    [
      'Spot of another SKU',
      { properties: { priority: 'Spot', sku: 'Confidential' } },
      'SpotPriorityContainerGroupNotSupportedInSku',
    ],
    [
      'Spot with a GPU',
      { properties: { priority: 'Spot' }, container: requests({ gpu: { count: 1, sku: 'V100' } }) },
      'SpotPriorityContainerGroupWithGPUResourcesNotSupported',
    ],
    [
      'Spot where there is none',
      { properties: { priority: 'Spot' }, top: { location: 'eastus' } },
      'ServiceUnavailable',
    ],
    [
      'Spot of a size that has none',
      { properties: { priority: 'Spot' }, container: requests({ cpu: 5 }) },
      'ServiceUnavailable',
    ],
  ])('%s', async (_what, parts, code) => {
    expect(await put(parts)).toMatchObject({ code });
  });

  test('two subnets, or an address beside one', async () => {
    here.manager.scope.subnets.set(subnet('n').toLowerCase(), { location: 'westeurope', isDelegated: true });
    const subnetIds = [{ id: subnet('n') }];
    expect(await put({ properties: { subnetIds: [...subnetIds, ...subnetIds] } })).toMatchObject({
      code: 'MultipleSubnetIds',
    });
    const ipAddress = { type: 'Public', ports: [{ port: 80 }] };
    expect(await put({ properties: { subnetIds, ipAddress } })).toMatchObject({ code: 'PublicIpNotSupported' });
    expect(await put({ properties: { subnetIds, priority: 'Spot' } })).toMatchObject({
      code: 'SpotPriorityContainerGroupNotSupportedForInboundConnectivity',
    });
  });
});

describe('a subnet', () => {
  const putInto = (name: string) => put({ properties: { subnetIds: [{ id: subnet(name) }] } });
  beforeEach(() => {
    const { subnets } = here.manager.scope;
    subnets.set(subnet('fit').toLowerCase(), { location: 'westeurope', isDelegated: true });
    subnets.set(subnet('plain').toLowerCase(), { location: 'westeurope', isDelegated: false });
    subnets.set(subnet('far').toLowerCase(), { location: 'eastus', isDelegated: true });
  });

  test('that is delegated takes the group, which shows it', async () => {
    expect(await putInto('fit')).toMatchObject({
      status: 201,
      body: { properties: { subnetIds: [{ id: subnet('fit') }] } },
    });
  });

  test.each([
    ['is not delegated', 'plain', 400, 'SubnetMissingRequiredDelegation'],
    ['is in another region', 'far', 400, 'InvalidResourceReference'],
    ['does not exist', 'none', 403, 'LinkedAuthorizationFailed'],
  ])('that %s refuses it', async (_what, name, status, code) => {
    expect(await putInto(name)).toMatchObject({ status, code });
  });

  test('must let the caller in', async () => {
    const actions = ['Microsoft.ContainerInstance/*'];
    here.manager.scope.roles = { [CLIENT_ID]: { actions } };
    expect(await putInto('fit')).toMatchObject({ status: 403, message: expect.stringContaining(JOIN) });
    here.manager.scope.roles = { [CLIENT_ID]: { actions: [...actions, JOIN] } };
    expect(await putInto('fit')).toMatchObject({ status: 201 });
  });
});

describe('a share', () => {
  const withKey = (key: string) => ({
    properties: { volumes: [{ name: 'one', azureFile: { ...azureFile, storageAccountKey: key, readOnly: true } }] },
    container: { volumeMounts: mounts },
  });

  test('is mounted, and its key is shown to nobody', async () => {
    const { key } = here.manager.shares.create('mystorage', 'models');
    const { status, body } = await put(withKey(key));
    expect(status).toBe(201);
    expect(JSON.stringify([body, await here.get()])).not.toContain(key);
    await here.clock.advance(5_000);
    expect(here.runtime.starts[0]?.mounts).toEqual([
      { folder: here.manager.shares.folderOf('mystorage', 'models'), mountPath: '/models', readOnly: true },
    ]);
  });

  test.each<[string, object, boolean]>([
    ['of another key', { key: 'rotated' }, false],
    ['of an account that lets nobody in', { isReachable: false }, false],
    ['that is gone', {}, true],
  ])(
    '%s keeps the container from starting, with the same words, until it can be mounted',
    async (_what, changes, isGone) => {
      const account = here.manager.shares.create('mystorage', 'models');
      const before = { ...account };
      Object.assign(account, changes);
      if (isGone) account.shares.clear();
      await put(withKey(before.key));
      await here.clock.advance(2_000);
      expect(await here.get()).toMatchObject({
        provisioningState: 'Creating',
        containers: [{ instanceView: { currentState: { state: 'Waiting' } } }],
        instanceView: {
          events: [
            { name: 'FailedMountAzureFileVolume', message: 'Failed to mount Azure File Volume.', type: 'Warning' },
          ],
        },
      });
      Object.assign(account, before);
      account.shares.add('models');
      await here.clock.advance(2_000);
      expect((await here.get()).containers[0]?.instanceView?.currentState?.state).toBe('Running');
    },
  );

  test('that can never be mounted makes the group fail in the end', async () => {
    await put(withKey('wrong'));
    await here.clock.advance(10_000);
    expect(await here.get()).toMatchObject({ provisioningState: 'Failed', instanceView: { state: 'Failed' } });
  });
});

describe('a Spot group', () => {
  test('is taken away, and started again by the platform', async () => {
    here.runtime.behaviour = () => ({ endsAfter: Number.POSITIVE_INFINITY });
    await put({ properties: { priority: 'Spot' } });
    await here.clock.advance(2_000);
    here.manager.groups.evict('demo');
    await here.clock.advance(100);
    expect((await here.get()).containers[0]?.instanceView).toMatchObject({
      currentState: { state: 'Terminated', exitCode: 137 },
    });
    await here.clock.advance(5_000);
    expect(here.manager.groups.get('demo').state).toBe('Running');
    expect(here.runtime.starts).toHaveLength(2);
    expect(here.manager.groups.startsOf('demo').map(({ kind }) => kind)).toEqual(['create', 'repair']);
  });

  test('has cores of its own', async () => {
    here = await simulated(undefined, { coreQuota: 1 });
    expect(await put({})).toMatchObject({ status: 201 });
    const spot = bodyOf({ properties: { priority: 'Spot' } });
    expect(await here.raw('PUT', '/spot', { body: spot })).toMatchObject({ status: 201 });
    expect(await here.raw('PUT', '/more', { body: spot })).toMatchObject({
      message: expect.stringContaining('StandardSpotCores'),
    });
  });
});
