import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerGroup } from '@azure/arm-containerinstance';
import { afterEach, describe, expect, test } from 'vitest';
import { ProcessRuntime } from '../../../../local/containers/process.ts';
import { type Behaviour, SimulatedRuntime } from '../../../../local/containers/simulated.ts';
import { systemClock } from '../../../../src/lib/util/clock.ts';
import {
  AUDIENCE,
  eventsOf,
  groupBody,
  RESOURCE_GROUP,
  SUBSCRIPTION,
  simulated,
  startHere,
  stateOf,
  stopAll,
  wireBody,
} from './setup.ts';

afterEach(stopAll);

describe('a group, as the SDK sees it', () => {
  test('it is created, pulls, runs and ends', async () => {
    const { client, clock, get } = await simulated(() => ({ endsAfter: 10_000 }), {
      delays: { accept: 1_000, pulling: 20_000, starting: 1_000 },
    });
    const statuses: number[] = [];
    await client.containerGroups.beginCreateOrUpdate(RESOURCE_GROUP, 'demo', groupBody(), {
      onResponse: ({ status }) => void statuses.push(status),
    });
    expect(statuses[0]).toBe(201);
    expect(stateOf(await get())).toEqual(['Pending', 'Pending', 'Waiting']);
    await clock.advance(1_000);
    const creating = await get();
    expect(stateOf(creating)).toEqual(['Creating', 'Pending', 'Waiting']);
    expect(eventsOf(creating)).toEqual(['Pulling']);
    await clock.advance(21_000);
    const running = await get();
    expect(stateOf(running)).toEqual(['Succeeded', 'Running', 'Running']);
    expect(eventsOf(running)).toEqual(['Pulling', 'Pulled', 'Started']);
    await clock.advance(10_000);
    const ended = await get();
    expect(stateOf(ended)).toEqual(['Succeeded', 'Succeeded', 'Terminated']);
    expect(ended.containers[0]?.instanceView).toMatchObject({
      restartCount: 0,
      currentState: {
        exitCode: 0,
        detailStatus: 'Completed',
        startTime: new Date('2026-04-01T12:00:22Z'),
        finishTime: new Date('2026-04-01T12:00:32Z'),
      },
    });
    // It has a previous state only once it is started again.
    expect(ended.containers[0]?.instanceView?.previousState).toBeUndefined();
  });

  test('it is Failed if its container fails, although its provisioning succeeded', async () => {
    const { raw, clock, get } = await simulated(() => ({ endsAfter: 1_000, exitCode: 3 }));
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(5_000);
    const ended = await get();
    expect(stateOf(ended)).toEqual(['Succeeded', 'Failed', 'Terminated']);
    expect(ended.containers[0]?.instanceView?.currentState).toMatchObject({
      exitCode: 3,
      detailStatus: 'Error',
    });
  });

  test("the SDK's pollers wait until it has been created, started and deleted", async () => {
    const { client, manager } = await startHere({
      clock: systemClock,
      runtime: new SimulatedRuntime({
        clock: systemClock,
        behaviour: () => ({ endsAfter: 50 }),
      }),
      delays: { accept: 20, pulling: 20, starting: 20, stopping: 20, deleting: 20 },
    });
    const quickly = { updateIntervalInMs: 10 };
    const { containerGroups } = client;
    const created = await containerGroups.beginCreateOrUpdateAndWait(RESOURCE_GROUP, 'demo', groupBody(), quickly);
    expect(created.provisioningState).toBe('Succeeded');
    await expect
      .poll(async () => (await containerGroups.get(RESOURCE_GROUP, 'demo')).instanceView?.state)
      .toBe('Succeeded');
    await containerGroups.beginStartAndWait(RESOURCE_GROUP, 'demo', quickly);
    expect(manager.groups.startsOf('demo').map(({ kind }) => kind)).toEqual(['create', 'start']);
    await containerGroups.beginDeleteAndWait(RESOURCE_GROUP, 'demo', quickly);
    await expect(containerGroups.get(RESOURCE_GROUP, 'demo')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });

  test('its secure values and registry passwords are never shown', async () => {
    const { client, raw } = await simulated();
    const credential = { server: 'docker.io', username: 'someone', password: 'hidden-password' };
    await client.containerGroups.beginCreateOrUpdate(
      RESOURCE_GROUP,
      'demo',
      groupBody({ imageRegistryCredentials: [credential] }),
    );
    for (const path of ['/demo', '']) {
      const shown = JSON.stringify((await raw('GET', path)).body);
      expect(shown).toContain('"environmentVariables":[{"name":"TRIGGER_ID","value":"abc"}');
      expect(shown).toContain('{"name":"NUMERAI_SECRET_KEY"}');
      expect(shown).toContain('{"server":"docker.io","username":"someone"}');
      expect(shown).not.toContain('very-secret');
      expect(shown).not.toContain('hidden-password');
    }
  });

  test('a list of groups has pages, and no instance views', async () => {
    const { client, raw } = await simulated(undefined, { pageSize: 2 });
    for (const name of ['a', 'b', 'c']) await raw('PUT', `/${name}`, { body: wireBody() });
    const found: ContainerGroup[] = [];
    for await (const group of client.containerGroups.listByResourceGroup(RESOURCE_GROUP)) {
      found.push(group);
    }
    expect(found.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(found[0]?.instanceView).toBeUndefined();
    expect(found[0]?.containers[0]?.instanceView).toBeUndefined();
    expect(found[0]?.provisioningState).toBeDefined();
  });

  test('its container gets exactly what the group contains, and the history keeps it', async () => {
    const { raw, clock, runtime, manager } = await simulated();
    await raw('PUT', '/demo', { body: wireBody({ tags: { run: '01K' } }) });
    await clock.advance(1_000);
    expect(runtime.starts[0]).toMatchObject({
      name: 'demo/work',
      image: 'docker.io/someone/ensemble:1.4',
      env: { TRIGGER_ID: 'abc', NUMERAI_SECRET_KEY: 'very-secret' },
      cpu: 1,
      memoryGB: 1.5,
    });
    await raw('DELETE', '/demo');
    await clock.advance(1_000);
    expect(manager.groups.has('demo')).toBe(false);
    expect(manager.groups.startsOf('demo')).toMatchObject([
      {
        kind: 'create',
        location: 'westus2',
        at: new Date('2026-04-01T12:00:00Z'),
        env: { TRIGGER_ID: 'abc' },
        secureNames: ['NUMERAI_SECRET_KEY'],
        tags: { run: '01K' },
      },
    ]);
    expect(manager.groups.deletions).toHaveLength(1);
    expect(runtime.running).toBe(0);
  });
});

describe('the log', () => {
  const talkative: Behaviour = () => ({
    steps: [
      { after: 1_000, line: 'one' },
      { after: 1_000, line: 'two' },
      { after: 1_000, line: 'three' },
    ],
    endsAfter: 1_000,
  });

  test('exists while the container runs and after its end, not before, and not after the deletion', async () => {
    const { client, raw, clock } = await simulated(talkative);
    const read = async () => (await client.containers.listLogs(RESOURCE_GROUP, 'demo', 'work')).content;
    await raw('PUT', '/demo', { body: wireBody() });
    expect(await raw('GET', '/demo/containers/work/logs')).toMatchObject({ status: 409 });
    await clock.advance(200);
    expect(await raw('GET', '/demo/containers/work/logs')).toMatchObject({
      status: 404,
      code: 'ContainerLogNotAvailable',
    });
    expect(await raw('GET', '/demo/containers/other/logs')).toMatchObject({ status: 404 });
    await clock.advance(2_200);
    expect(await read()).toBe('one\ntwo\n');
    await clock.advance(10_000);
    expect(await read()).toBe('one\ntwo\nthree\n');
    const tail = await client.containers.listLogs(RESOURCE_GROUP, 'demo', 'work', { tail: 1 });
    expect(tail.content).toBe('three\n');
    await raw('DELETE', '/demo');
    await clock.advance(1_000);
    expect(await raw('GET', '/demo/containers/work/logs')).toMatchObject({
      status: 404,
      code: 'ResourceNotFound',
    });
  });

  test('is cut to the last 16 KB and 1,000 lines when the container has ended', async () => {
    const line = 'x'.repeat(99);
    const { client, raw, clock } = await simulated(() => ({
      steps: Array.from({ length: 500 }, (_, i) => ({ after: 1, line: `${i} ${line}` })),
      endsAfter: 10_000,
    }));
    const read = async () => (await client.containers.listLogs(RESOURCE_GROUP, 'demo', 'work')).content ?? '';
    await raw('PUT', '/demo', { body: wireBody() });
    await clock.advance(5_000);
    expect((await read()).split('\n')).toHaveLength(501);
    await clock.advance(60_000);
    const ended = await read();
    expect(ended.length).toBeLessThanOrEqual(16 * 1024);
    expect(ended.endsWith(`499 ${line}\n`)).toBe(true);
  });
});

test('a real process can be the container: its environment, its output, its exit code', async () => {
  const script = 'console.log(process.env.TRIGGER_ID); console.error("done"); process.exit(4)';
  const { client } = await startHere({
    runtime: new ProcessRuntime({
      images: { 'docker.io/someone/ensemble:1.4': { command: ['node', '-e', script] } },
    }),
    delays: { accept: 10, pulling: 10, starting: 10 },
  });
  await client.containerGroups.beginCreateOrUpdate(RESOURCE_GROUP, 'demo', groupBody());
  await expect
    .poll(async () => (await client.containerGroups.get(RESOURCE_GROUP, 'demo')).instanceView?.state, {
      timeout: 10_000,
    })
    .toBe('Failed');
  const ended = await client.containerGroups.get(RESOURCE_GROUP, 'demo');
  expect(ended.containers[0]?.instanceView?.currentState?.exitCode).toBe(4);
  const { content } = await client.containers.listLogs(RESOURCE_GROUP, 'demo', 'work');
  expect(content).toBe('abc\ndone\n');
});

test('groups are kept between two starts; those that were running have failed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groups-'));
  const stateFile = join(folder, 'groups.json');
  try {
    const first = await simulated(() => ({ steps: [{ after: 1, line: 'hello' }], endsAfter: 60_000 }), { stateFile });
    first.manager.createGroup({ name: 'mine', image: 'img', secureEnv: { KEY: 'x' } });
    await first.raw('PUT', '/demo', { body: wireBody() });
    await first.clock.advance(10_000);
    await stopAll();
    expect(JSON.parse(await readFile(stateFile, 'utf8'))).toHaveProperty('groups');

    const second = await simulated(undefined, { stateFile });
    expect(stateOf(await second.get('mine'))).toEqual(['Succeeded', 'Stopped', 'Terminated']);
    expect(stateOf(await second.get())).toEqual(['Succeeded', 'Failed', 'Terminated']);
    const logs = await second.client.containers.listLogs(RESOURCE_GROUP, 'demo', 'work');
    expect(logs.content).toBe('hello\n');
    await second.raw('POST', '/mine/start');
    await second.clock.advance(1_000);
    expect(second.runtime.starts[0]?.env).toEqual({ KEY: 'x' });
    await stopAll();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a call without a network gets the same answer', async () => {
  const { manager, tokens, raw } = await simulated();
  manager.createGroup({ name: 'demo', image: 'img' });
  const { token } = tokens.issue({ audience: AUDIENCE, clientId: 'me' });
  const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroups/demo?api-version=2023-05-01`;
  const answer = await manager.emulator.answer({
    method: 'GET',
    url: new URL(path, manager.url),
    headers: { authorization: `Bearer ${token}` },
    body: Buffer.alloc(0),
  });
  const { status, body } = await raw('GET', '/demo');
  expect(status).toBe(200);
  expect(answer).toMatchObject({ status, body });
});
