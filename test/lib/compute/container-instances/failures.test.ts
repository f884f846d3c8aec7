// Azure's codes and words, and the kind of failure that each means.

import { describe, expect, test } from 'vitest';
import {
  failureOfEvents,
  failureOfRefusal,
  isBeingChanged,
  isNoCapacity,
  isOutOfMemory,
  outOfMemory,
  pullFailed,
} from '../../../../src/lib/compute/container-instances/failures.ts';
import type { ObservedEvent } from '../../../../src/lib/compute/container-instances/group.ts';
import type { Prepared } from '../../../../src/lib/compute/container-instances/prepared.ts';
import type { Failure } from '../../../../src/lib/runs/failure.ts';
import { ExternalCallError } from '../../../../src/lib/util/external-call.ts';
import { modelOf, NO_ROOM, PULL_FAILURE } from '../../../support/runs.ts';

/** A refusal as it comes from the external call. */
function refusal(status: number | null, code: string | null, message: string): ExternalCallError {
  const operation = 'create container group some-model-r1-a1 in westeurope';
  return new ExternalCallError(
    {
      service: 'resource-manager',
      operation,
      failure: 'refused',
      status,
      serviceCode: code,
      retryAfterMs: null,
    },
    `Could not ${operation}: ${status} ${code}: ${message}`,
    undefined,
  );
}

const IMAGE = modelOf('image', { locations: ['westeurope', 'eastus'] });

