import { afterEach, describe, expect, test } from 'vitest';
import { eventsOf, RESOURCE_GROUP, simulated, stateOf, stopAll, wireBody } from './setup.ts';

afterEach(stopAll);

describe('the operations on a group', () => {
  test('a start runs an ended or stopped group again, with its own environment', async () => {
    const { raw, clock, runtime, manager, get } = await simulated();
    manager.createGroup({ name: 'demo', image: 'img', secureEnv: { KEY: 'x' } });
    expect(stateOf(await get())).toEqual(['Succeeded', 'Stopped', 'Terminated']);
    const started = await raw('POST', '/demo/start');
    expect(started.status).toBe(202);
    expect(started.headers.get('azure-asyncoperation')).toContain('/locations/eastus/operations/');
    await clock.advance(1_000);
    expect(stateOf(await get())).toEqual(['Succeeded', 'Running', 'Running']);
    expect(runtime.starts[0]?.env).toEqual({ KEY: 'x' });
    expect(await raw('POST', '/demo/start')).toMatchObject({ status: 204 });
    await clock.advance(10_000);
    expect(stateOf(await get())).toEqual(['Succeeded', 'Succeeded', 'Terminated']);
    expect(await raw('POST', '/demo/start')).toMatchObject({ status: 202 });
    expect(await raw('POST', '/demo/start')).toMatchObject({ status: 204 });
    expect(manager.groups.startsOf('demo')).toHaveLength(2);
  });

  test('a stop ends the containers and keeps the group; it has no effect on an ended one', async () => {
    const { raw, clock, runtime, get } = await simulated();
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(1_000);
    expect(await raw('POST', '/demo/stop')).toMatchObject({ status: 204 });
    await clock.advance(1_000);
    const stopped = await get();
    expect(stateOf(stopped)).toEqual(['Succeeded', 'Stopped', 'Terminated']);
    expect(eventsOf(stopped)).toContain('Killing');
    expect(runtime.running).toBe(0);
    await raw('POST', '/demo/start');
    await clock.advance(60_000);
    expect(await raw('POST', '/demo/stop')).toMatchObject({ status: 204 });
    await clock.advance(1_000);
    expect(stateOf(await get())[1]).toBe('Succeeded');
  });

  test('a group in transition answers 409', async () => {
    const { raw, clock } = await simulated();
    const body = wireBody();
    const refusal = {
      status: 409,
      code: 'ContainerGroupTransitioning',
      message: "The container group 'demo' is still transitioning, please retry later.",
    };
    await raw('PUT', '/demo', { body });
    expect(await raw('PUT', '/demo', { body })).toMatchObject(refusal);
    expect(await raw('POST', '/demo/start')).toMatchObject(refusal);
    expect(await raw('POST', '/demo/stop')).toMatchObject(refusal);
    await clock.advance(1_000);
    await raw('POST', '/demo/stop');
    expect(await raw('POST', '/demo/start')).toMatchObject(refusal);
    expect(await raw('PUT', '/demo', { body })).toMatchObject(refusal);
    await clock.advance(1_000);
    await raw('DELETE', '/demo');
    expect(await raw('DELETE', '/demo')).toMatchObject(refusal);
    expect(await raw('POST', '/demo/start')).toMatchObject(refusal);
    await clock.advance(1_000);
    expect(await raw('DELETE', '/demo')).toMatchObject({ status: 204 });
    expect(await raw('POST', '/demo/start')).toMatchObject({ status: 404 });
  });

  test('a group that is being created can be deleted, or not, by an option', async () => {
    const lenient = await simulated();
    await lenient.raw('PUT', '/demo', { body: wireBody() });
    expect(await lenient.raw('DELETE', '/demo')).toMatchObject({ status: 202 });
    const strict = await simulated(undefined, { deletesInTransition: 'refused' });
    await strict.raw('PUT', '/demo', { body: wireBody() });
    expect(await strict.raw('DELETE', '/demo')).toMatchObject({ status: 409 });
  });

  test('a PUT on a running group restarts it, even without a change', async () => {
    const { raw, clock, runtime, manager } = await simulated();
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(5_000);
    expect(await raw('PUT', '/demo', { body: wireBody() })).toMatchObject({ status: 200 });
    await clock.advance(1_000);
    expect(runtime.starts).toHaveLength(2);
    expect(runtime.running).toBe(1);
    expect(manager.groups.startsOf('demo').map(({ kind }) => kind)).toEqual(['create', 'update']);
  });

  test('a PUT that changes an immutable property, or moves the group, is refused', async () => {
    const { raw, clock } = await simulated();
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(1_000);
    const body = wireBody();
    const always = { ...body, properties: { ...body.properties, restartPolicy: 'Always' } };
    const refused = await raw('PUT', '/demo', { body: always });
    expect(refused).toMatchObject({ status: 400, code: 'InvalidContainerGroupUpdate' });
    expect(refused.message).toContain('you must delete it first');
    expect(await raw('PUT', '/demo', { body: wireBody({ location: 'eastus' }) })).toMatchObject({
      status: 409,
      code: 'InvalidResourceLocation',
    });
  });

  test('a PUT on an ended or stopped group is refused', async () => {
    const { raw, clock, manager } = await simulated();
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(60_000);
    expect(await raw('PUT', '/demo', { body: wireBody() })).toMatchObject({ status: 409 });
    manager.createGroup({ name: 'stopped', image: 'img', location: 'westus2' });
    expect(await raw('PUT', '/stopped', { body: wireBody() })).toMatchObject({ status: 409 });
  });

  test('a restart runs the containers again, but not those of a stopped group', async () => {
    const { raw, clock, runtime, manager } = await simulated();
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(2_000);
    expect(await raw('POST', '/demo/restart')).toMatchObject({ status: 204 });
    await clock.advance(2_000);
    expect(runtime.starts).toHaveLength(2);
    manager.createGroup({ name: 'stopped', image: 'img' });
    expect(await raw('POST', '/stopped/restart')).toMatchObject({ status: 409 });
  });

  test('a PATCH changes only the tags', async () => {
    const { client, clock, raw, runtime, get } = await simulated();
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(1_000);
    await client.containerGroups.update(RESOURCE_GROUP, 'demo', { tags: { a: 'b' } });
    expect((await get()).tags).toEqual({ a: 'b' });
    expect(runtime.starts).toHaveLength(1);
  });

  test('the restart policy is followed: OnFailure repeats until the container succeeds', async () => {
    const { raw, clock, get } = await simulated((_spec, start) => ({
      endsAfter: 1_000,
      exitCode: start < 3 ? 1 : 0,
    }));
    const body = wireBody();
    await raw('PUT', '/demo', {
      body: { ...body, properties: { ...body.properties, restartPolicy: 'OnFailure' } },
    });
    await clock.advance(1_500);
    const waiting = await get();
    expect(stateOf(waiting)).toEqual(['Succeeded', 'Running', 'Waiting']);
    expect(waiting.containers[0]?.instanceView).toMatchObject({
      currentState: { detailStatus: 'CrashLoopBackOff: Back-off restarting failed' },
      previousState: { state: 'Terminated', exitCode: 1, detailStatus: 'Error' },
    });
    await clock.advance(10_000);
    const ended = await get();
    expect(stateOf(ended)).toEqual(['Succeeded', 'Succeeded', 'Terminated']);
    expect(ended.containers[0]?.instanceView?.restartCount).toBe(2);
  });

  test('under Always the end before shows as the previous state, while the container runs again', async () => {
    const { manager, clock, raw, client } = await simulated(() => ({ endsAfter: 60_000 }));
    manager.createGroup({ name: 'own', image: 'docker.io/a/b:1', restartPolicy: 'Always', state: 'Running' });
    await clock.advance(70_000);
    const view = async () => (await client.containerGroups.get(RESOURCE_GROUP, 'own')).containers[0]?.instanceView;
    expect(await view()).toMatchObject({
      restartCount: 1,
      currentState: { state: 'Running' },
      previousState: { state: 'Terminated', exitCode: 0, detailStatus: 'Completed' },
    });
    expect(await raw('POST', '/own/start')).toMatchObject({ status: 204 });
    expect(await raw('POST', '/own/stop')).toMatchObject({ status: 204 });
    await clock.advance(60_000);
    await raw('POST', '/own/start');
    await clock.advance(10_000);
    // A start of the group begins anew.
    expect((await view())?.previousState).toBeUndefined();
  });

  test('a group goes on while one of its containers does, and is running to a start', async () => {
    const { manager, clock, raw, client } = await simulated(({ image }) => ({
      endsAfter: image.includes('helper') ? Number.POSITIVE_INFINITY : 1_000,
    }));
    const neighbours = [{ name: 'helper', image: 'docker.io/a/helper:1' }];
    manager.createGroup({ name: 'own', image: 'docker.io/a/b:1', neighbours, state: 'Running' });
    await clock.advance(60_000);
    const group = await client.containerGroups.get(RESOURCE_GROUP, 'own');
    expect(group.instanceView?.state).toBe('Running');
    const states = group.containers.map(({ instanceView }) => instanceView?.currentState?.state);
    expect(states).toEqual(['Terminated', 'Running']);
    expect(await raw('POST', '/own/start')).toMatchObject({ status: 204 });
  });
});
