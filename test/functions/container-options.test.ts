// What a container has beside its image: what models.json takes, and what it refuses with a sentence.

import { describe, expect, test } from 'vitest';
import { appOf, container, faultsOf, MODEL } from './configured-app.ts';

const SUBNET = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n';
const IDENTITY = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
const VOLUME = { mountPath: '/models', share: 'models', account: 'mystorage', accountKeySecret: 'files-key' };

const volume = (changes: object) => container({ volumes: [{ ...VOLUME, ...changes }] });
const group = (changes: object) => ({ ...MODEL, container: { group: 'mine', ...changes } });
const lastResort = (changes: object, more: object = {}) => ({
  ...container(more),
  lastResort: { image: 'example.org/b:1', minutes: 4, ...changes },
});

const [imageModel] = appOf({}, { models: [container({})] }).models;
const OF_IMAGES = Object.keys(imageModel?.container ?? {}).filter((key) => key !== 'kind' && key !== 'image');

describe('models.json', () => {
  test('knows what only an image can have', () => {
    expect(OF_IMAGES).toEqual(expect.arrayContaining(['command', 'locations', 'volumes', 'keepFailed']));
  });

  test('takes volumes, which are read-only where nothing else is said', () => {
    const [model] = appOf(
      {},
      { models: [container({ volumes: [VOLUME, { ...VOLUME, mountPath: '/out', readOnly: false }] })] },
    ).models;
    expect(model?.container).toMatchObject({
      volumes: [
        { ...VOLUME, readOnly: true },
        { ...VOLUME, mountPath: '/out', readOnly: false },
      ],
    });
  });

  test('gives the last resort what the container has, but for the priority Spot', () => {
    const options = { volumes: [VOLUME], identity: IDENTITY, keepFailed: true, priority: 'Spot' };
    const [model] = appOf({}, { models: [lastResort({}, options)] }).models;
    expect(model?.lastResort?.container).toMatchObject({
      volumes: [{ ...VOLUME, readOnly: true }],
      identity: IDENTITY,
      keepFailed: true,
      priority: 'Regular',
    });
  });

  test('gives it what it says for itself', () => {
    const own = { volumes: [], priority: 'Spot', keepFailed: false };
    const [model] = appOf({}, { models: [lastResort(own, { volumes: [VOLUME], keepFailed: true })] }).models;
    expect(model?.lastResort?.container).toMatchObject(own);
  });

  test.each<[string, object, string]>([
    [
      'a path that is not absolute',
      volume({ mountPath: 'models' }),
      'volumes[0].mountPath: got `"models"`; expected the path',
    ],
    ['a path with a colon', volume({ mountPath: '/a:b' }), 'volumes[0].mountPath: got `"/a:b"`'],
    ['the root', volume({ mountPath: '/' }), 'volumes[0].mountPath: got `"/"`'],
    ['a path that leads upwards', volume({ mountPath: '/a/../b' }), 'volumes[0].mountPath'],
    ['a path with a slash at its end', volume({ mountPath: '/models/' }), 'no `/` at its end'],
    [
      'a share with capitals',
      volume({ share: 'Models' }),
      'volumes[0].share: got `"Models"`; expected the name of a file share',
    ],
    ['a share with two hyphens', volume({ share: 'a--b' }), 'volumes[0].share'],
    ['a short share', volume({ share: 'ab' }), 'volumes[0].share'],
    ['a long share', volume({ share: 'a'.repeat(64) }), 'volumes[0].share'],
    ['an account with a hyphen', volume({ account: 'my-storage' }), 'expected the name of the storage account'],
    [
      'no key',
      volume({ accountKeySecret: undefined }),
      'volumes[0].accountKeySecret: got nothing; expected the name of a secret',
    ],
    ['a misspelt key', volume({ readonly: true }), 'volumes[0].readonly: got a key that is not known'],
    ['something else for a list', container({ volumes: VOLUME }), 'expected a list of volumes'],
    ['a word for a boolean', volume({ readOnly: 'yes' }), 'volumes[0].readOnly: got `"yes"`; expected true or false'],
    [
      'a path twice',
      container({ volumes: [VOLUME, { ...VOLUME, share: 'other' }] }),
      'volumes[1].mountPath: got `"/models"`; expected a path that no other volume has',
    ],
    [
      'too many',
      container({ volumes: Array.from({ length: 21 }, (_, index) => ({ ...VOLUME, mountPath: `/m${index}` })) }),
      'container.volumes: got a list of 21; expected at most 20',
    ],
    ['the id of a network', container({ subnet: SUBNET.replace('/subnets/n', '') }), 'container.subnet: got'],
    [
      'the name of an identity',
      container({ identity: 'mine' }),
      'container.identity: got `"mine"`; expected the resource id of a user-assigned identity',
    ],
    ['another priority', container({ priority: 'Low' }), 'container.priority: got `"Low"`; expected Regular or Spot'],
    [
      'a subnet with two regions',
      container({ subnet: SUBNET, locations: ['eastus', 'westus2'] }),
      'container.locations: got a list of 2; expected one region beside `subnet`',
    ],
    [
      'Spot in a subnet',
      container({ subnet: SUBNET, priority: 'Spot' }),
      'container.priority: got `"Spot"`; expected Regular beside `subnet`: Azure has no Spot containers in a virtual network',
    ],
    [
      'a large Spot container',
      container({ cpu: 8, priority: 'Spot' }),
      'container.cpu: got `8`; expected at most 4 with the priority Spot',
    ],
    [
      'a Spot container that may become large',
      container({ maxMemoryGB: 32, priority: 'Spot' }),
      'container.maxMemoryGB: got `32`; expected at most 16',
    ],
    [
      'a last resort on Spot in the subnet of the container',
      lastResort({ priority: 'Spot' }, { subnet: SUBNET }),
      'lastResort.priority: got `"Spot"`; expected Regular beside `subnet`',
    ],
    [
      'a last resort in two regions with a subnet',
      lastResort({ locations: ['eastus', 'westus2'] }, { subnet: SUBNET }),
      'lastResort.locations: got a list of 2',
    ],
    [
      'a last resort on Spot that has the memory of a large container',
      lastResort({ priority: 'Spot' }, { memoryGB: 20 }),
      'lastResort.memoryGB: got nothing; expected at most 16 with the priority Spot',
    ],
    ...OF_IMAGES.map((key): [string, object, string] => [
      `${key} of an existing group`,
      group({ [key]: [] }),
      `container.${key}: got what only an \`image\` can have; expected no \`${key}\` beside \`group\`: an existing container group keeps what it was created with. Create it with that, or name its \`image\` in the place of \`group\``,
    ]),
    ['what a group cannot have either', group({ volume: [] }), 'container.volume: got a key that is not known'],
  ])('tells what is wrong with %s', (_what, model, says) => {
    expect(faultsOf({}, { models: [model] })).toEqual([expect.stringContaining(says)]);
  });

  test.each(['account', 'accountKeySecret'])('does not show a key that stands in the place of %s', (place) => {
    const key = `${'k'.repeat(86)}==`;
    const faults = faultsOf({}, { models: [volume({ [place]: key })] });
    expect(faults).toEqual([expect.stringContaining('got a text of 88 characters')]);
    expect(faults[0]).not.toContain('kkk');
  });
});