describe('a refused start', () => {
  test.each<[status: number, code: string, message: string, failure: Failure]>([
    [
      409,
      'ServiceUnavailable',
      "The requested resource is not available in the location 'westeurope' at this moment. Please retry with a different resource request or in another location. Resource requested: '1' CPU '1.5' GB memory 'Linux' OS",
      'no-capacity',
    ],
    [409, 'InsufficientCapacity', 'Try another size.', 'no-capacity'],
    [409, 'Conflict', 'Insufficient capacity in the region.', 'no-capacity'],
    [409, 'Conflict', 'The capacity is not available.', 'no-capacity'],
    [409, 'Conflict', 'There is no capacity left.', 'no-capacity'],
    [
      400,
      'ContainerGroupQuotaReached',
      "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' exceeded in region 'eastus'. Limit: '10', Usage: '10' Requested: '1'.",
      'quota',
    ],
    [409, 'QuotaExceeded', 'Too many.', 'quota'],
    [409, 'ServiceUnavailable', "The quota 'ContainerGroups' is used up. Limit: '0'.", 'quota'],
    [
      400,
      'InaccessibleImage',
      "The image 'x' in container group 'y' is not accessible. Please check the image and registry credential.",
      'image',
    ],
    [
      409,
      'RegistryErrorResponse',
      "An error response is received from the docker registry 'index.docker.io'. Please retry later.",
      'image',
    ],
    [400, 'BadRequest', 'Failed to pull image "x".', 'image'],
    [400, 'BadRequest', 'Cannot pull the image.', 'image'],
    [
      403,
      'AuthorizationFailed',
      "The client 'c' does not have authorization to perform action 'Microsoft.ContainerInstance/containerGroups/write'.",
      'configuration',
    ],
    [403, 'LinkedAuthorizationFailed', 'It may not assign the identity.', 'configuration'],
    [403, 'RequestDisallowedByPolicy', 'A policy demands a tag.', 'configuration'],
    [401, 'AuthenticationFailed', 'The token is invalid.', 'configuration'],
    [404, 'ResourceNotFound', 'The group was not found.', 'configuration'],
    [404, 'ResourceGroupNotFound', 'The resource group was not found.', 'configuration'],
    [404, 'SubscriptionNotFound', 'The subscription was not found.', 'configuration'],
    [
      400,
      'LocationNotAvailableForResourceType',
      "The provided location 'nowhere' is not available for resource type 'Microsoft.ContainerInstance/containerGroups'.",
      'configuration',
    ],
    [400, 'InvalidRequestContent', 'The request content was invalid.', 'configuration'],
    [409, 'ScopeLocked', 'The scope is locked.', 'provisioning'],
    [409, 'ContainerGroupTerminated', 'It has terminated.', 'provisioning'],
    [409, 'InvalidResourceLocation', 'It exists in another location.', 'provisioning'],
  ])('with %d %s, "%s": %s', (status, code, message, failure) => {
    expect(failureOfRefusal(refusal(status, code, message), IMAGE, 'westeurope').failure).toBe(
      failure,
    );
  });

  test('without a code or an answer is still named', () => {
    expect(failureOfRefusal(refusal(null, null, 'x'), IMAGE, null).failure).toBe('configuration');
  });

  describe('tells what happened, to what, in Azure’s words, and what to do', () => {
    const reason = (status: number, code: string, message: string, model = IMAGE) =>
      failureOfRefusal(refusal(status, code, message), model, 'westeurope').reason;

    test('where the region is full', () => {
      const full = ['ServiceUnavailable', 'It is not available in the location.'] as const;
      expect(reason(409, ...full)).toBe(
        'Azure has no capacity for this container in westeurope at the moment. 409 ServiceUnavailable: It is not available in the location. All of westeurope, eastus are tried in turn.',
      );
      expect(reason(409, ...full, modelOf('image'))).toMatch(
        /Add another region to `locations` in models\.json\.$/,
      );
      expect(reason(409, ...full, modelOf('group'))).toMatch(
        /make container group own-group in another region, or let the app make a group for each run/,
      );
      const nowhere = failureOfRefusal(refusal(409, ...full), IMAGE, null).reason;
      expect(nowhere).toContain('for this container at the moment');
    });

    test('where the quota is used up', () => {
      expect(reason(400, 'ContainerGroupQuotaReached', 'It is exceeded.')).toBe(
        "The subscription's quota for container groups is used up: 400 ContainerGroupQuotaReached: It is exceeded. Remove groups that are not needed, or ask Azure for a higher quota.",
      );
    });

    test('where the image cannot be pulled', () => {
      expect(reason(400, 'InaccessibleImage', 'It is not accessible')).toBe(
        "The image docker.io/someone/model:1 could not be pulled: 400 InaccessibleImage: It is not accessible. Check the image's name and the registry credentials of model some-model.",
      );
      expect(reason(400, 'InaccessibleImage', 'It is not accessible', modelOf('group'))).toMatch(
        /^The image could not be pulled: /,
      );
    });

    test('where nobody knows who the app is', () => {
      expect(reason(401, 'AuthenticationFailed', 'Who?')).toMatch(/^The app may not start/);
    });

    test('where the app may not', () => {
      expect(reason(403, 'AuthorizationFailed', 'No.')).toBe(
        'The app may not start container groups for model some-model: 403 AuthorizationFailed: No. Give its identity the role for container groups on the resource group.',
      );
    });

    test('where something does not exist', () => {
      expect(reason(404, 'ResourceGroupNotFound', 'No.')).toBe(
        'The resource group of model some-model does not exist: 404 ResourceGroupNotFound: No. Fix CONTAINER_RESOURCE_GROUP, or create it.',
      );
      expect(reason(404, 'ResourceNotFound', 'No.', modelOf('group'))).toBe(
        'The container group own-group of model some-model does not exist: 404 ResourceNotFound: No. Fix container.group in models.json, or create it.',
      );
    });

    test('where it is something else', () => {
      expect(reason(400, 'InvalidRequestContent', 'Bad!')).toBe(
        'Azure refused to start the container of model some-model: 400 InvalidRequestContent: Bad! Check its container in models.json.',
      );
    });

    test('in one line of bounded length', () => {
      const long = reason(400, 'Bad', `first line\n\n  second line ${'x'.repeat(5_000)}`);
      expect(long).toContain('400 Bad: first line second line xxx');
      expect(long.length).toBeLessThan(600);
      expect(long).not.toMatch(/\n/);
    });
  });
});

