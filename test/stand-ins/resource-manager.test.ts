import { afterEach, expect, test } from 'vitest';
import { SimulatedRuntime } from '../../local/containers/simulated.ts';
import { SimulatedClock } from '../../local/simulated-clock.ts';
import { groupBody, RESOURCE_GROUP, startHere, stopAll } from './resource-manager-helpers.ts';

afterEach(stopAll);

test('a group is created, runs, ends and is deleted, as the SDK sees it', async () => {
  const clock = new SimulatedClock('2026-04-01T12:00:00Z');
  const runtime = new SimulatedRuntime({
    clock,
    behaviour: () => ({ steps: [{ after: 1_000, line: 'hello' }], endsAfter: 1_000 }),
  });
  const { client, manager } = await startHere({ clock, runtime });

  const statuses: number[] = [];
  await client.containerGroups.beginCreateOrUpdate(RESOURCE_GROUP, 'demo', groupBody(), {
    onResponse: ({ status }) => void statuses.push(status),
  });
  expect(statuses[0]).toBe(201);
  await clock.advance(1_000);
  const running = await client.containerGroups.get(RESOURCE_GROUP, 'demo');
  expect(running.provisioningState).toBe('Succeeded');
  expect(running.instanceView?.state).toBe('Running');
  expect(running.containers[0]?.instanceView?.currentState?.state).toBe('Running');

  await clock.advance(5_000);
  const ended = await client.containerGroups.get(RESOURCE_GROUP, 'demo');
  expect(ended.instanceView?.state).toBe('Succeeded');
  expect(ended.containers[0]?.instanceView?.currentState).toMatchObject({
    state: 'Terminated',
    exitCode: 0,
    detailStatus: 'Completed',
  });
  const logs = await client.containers.listLogs(RESOURCE_GROUP, 'demo', 'work');
  expect(logs.content).toBe('hello\n');

  await client.containerGroups.beginDelete(RESOURCE_GROUP, 'demo');
  await clock.advance(1_000);
  await expect(client.containerGroups.get(RESOURCE_GROUP, 'demo')).rejects.toMatchObject({
    statusCode: 404,
    code: 'ResourceNotFound',
  });
  expect(manager.groups.startsOf('demo')).toHaveLength(1);
});
