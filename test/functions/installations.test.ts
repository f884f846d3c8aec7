// Two installations on one storage account, and with one resource group of containers: neither knows of the other. Through
// the front door, each in a host of its own.

import { beforeAll, expect, test } from 'vitest';
import type { Host } from '../../local/host/host.ts';
import { type FrontDoor, imageModel, openFrontDoor, problemOf, WITHIN } from './front-door.ts';

const ROUND = 40;

let door: FrontDoor;
let trial: Host;

beforeAll(async () => {
  door = await openFrontDoor({
    models: ['nightly', 'paused', 'gone'].map((name) => imageModel(name)),
    settings: { INSTALLATION_NAME: 'Production1' },
    behaviour: () => ({ endsAfter: Number.POSITIVE_INFINITY }),
  });
  trial = await door.environment.addHost({
    environment: { ...door.environment.settings, INSTALLATION_NAME: 'trial2' },
  });
});

const groups = (): readonly string[] => door.environment.resourceManager.groups.names;
const runsIn = async (host: Host, model: string): Promise<string[]> =>
  JSON.parse((await door.call(`/api/runs?model=${model}`, { host })).text).runs.map(({ id }: { id: string }) => id);

test('each has runs of its own for the same model and round, in groups of its own', async () => {
  const own = await door.webhook('nightly', { roundNumber: ROUND });
  const theirs = await door.webhook('nightly', { roundNumber: ROUND }, trial);
  expect([own.duplicate, theirs.duplicate]).toEqual([false, false]);
  expect(await runsIn(door.environment.host, 'nightly')).toEqual([own.runId]);
  expect(await runsIn(trial, 'nightly')).toEqual([theirs.runId]);
  expect(groups().filter((name) => name.startsWith('nightly-'))).toHaveLength(2);
});

test('neither cancels, shows or follows a run of the other', async () => {
  const [id = ''] = await runsIn(door.environment.host, 'nightly');
  problemOf(await door.call(`/api/runs/nightly/${id}`, { host: trial }), 404);
  problemOf(await door.call(`/api/runs/nightly/${id}/logs`, { host: trial }), 404);
  problemOf(await door.call(`/api/runs/nightly/${id}/cancel`, { host: trial, method: 'POST' }), 404);
  const [theirs = ''] = await runsIn(trial, 'nightly');
  expect((await door.call(`/api/runs/nightly/${theirs}/cancel`, { host: trial, method: 'POST' })).status).toBe(200);
  const stateOfTheirs = async (): Promise<string> => {
    for (const host of [trial, door.environment.host]) await host.runTimer('watcher');
    return JSON.parse((await door.call(`/api/runs/nightly/${theirs}`, { host: trial })).text).state;
  };
  await expect.poll(stateOfTheirs, WITHIN).toBe('cancelled');
  expect(await door.run({ model: 'nightly', runId: id })).toMatchObject({ attempt: 1 });
  expect((await door.run({ model: 'nightly', runId: id })).state).toMatch(/starting|running/);
  await expect.poll(() => groups().filter((name) => name.startsWith('nightly-')), WITHIN).toHaveLength(1);
});

test('a pause is that of the one in which it was made', async () => {
  await door.call('/api/pause/paused', { method: 'POST', body: { by: 'somebody' } });
  expect((await door.webhook('paused', { roundNumber: ROUND }, trial)).duplicate).toBe(false);
  const refused = await door.call('/api/webhook/paused', { method: 'POST', body: { roundNumber: ROUND } });
  expect(refused.text).toContain('paused');
  expect(await runsIn(door.environment.host, 'paused')).toEqual([]);
});

test('a group of the other that has the name of a run is not taken for its own, nor removed', async () => {
  const run = await door.webhook('gone', { roundNumber: ROUND });
  const name = groups().find((each) => each.startsWith('gone-')) ?? '';
  Object.assign(door.environment.resourceManager.groups.get(name).body.tags ?? {}, {
    'numerai-installation': 'trial2',
  });
  await door.until(run, 'failed', 'cancelled');
  expect((await door.run(run)).reason).toContain('was replaced by somebody outside of this app');
  expect(groups()).toContain(name);
});

test.each(['my-trial', 'a b', 'x'.repeat(41), 'ü'])('refuses a name that no table can have: %s', async (name) => {
  const host = await door.environment.addHost({
    environment: { ...door.environment.settings, INSTALLATION_NAME: name },
  });
  const answer = await door.call('/api/status', { host });
  expect(problemOf(answer, 500)).toMatch(/INSTALLATION_NAME: got .*; expected letters and digits, at most 40/);
});
