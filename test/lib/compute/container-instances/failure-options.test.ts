// What Azure says of volumes, subnets, identities and Spot containers, and what follows from it.

import { describe, expect, test } from 'vitest';
import {
  failureOfEnd,
  failureOfEvents,
  failureOfRefusal,
  mountFailed,
} from '../../../../src/lib/compute/container-instances/failures.ts';
import type { ObservedEvent } from '../../../../src/lib/compute/container-instances/group.ts';
import type { Prepared } from '../../../../src/lib/compute/container-instances/prepared.ts';
import { ExternalCallError } from '../../../../src/lib/util/external-call.ts';
import { eventOf, later, modelOf, PLAIN_MODELS, PULL_FAILURE } from '../../../support/runs.ts';

const at = (seconds: number, name: string, type = 'Warning', message = ''): ObservedEvent => ({
  ...eventOf(name, type, message),
  firstTimestamp: later(seconds),
  lastTimestamp: later(seconds),
});
const FAILED = 'FailedMountAzureFileVolume';

describe('a volume cannot be mounted', () => {
  test.each<[string, readonly ObservedEvent[], boolean]>([
    ['where the event says so', [at(0, FAILED)], true],
    ['not where nothing says so', [at(0, 'Failed')], false],
    ['not without any event', [], false],
    ['not where it is said in passing', [at(0, FAILED, 'Normal')], false],
    ['not once the image is pulled', [at(0, FAILED), at(1, 'Pulling', 'Normal')], false],
    ['not once the container has started', [at(0, FAILED), at(1, 'Started', 'Normal')], false],
    ['where the image was pulled before', [at(0, 'Pulling', 'Normal'), at(1, FAILED)], true],
    ['where both are of one moment', [at(1, 'Pulling', 'Normal'), at(1, FAILED)], true],
  ])('%s', (_, events, expected) => {
    expect(mountFailed(events)).toBe(expected);
  });

  test('and what to check depends on whose it is', () => {
    const event = at(0, FAILED, 'Warning', 'Failed to mount Azure File Volume.');
    const volume = (mountPath: string, share: string) => ({
      ...{ mountPath, share, account: 'mystorage', accountKeySecret: 'files-key', readOnly: true },
    });
    const { image } = PLAIN_MODELS;
    const container = { ...image.container, volumes: [volume('/a', 'a'), volume('/b', 'b'), volume('/c', 'a')] };
    const { reason } = failureOfEvents([event], { ...image, container }, 'g', null);
    expect(reason).toContain(
      'Check the share a in mystorage (secret files-key), the share b in mystorage (secret files-key): does it',
    );
    for (const model of [PLAIN_MODELS.group, image, undefined])
      expect(failureOfEvents([event], model, 'g', null)).toMatchObject({
        failure: 'configuration',
        reason: expect.stringMatching(/Volume\. Check the file share, and the key of its storage account\.$/),
      });
  });

  test('is no longer the reason where the pull has failed since', () => {
    expect(failureOfEvents([at(0, FAILED), ...PULL_FAILURE], PLAIN_MODELS.image, 'g', null).failure).toBe('image');
  });
});

test.each([
  [
    403,
    'LinkedAuthorizationFailed',
    "perform action 'Microsoft.Network/virtualNetworks/subnets/join/action'",
    'permission',
    /into its subnet/,
  ],
  [
    403,
    'LinkedAuthorizationFailed',
    "perform action 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'",
    'permission',
    /its identity/,
  ],
  [400, 'SubnetMissingRequiredDelegation', 'Subnet missing required delegation.', 'configuration', /is not delegated/],
  [
    400,
    'InvalidResourceReference',
    'Please make sure that both resources are in the same region.',
    'configuration',
    /in the region of the container/,
  ],
  [400, 'SpotPriorityContainerGroupNotSupportedInSku', 'Not supported.', 'configuration', /with the priority Spot/],
  [
    400,
    'PriorityNotSpecified',
    "The 'Priority' must be one of 'Regular,Spot'.",
    'configuration',
    /with the priority Spot/,
  ],
])('a refusal with %s %s means %3$s', (status, serviceCode, message, failure, reason) => {
  const details = { service: 'resource-manager', operation: 'create', failure: 'refused', retryAfterMs: null } as const;
  const error = new ExternalCallError({ ...details, status, serviceCode }, message, null);
  expect(failureOfRefusal(error, modelOf('image'), 'westeurope')).toMatchObject({
    failure,
    elsewhere: false,
    reason: expect.stringMatching(reason),
  });
});

describe('a container was taken away', () => {
  const spot: Prepared = { kind: 'image', group: 'g', location: 'westus', tried: [], unclear: [], isSpot: true };
  const group: Prepared = { kind: 'group', group: 'g', lastStart: null, lastEvent: null, container: null, names: [] };
  const killing = [at(0, 'Killing', 'Normal')];
  test.each<[string, Prepared, number | null, string | null, readonly ObservedEvent[], string | undefined]>([
    ['where the platform killed a Spot one', spot, 137, 'Error', killing, 'maintenance'],
    ['where it ended it politely', spot, 143, null, killing, 'maintenance'],
    ['not where only the code says so', spot, 137, 'Error', [], 'out-of-memory'],
    ['not where the memory was the reason', spot, 137, 'OOMKilled', killing, 'out-of-memory'],
    ['not where it ended by itself', spot, 1, 'Error', killing, undefined],
    ['not where it is a regular one', { ...spot, isSpot: false }, 137, 'Error', killing, 'out-of-memory'],
    ['not where it is in an existing group', group, 143, null, killing, undefined],
  ])('%s', (_, prepared, exitCode, detail, events, failure) => {
    expect(failureOfEnd({ exitCode, detail, model: 'm', prepared, events })?.failure).toBe(failure);
  });
});
