import { afterEach, describe, expect, test } from 'vitest';
import { DOCUMENTED_BUCKETS, DOCUMENTED_LIMITS } from '../../../../local/emulators/resource-manager/limits.ts';
import { changedBody, credential, IDENTITY, simulated, stopAll, wireBody } from './setup.ts';

afterEach(stopAll);

describe('limits and capacity', () => {
  test('a registry with credentials refuses missing and wrong ones', async () => {
    const { raw } = await simulated(undefined, {
      registries: {
        'docker.io': { username: 'someone', password: 'right' },
        'x.azurecr.io': { identities: [IDENTITY] },
      },
    });
    const put = (changes: object, image?: string) =>
      raw('PUT', '/demo', { body: changedBody({ ...changes, container: image ? { image } : {} }) });
    const refused = await put({});
    expect(refused).toMatchObject({ status: 400, code: 'InaccessibleImage' });
    expect(refused.message).toBe(
      "The image 'docker.io/someone/ensemble:1.4' in container group 'demo' is not accessible. Please check the image and registry credential.",
    );
    const wrong = { imageRegistryCredentials: [credential({ password: 'wrong' })] };
    expect(await put({ properties: wrong })).toMatchObject({ code: 'InaccessibleImage' });
    const right = { imageRegistryCredentials: [credential({ password: 'right' })] };
    expect(await put({ properties: right })).toMatchObject({ status: 201 });
    const pull = { imageRegistryCredentials: [{ server: 'x.azurecr.io', identity: IDENTITY }] };
    const identity = { type: 'UserAssigned', userAssignedIdentities: { [IDENTITY]: {} } };
    expect(
      await raw('PUT', '/other', {
        body: changedBody({
          top: { identity },
          properties: pull,
          container: { image: 'x.azurecr.io/ensemble:1.4' },
        }),
      }),
    ).toMatchObject({ status: 201 });
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

  test('a region without room refuses a group, and accepts it when there is room again', async () => {
    const { raw, manager } = await simulated();
    manager.setCapacity('westus2', 'refuses');
    const refused = await raw('PUT', '/demo', { body: wireBody() });
    expect(refused).toMatchObject({ status: 409, code: 'ServiceUnavailable' });
    expect(refused.message).toBe(
      "The requested resource is not available in the location 'westus2' at this moment. Please retry with a different resource request or in another location. Resource requested: '1' CPU '1.5' GB memory 'Linux' OS",
    );
    expect(await raw('PUT', '/demo', { body: wireBody({ location: 'eastus' }) })).toMatchObject({
      status: 201,
    });
  });

  test('the quota of groups per region is enforced', async () => {
    const { raw } = await simulated(undefined, { groupQuota: 2 });
    for (const name of ['a', 'b']) await raw('PUT', `/${name}`, { body: wireBody() });
    const refused = await raw('PUT', '/c', { body: wireBody() });
    expect(refused).toMatchObject({ status: 400, code: 'ContainerGroupQuotaReached' });
    expect(refused.message).toContain("Limit: '2', Usage: '2' Requested: '1'.");
    expect(await raw('PUT', '/c', { body: wireBody({ location: 'eastus' }) })).toMatchObject({
      status: 201,
    });
  });

  test('creates are limited as documented, and Retry-After says when the next is possible', async () => {
    const { raw, clock: time } = await simulated(undefined, {
      rateLimits: DOCUMENTED_LIMITS,
      groupQuota: 1000,
      coreQuota: 1000,
    });
    for (let i = 0; i < 100; i++) {
      expect((await raw('PUT', `/g${i}`, { body: wireBody() })).status).toBe(201);
    }
    const refused = await raw('PUT', '/more', { body: wireBody() });
    expect(refused).toMatchObject({ status: 429, code: 'TooManyRequests' });
    expect(refused.headers.get('retry-after')).toBe('300');
    expect(await raw('DELETE', '/g0')).toMatchObject({ status: 202 });
    await time.advance(300_000);
    expect(await raw('PUT', '/more', { body: wireBody() })).toMatchObject({ status: 201 });
  });

  test('Resource Manager throttles a principal by a bucket that refills', async () => {
    const { raw, clock: time } = await simulated(undefined, {
      throttling: { ...DOCUMENTED_BUCKETS, reads: { size: 3, refillPerSecond: 0.5 } },
    });
    const first = await raw('GET', '');
    expect(first.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('2');
    await raw('GET', '');
    await raw('GET', '');
    const refused = await raw('GET', '');
    expect(refused).toMatchObject({ status: 429, code: 'SubscriptionRequestsThrottled' });
    expect(refused.headers.get('retry-after')).toBe('2');
    await time.advance(2_000);
    expect(await raw('GET', '')).toMatchObject({ status: 200 });
  });
});
