// Azure's codes and words for a refused start, and the kind of failure that each means.

import { describe, expect, test } from 'vitest';
import { explainerOf } from '../../../../src/lib/azure/refusals.ts';
import {
  failureOfRefusal,
  isBeingChanged,
  isNoCapacity,
} from '../../../../src/lib/compute/container-instances/failures.ts';
import type { Failure } from '../../../../src/lib/runs/failure.ts';
import { ExternalCallError } from '../../../../src/lib/util/external-call.ts';
import { modelOf } from '../../../support/runs.ts';

const explain = explainerOf('resource-manager', { place: 'a-guid', name: 'Microsoft.ContainerInstance' });

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
      explanation: explain(`${code} ${message}`),
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
    [409, 'ServiceUnavailable', "The quota 'ContainerGroups' is used up. Limit: '10'.", 'quota'],
    [
      409,
      'ServiceUnavailable',
      "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'ContainerGroups' exceeded in region 'westus'. Limit: '0', Usage: '0' Requested: '1'.",
      'provisioning',
    ],
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
      'registry',
    ],
    [409, 'Conflict', 'toomanyrequests: You have reached your pull rate limit.', 'registry'],
    [400, 'BadRequest', 'Failed to pull image "x": dial tcp 1.2.3.4:443: i/o timeout', 'registry'],
    [400, 'BadRequest', 'Failed to pull image "x": 401 Unauthorized', 'image'],
    [400, 'BadRequest', 'Failed to pull image "x".', 'image'],
    [400, 'BadRequest', 'Cannot pull the image.', 'image'],
    [
      403,
      'AuthorizationFailed',
      "The client 'c' does not have authorization to perform action 'Microsoft.ContainerInstance/containerGroups/write'.",
      'permission',
    ],
    [403, 'AuthorizationFailed', "It may not do this over scope '/resourceGroups/image-registry'.", 'permission'],
    [403, 'LinkedAuthorizationFailed', 'It may not assign the identity.', 'permission'],
    [403, 'SubscriptionDisabled', 'It is read-only.', 'permission'],
    [403, 'RequestDisallowedByPolicy', 'A policy demands a tag.', 'configuration'],
    [403, 'RequestDisallowedByAzure', 'The region is not allowed.', 'configuration'],
    [409, 'MissingSubscriptionRegistration', 'It is not registered.', 'configuration'],
    [401, 'AuthenticationFailed', 'The token is invalid.', 'permission'],
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
    [409, 'ScopeLocked', 'The scope is locked.', 'permission'],
    [409, 'ContainerGroupTerminated', 'It has terminated.', 'provisioning'],
    [409, 'InvalidResourceLocation', 'It exists in another location.', 'provisioning'],
  ])('with %d %s, "%s": %s', (status, code, message, failure) => {
    expect(failureOfRefusal(refusal(status, code, message), IMAGE, 'westeurope').failure).toBe(failure);
  });

  test.each<[boolean, number, string, string]>([
    [true, 409, 'ServiceUnavailable', 'It is not available in the location.'],
    [true, 400, 'ContainerGroupQuotaReached', "quota 'StandardCores' exceeded. Limit: '10'."],
    [true, 409, 'ServiceUnavailable', "quota 'ContainerGroups' exceeded. Limit: '0', Usage: '0'."],
    [true, 409, 'RegistryErrorResponse', "The docker registry 'index.docker.io'. Please retry later."],
    [true, 400, 'LocationNotAvailableForResourceType', 'It is not available.'],
    [true, 409, 'SkuNotAvailable', 'The requested size is not there.'],
    [true, 400, 'BadRequest', "The cpu '8' and memory '64' exceed what is offered in region 'westus'."],
    [true, 403, 'RequestDisallowedByAzure', 'See the policy.'],
    [true, 403, 'RequestDisallowedByPolicy', "The policy 'Allowed locations' forbids it."],
    [true, 403, 'RequestDisallowedByPolicy', "The policy 'Ours' forbids it."],
    [true, 409, 'InvalidResourceLocation', 'It exists in another location.'],
    [false, 403, 'RequestDisallowedByPolicy', 'A policy demands a tag.'],
    [false, 403, 'AuthorizationFailed', 'No.'],
    [false, 404, 'ResourceGroupNotFound', 'No.'],
    [false, 400, 'InaccessibleImage', 'The image is not accessible.'],
    [false, 400, 'InvalidRequestContent', 'Bad.'],
    [false, 409, 'Conflict', 'No.'],
  ])('may go better elsewhere: %s, for %d %s', (elsewhere, status, code, message) => {
    expect(failureOfRefusal(refusal(status, code, message), IMAGE, 'westeurope').elsewhere).toBe(elsewhere);
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
      expect(reason(409, ...full, modelOf('image'))).toMatch(/Add another region to `locations` in models\.json\.$/);
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
        "The image docker.io/someone/model:1 could not be pulled: 400 InaccessibleImage: It is not accessible. Check the image's name and the registry credentials of some-model.",
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
        'The app may not start container groups for model some-model: 403 AuthorizationFailed: No. Give the app\'s identity the role "Numerai webhook: container groups" on the resource group of the containers (azd provision does). A new role takes up to ten minutes to be known.',
      );
    });

    test('where something does not exist', () => {
      expect(reason(404, 'ResourceGroupNotFound', 'No.')).toBe(
        'The resource group of some-model does not exist: 404 ResourceGroupNotFound: No. Fix CONTAINER_RESOURCE_GROUP, or create it.',
      );
      expect(reason(404, 'ResourceNotFound', 'No.', modelOf('group'))).toBe(
        'The container group own-group of some-model does not exist: 404 ResourceNotFound: No. Fix container.group in models.json, or create it.',
      );
    });

    test('where it is something else', () => {
      expect(reason(400, 'InvalidRequestContent', 'Bad!')).toBe(
        'Azure refused to start the container of some-model: 400 InvalidRequestContent: Bad! Check its container in models.json.',
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

test.each([
  [refusal(409, 'ContainerGroupTransitioning', 'It is still transitioning.'), true],
  [refusal(409, 'Conflict', 'ContainerGroupTransitioning'), false],
  [new Error('ContainerGroupTransitioning'), false],
])('a group is being changed where its code says so: %s: %s', (error, expected) => {
  expect(isBeingChanged(error)).toBe(expected);
});

test.each([
  ["The requested resource is not available in the location 'westeurope' at this moment.", true],
  ['InsufficientCapacity', true],
  ['insufficient capacity', true],
  ['capacity is not available', true],
  ['no capacity', true],
  ['ServiceUnavailable', false],
  ["The provided location 'x' is not available for resource type 'y'.", false],
])('a full region is recognized by its words: %s: %s', (text, expected) => {
  expect(isNoCapacity(text)).toBe(expected);
});
