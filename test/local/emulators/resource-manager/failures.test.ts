import { afterEach, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../../../local/containers/simulated.ts';
import type { ResourceManagerOptions } from '../../../../local/emulators/resource-manager/resource-manager.ts';
import { type Simulated, simulated, stateOf, stopAll, wireBody } from './setup.ts';

afterEach(stopAll);

/** The emulator with a group `demo` that has just been created. */
async function withGroup(
  behaviour: Behaviour = () => ({ endsAfter: 10_000 }),
  options: Partial<ResourceManagerOptions> & {
    before?: (here: Simulated) => void;
  } = {},
): Promise<Simulated & { operation: string }> {
  const here = await simulated(behaviour, options);
  options.before?.(here);
  const created = await here.raw('PUT', '/demo', { body: wireBody() });
  const url = new URL(created.headers.get('azure-asyncoperation') ?? 'https://none');
  return { ...here, operation: url.pathname };
}

describe('a region without room that accepts a group', () => {
  test('lets it fail, with an event and an operation that give the reason', async () => {
    const { raw, clock, get, operation, runtime } = await withGroup(undefined, {
      before: ({ manager }) => manager.setCapacity('westus2', 'fails-later'),
    });
    await clock.advance(1_000);
    const failed = await get();
    expect(stateOf(failed)).toEqual(['Failed', 'Failed', 'Waiting']);
    expect(failed.instanceView?.events?.[0]).toMatchObject({
      name: 'InsufficientCapacity.',
      type: 'Warning',
      message: expect.stringContaining("is not available in the location 'westus2'"),
    });
    expect((await raw('GET', '', { base: operation })).body).toMatchObject({
      status: 'Failed',
      error: { message: expect.stringContaining('westus2') },
      properties: { events: [{ name: 'InsufficientCapacity.' }] },
    });
    expect(runtime.starts).toHaveLength(0);
    expect(await raw('DELETE', '/demo')).toMatchObject({ status: 202 });
  });

  test('can keep trying: the Failed group runs later', async () => {
    const { clock, get, manager, runtime } = await withGroup(undefined, {
      before: ({ manager: m }) => m.setCapacity('westus2', 'fails-and-keeps-trying'),
    });
    await clock.advance(2_000);
    expect(stateOf(await get())).toEqual(['Failed', 'Pending', 'Waiting']);
    manager.setCapacity('westus2', 'ample');
    await clock.advance(2_000);
    expect(stateOf(await get())).toEqual(['Succeeded', 'Running', 'Running']);
    expect(runtime.starts).toHaveLength(1);
    expect(manager.groups.startsOf('demo')).toHaveLength(1);
  });

  test('stops trying once the group is stopped', async () => {
    const { clock, raw, get, manager, runtime } = await withGroup(undefined, {
      before: ({ manager: m }) => m.setCapacity('westus2', 'fails-and-keeps-trying'),
    });
    await clock.advance(2_000);
    expect(await raw('POST', '/demo/stop')).toMatchObject({ status: 204 });
    manager.setCapacity('westus2', 'ample');
    await clock.advance(60_000);
    expect((await get()).instanceView?.state).toBe('Stopped');
    expect(runtime.starts).toHaveLength(0);
  });
});

describe('an unavailable image', () => {
  test('is tried repeatedly, then the group fails', async () => {
    const image = 'docker.io/someone/ensemble:1.4';
    const { clock, get } = await withGroup(undefined, {
      delays: { pullRetry: 30_000, pullGivesUpAfter: 30 * 60_000 },
      before: ({ runtime }) => void runtime.missingImages.add(image),
    });
    await clock.advance(65_000);
    const trying = await get();
    expect(stateOf(trying)).toEqual(['Creating', 'Pending', 'Waiting']);
    const { events = [], currentState } = trying.containers[0]?.instanceView ?? {};
    expect(events.map(({ name, count, type }) => [name, count, type])).toEqual([
      ['Pulling', 3, 'Normal'],
      ['Failed', 3, 'Warning'],
      ['BackOff', 3, 'Normal'],
    ]);
    expect(events[1]?.message).toBe(`Failed to pull image "${image}": image ${image} not found`);
    expect(currentState?.detailStatus).toContain('ImagePullBackOff');
    await clock.advance(31 * 60_000);
    expect(stateOf(await get())).toEqual(['Failed', 'Failed', 'Waiting']);
  });

  test('is run if it becomes available in the meantime', async () => {
    const image = 'docker.io/someone/ensemble:1.4';
    const { clock, get, runtime } = await withGroup(undefined, {
      before: ({ runtime: r }) => void r.missingImages.add(image),
    });
    await clock.advance(1_000);
    runtime.missingImages.clear();
    await clock.advance(1_000);
    expect(stateOf(await get())).toEqual(['Succeeded', 'Running', 'Running']);
  });
});

describe('what can happen to a group', () => {
  test('a person stops it', async () => {
    const { clock, get, manager } = await withGroup();
    await clock.advance(1_000);
    manager.groups.stopByHand('demo');
    await clock.advance(1_000);
    expect(stateOf(await get())).toEqual(['Succeeded', 'Stopped', 'Terminated']);
  });

  test('a person deletes it', async () => {
    const { clock, raw, manager, runtime } = await withGroup();
    await clock.advance(1_000);
    await manager.groups.deleteByHand('demo');
    expect(await raw('GET', '/demo')).toMatchObject({ status: 404 });
    expect(runtime.running).toBe(0);
  });

  test('the kernel kills it for its memory', async () => {
    const { clock, get, manager } = await withGroup();
    await clock.advance(1_000);
    await manager.groups.kill('demo');
    const killed = await get();
    expect(stateOf(killed)).toEqual(['Succeeded', 'Failed', 'Terminated']);
    expect(killed.containers[0]?.instanceView?.currentState).toMatchObject({
      exitCode: 137,
      detailStatus: 'OOMKilled',
    });
  });

  test('its provisioning fails', async () => {
    const { clock, get, manager } = await withGroup();
    await clock.advance(200);
    await manager.groups.failProvisioning('demo');
    expect(stateOf(await get())[0]).toBe('Failed');
    await clock.advance(60_000);
    expect(stateOf(await get())).toEqual(['Failed', 'Failed', 'Waiting']);
  });

  test('its host fails, and the platform moves it: its container runs a second time', async () => {
    const { clock, get, manager, runtime } = await withGroup();
    await clock.advance(1_000);
    manager.groups.makeUnhealthy('demo');
    expect((await get()).provisioningState).toBe('Unhealthy');
    manager.groups.repair('demo');
    expect((await get()).provisioningState).toBe('Repairing');
    await clock.advance(1_000);
    expect(stateOf(await get())).toEqual(['Succeeded', 'Running', 'Running']);
    expect(runtime.starts).toHaveLength(2);
    expect(manager.groups.startsOf('demo').map(({ kind }) => kind)).toEqual(['create', 'repair']);
  });

  test('the platform runs a failed container again, although the policy is Never', async () => {
    const { clock, get, runtime } = await withGroup(
      (_spec, start) => ({ endsAfter: 1_000, exitCode: start === 1 ? 1 : 0 }),
      { before: ({ manager }) => manager.groups.restartNewFailed(/^demo$/, 1) },
    );
    await clock.advance(10_000);
    const ended = await get();
    expect(stateOf(ended)).toEqual(['Succeeded', 'Succeeded', 'Terminated']);
    expect(ended.containers[0]?.instanceView?.restartCount).toBe(1);
    expect(runtime.starts).toHaveLength(2);
  });

  test('it reports Succeeded while its container reports failure', async () => {
    const { clock, get, manager } = await withGroup();
    await clock.advance(1_000);
    await manager.groups.contradict('demo', 'Succeeded', 1);
    const odd = await get();
    expect(stateOf(odd)).toEqual(['Succeeded', 'Succeeded', 'Terminated']);
    expect(odd.containers[0]?.instanceView?.currentState?.exitCode).toBe(1);
  });

  test('its clock is wrong', async () => {
    const { clock, get, manager } = await withGroup();
    await clock.advance(1_000);
    manager.groups.skewClock('demo', 7 * 60_000);
    expect((await get()).containers[0]?.instanceView?.currentState?.startTime).toEqual(
      new Date('2026-04-01T12:07:00.400Z'),
    );
  });

  test.each([
    ['pending', ['Pending', 'Pending', 'Waiting']],
    ['pulling', ['Creating', 'Pending', 'Waiting']],
  ] as const)('it is stuck %s, until it is freed', async (place, states) => {
    const { clock, get, manager, raw } = await withGroup(undefined, {
      before: ({ manager: m }) => m.groups.stickNew(/^demo$/, place),
    });
    await clock.advance(3_600_000);
    expect(stateOf(await get())).toEqual(states);
    expect(await raw('POST', '/demo/stop')).toMatchObject({ status: 409 });
    manager.groups.free('demo');
    await clock.advance(2_000);
    expect(stateOf(await get())).toEqual(['Succeeded', 'Running', 'Running']);
  });

  test('it is stuck stopping or deleting', async () => {
    const { clock, raw, manager } = await withGroup();
    await clock.advance(1_000);
    manager.groups.stick('demo', 'stopping');
    await raw('POST', '/demo/stop');
    await clock.advance(3_600_000);
    expect(await raw('POST', '/demo/start')).toMatchObject({ status: 409 });
    manager.groups.stick('demo', 'deleting');
    await raw('DELETE', '/demo');
    await clock.advance(3_600_000);
    expect((await raw('GET', '/demo')).body).toMatchObject({
      properties: { provisioningState: 'Deleting' },
    });
    manager.groups.free('demo');
    await clock.advance(1_000);
    expect(await raw('GET', '/demo')).toMatchObject({ status: 404 });
  });
});

test('a PUT whose answer is lost has been carried out', async () => {
  const { raw, clock, manager, get } = await withGroup();
  manager.emulator.faults.add({ kind: 'drop-after', times: 1 });
  await expect(raw('PUT', '/second', { body: wireBody() })).rejects.toThrow();
  await clock.advance(1_000);
  expect(stateOf(await get('second'))).toEqual(['Succeeded', 'Running', 'Running']);
});

test('five hundred groups in succession leave nothing behind', async () => {
  const { clock, manager, runtime } = await simulated(() => ({ endsAfter: 60_000 }));
  for (let i = 0; i < 500; i++) {
    manager.createGroup({ name: `g${i}`, image: 'img', state: 'Running' });
    await clock.advance(61_000);
    expect(manager.groups.get(`g${i}`).state).toBe('Succeeded');
    await manager.groups.deleteByHand(`g${i}`);
  }
  expect(manager.groups.names).toEqual([]);
  expect(runtime.running).toBe(0);
  expect(clock.nextWake).toBeNull();
});