const event = (name: string, message: string, type = 'Warning'): ObservedEvent => ({
  name,
  message,
  type,
});

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
    [
      'that failed for any other reason',
      [event('InternalServerError', 'An error.')],
      'provisioning',
    ],
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
      'Azure could not provide container group g. Azure says: The second. This is most often passing; if it stays, try another region.',
    );
    expect(quoted()).toBe(
      'Azure could not provide container group g. This is most often passing; if it stays, try another region.',
    );
    expect(quoted(event('A', 'Created.', 'Normal'))).toContain('Azure says: Created.');
  });

  test('are quoted by the cause, not by what follows from it', () => {
    const reason = failureOfEvents(PULL_FAILURE, IMAGE, 'g', null).reason;
    expect(reason).toBe(
      'The image docker.io/someone/model:1 could not be pulled: Failed to pull image "x": manifest unknown. Check the image\'s name and the registry credentials of model some-model.',
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
      expect(quoted(cause, later)).toContain('g. Azure says: The cause of it all. This is most');
    expect(quoted(event('Failed', 'There was no back-off!'))).toContain('There was no back-off!');
    expect(quoted(event('Failed', 'He said: Could not do it: x. And y'))).toContain(
      'He said: Could not do it: x. And y.',
    );
    expect(quoted(event('A', 'Created.', 'Normal'), event('B', '', 'Normal'))).toContain(
      'Created.',
    );
  });

  test('that say nothing leave no gap', () => {
    const reason = failureOfEvents([event('InsufficientCapacity', '')], IMAGE, 'g', null).reason;
    expect(reason).toBe(
      'Azure has no capacity for this container at the moment. All of westeurope, eastus are tried in turn.',
    );
  });

  test('do without the model where models.json no longer has it', () => {
    expect(failureOfEvents(PULL_FAILURE, undefined, 'g', null).reason).toMatch(
      /^The image could not be pulled: .* Check the image's name and the registry credentials\.$/,
    );
    expect(failureOfEvents(NO_ROOM, undefined, 'g', 'eastus').reason).toMatch(
      /in eastus at the moment\. Azure says: .*Add another region/,
    );
  });
});

describe('a pull has failed', () => {
  test.each<[string, readonly ObservedEvent[], boolean]>([
    ['where a warning says so', PULL_FAILURE, true],
    ['not while it is pulled', [event('Pulling', 'pulling image "x"', 'Normal')], false],
    ['not where nothing is said of an image', [event('Failed', 'An error.')], false],
    [
      'not once the container has started',
      [...PULL_FAILURE, event('Started', 'Started container', 'Normal')],
      false,
    ],
    ['not without any event', [], false],
  ])('%s', (_, events, expected) => {
    expect(pullFailed(events)).toBe(expected);
  });
});

test.each([
  ["The requested resource is not available in the location 'westeurope' at this moment.", true],
  ['InsufficientCapacity', true],
  ['insufficient capacity', true],
  ['capacity is not available', true],
  ['no capacity', true],
  ['ServiceUnavailable', false],
  ["The provided location 'x' is not available for resource type 'y'.", false],
])('a full region is told by its words: %s: %s', (text, expected) => {
  expect(isNoCapacity(text)).toBe(expected);
});

test.each([
  [refusal(409, 'ContainerGroupTransitioning', 'It is still transitioning.'), true],
  [refusal(409, 'Conflict', 'ContainerGroupTransitioning'), false],
  [new Error('ContainerGroupTransitioning'), false],
])('a group is being changed where its code says so: %s: %s', (error, expected) => {
  expect(isBeingChanged(error)).toBe(expected);
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
    const image: Prepared = { kind: 'image', group: 'g', locations: [] };
    const group: Prepared = { kind: 'group', group: 'own', lastStart: null, container: null };
    expect(outOfMemory(137, 'm', image)).toEqual({
      failure: 'out-of-memory',
      reason:
        'The container was killed (exit code 137), most often because it needed more memory than its limit. Raise memoryGB of model m in models.json, or load the data in parts.',
    });
    expect(outOfMemory(null, 'm', group).reason).toBe(
      'The container was killed (exit code unknown), most often because it needed more memory than its limit. Give container group own more memory, or load the data in parts.',
    );
  });
});
