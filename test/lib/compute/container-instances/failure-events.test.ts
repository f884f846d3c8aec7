// What the events of a group, and the end of its container, say of a failure.

import { describe, expect, test } from 'vitest';
import {
  failureOfEvents,
  isOutOfMemory,
  outOfMemory,
  pullFailed,
} from '../../../../src/lib/compute/container-instances/failures.ts';
import type { ObservedEvent } from '../../../../src/lib/compute/container-instances/group.ts';
import type { Prepared } from '../../../../src/lib/compute/container-instances/prepared.ts';
import type { Failure } from '../../../../src/lib/runs/failure.ts';
import { eventOf, modelOf, NO_ROOM, PULL_FAILURE } from '../../../support/runs.ts';

const IMAGE = modelOf('image', { locations: ['westeurope', 'eastus'] });

const event = (name: string, message: string, type = 'Warning'): ObservedEvent => eventOf(name, type, message);

describe('the events of a group', () => {
  test.each<[string, readonly ObservedEvent[], Failure]>([
    ['that has no room', NO_ROOM, 'no-capacity'],
    ['whose image cannot be pulled', PULL_FAILURE, 'image'],
    [
      'whose image is for another processor',
      [event('Failed', 'Failed to pull image "x": no match for platform in manifest: not found')],
      'image',
    ],
    ['whose image is not accessible', [event('InaccessibleImage', 'Check it.')], 'image'],
    ['whose kubelet says so', [event('ErrImagePull', '')], 'image'],
    ['whose image is being pulled in vain', [event('Failed', 'Error pulling image "x"')], 'image'],
    ['whose pull is backed off', [event('ImagePullBackOff', '')], 'image'],
    ['that failed for any other reason', [event('InternalServerError', 'An error.')], 'provisioning'],
    ['that say nothing', [], 'provisioning'],
    [
      'whose container started once, so that its image is not the reason',
      [...PULL_FAILURE, event('Started', 'Started container', 'Normal'), event('Failed', 'x')],
      'provisioning',
    ],
  ])('%s', (_, events, failure) => {
    expect(failureOfEvents(events, IMAGE, 'g', 'westeurope').failure).toBe(failure);
  });

  test('are quoted by the last one that says something', () => {
    const quoted = (...events: ObservedEvent[]) => failureOfEvents(events, IMAGE, 'g', null).reason;
    expect(quoted(event('A', 'The first.'), event('B', 'The second.'), event('C', ''))).toBe(
      'Azure could not provide container group g. Azure says: The second. This is usually temporary; if it persists, try another region.',
    );
    expect(quoted()).toBe(
      'Azure could not provide container group g. This is usually temporary; if it persists, try another region.',
    );
    expect(quoted(event('A', 'Created.', 'Normal'))).toContain('Azure says: Created.');
  });

  test('are quoted by the cause, not by what follows from it', () => {
    const reason = failureOfEvents(PULL_FAILURE, IMAGE, 'g', null).reason;
    expect(reason).toBe(
      'The image docker.io/someone/model:1 does not exist in its registry: Failed to pull image "x": manifest unknown. Check the image\'s name and tag of some-model.',
    );
    const backedOff = [...PULL_FAILURE, event('BackOff', 'Back-off pulling image "x"')];
    expect(failureOfEvents(backedOff, IMAGE, 'g', null).reason).toBe(reason);
  });

  test('are quoted without what is said of them later, or in passing', () => {
    const quoted = (...events: ObservedEvent[]) => failureOfEvents(events, IMAGE, 'g', null).reason;
    const cause = event('Failed', ' The  cause\nof it all ');
    for (const later of [
      event('Killing', 'Killing container', 'Normal'),
      event('BackOff', 'Backoff restarting'),
      event('Failed', ''),
    ])
      expect(quoted(cause, later)).toContain('g. Azure says: The cause of it all. This is usually');
    expect(quoted(event('Failed', 'There was no back-off!'))).toContain('There was no back-off!');
    expect(quoted(event('Failed', 'He said: Could not do it: x. And y'))).toContain(
      'He said: Could not do it: x. And y.',
    );
    expect(quoted(event('A', 'Created.', 'Normal'), event('B', '', 'Normal'))).toContain('Created.');
  });

  test('that say nothing leave no gap', () => {
    const reason = failureOfEvents([event('InsufficientCapacity', '')], IMAGE, 'g', null).reason;
    expect(reason).toBe(
      'Azure has no capacity for this container at the moment. All of westeurope, eastus are tried in turn.',
    );
  });

  test('do without the model where models.json no longer has it', () => {
    expect(failureOfEvents(PULL_FAILURE, undefined, 'g', null).reason).toMatch(
      /^The image does not exist in its registry: .* Check the image's name and tag\.$/,
    );
    expect(failureOfEvents(NO_ROOM, undefined, 'g', 'eastus').reason).toMatch(
      /in eastus at the moment\. The requested resource .*Add another region/,
    );
  });
});

describe('a pull has failed', () => {
  test.each<[string, readonly ObservedEvent[], boolean]>([
    ['where a warning says so', PULL_FAILURE, true],
    ['not while it is pulled', [event('Pulling', 'pulling image "x"', 'Normal')], false],
    ['not where nothing is said of an image', [event('Failed', 'An error.')], false],
    ['not once the container has started', [...PULL_FAILURE, event('Started', 'Started container', 'Normal')], false],
    ['not without any event', [], false],
  ])('%s', (_, events, expected) => {
    expect(pullFailed(events)).toBe(expected);
  });
});

describe('a container was killed for its memory', () => {
  test.each<[number | null, string | null, boolean]>([
    [137, null, true],
    [137, 'Error', true],
    [1, 'OOMKilled', true],
    [null, 'OOMKilled', true],
    [0, 'OOMKilled', false],
    [0, null, false],
    [1, 'Error', false],
    [143, null, false],
    [null, null, false],
  ])('with exit code %s and detail %s: %s', (exitCode, detail, expected) => {
    expect(isOutOfMemory(exitCode, detail)).toBe(expected);
  });

  test('and who can give it more', () => {
    const image: Prepared = {
      kind: 'image',
      group: 'g',
      location: 'westeurope',
      tried: [],
      unclear: [],
      isSpot: false,
    };
    const group: Prepared = {
      kind: 'group',
      group: 'own',
      lastStart: null,
      lastEvent: null,
      container: null,
      names: [],
    };
    expect(outOfMemory(137, 'm', image)).toEqual({
      failure: 'out-of-memory',
      reason:
        'The container was killed (exit code 137), most often because it needed more memory than its limit. Raise memoryGB of m in models.json, or load the data in parts.',
    });
    expect(outOfMemory(null, 'm', group).reason).toBe(
      'The container was killed (exit code unknown), most often because it needed more memory than its limit. Give container group own more memory, or load the data in parts.',
    );
  });
});
