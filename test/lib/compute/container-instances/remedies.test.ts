// What to do where Azure refuses a call, or does not answer it.

import { expect, test } from 'vitest';
import { remedyOf, remedyOfRemoval } from '../../../../src/lib/compute/container-instances/remedies.ts';
import { ExternalCallError, type ExternalFailure } from '../../../../src/lib/util/external-call.ts';

const errorOf = (failure: ExternalFailure, status: number | null, serviceCode: string | null = null) =>
  new ExternalCallError(
    { service: 'resource-manager', operation: 'call', failure, status, serviceCode, retryAfterMs: null },
    'Could not call it.',
    null,
  );

const GIVE_ROLE =
  'Give the app\'s identity the role "Numerai webhook: container groups" on the resource group of the containers (azd provision does).';
const CHECK = 'Check the subscription and the resource group in the portal and in the settings.';
const WAIT = 'Azure does not answer; that usually passes by itself.';

test.each<[ExternalCallError, string]>([
  [errorOf('refused', 403, 'AuthorizationFailed'), GIVE_ROLE],
  [errorOf('refused', 401), GIVE_ROLE],
  [errorOf('refused', 404, 'SubscriptionNotFound'), CHECK],
  [errorOf('refused', 409, 'ReadOnlyDisabledSubscription'), CHECK],
  [errorOf('unavailable', null), WAIT],
  [errorOf('unavailable', 503), WAIT],
  [errorOf('throttled', 429), WAIT],
])('of a look that ends with $failure $status $serviceCode', (error, remedy) => {
  expect(remedyOf(error)).toBe(remedy);
});

test.each<[ExternalCallError, string]>([
  [
    errorOf('refused', 409, 'ScopeLocked'),
    'Take the lock off the resource group, or remove the container group in the portal.',
  ],
  [errorOf('refused', 403), `${GIVE_ROLE} Or remove the container group in the portal.`],
  [errorOf('refused', 401), `${GIVE_ROLE} Or remove the container group in the portal.`],
  [errorOf('refused', 409), 'Remove the container group in the portal.'],
])('of a removal that ends with $status $serviceCode', (error, remedy) => {
  expect(remedyOfRemoval(error)).toBe(remedy);
});
