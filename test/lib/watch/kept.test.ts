// `keepFailed`: the newest failed attempt of a model is kept for a day, to be looked at, and keeps nothing from going on.

import { afterEach, expect, test } from 'vitest';
import { RESOURCE_GROUP } from '../../../local/environment/subscription.ts';
import { runJson } from '../../../src/functions/http/run-json.ts';
import type { Entry } from '../../../src/lib/config/models.ts';
import { checkHealth } from '../../../src/lib/operations/health.ts';
import { readKept } from '../../../src/lib/operations/kept.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { runRowKey } from '../../../src/lib/storage/rows.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import { CLIENT_ID } from '../../simulation/world/identity.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { exitInTurn } from '../../support/containers.ts';

const IMAGE = 'docker.io/someone/model:1';
const DAY = 24 * 60;
const MODEL = { name: 'model', tournament: 'classic', container: { image: IMAGE, keepFailed: true } };
const OTHER = { ...MODEL, name: 'other' };

let app: TestApp;
afterEach(() => app?.close());

async function open(...exitCodes: number[]): Promise<void> {
  app = await openApp([MODEL, OTHER]);
  exitInTurn(app.world, ...exitCodes);
}
/** A run whose first attempt has failed, and is kept, and whose second one has succeeded. */
async function openKept(): Promise<Run> {
  await open(1, 0);
  const { run } = await app.start('model');
  await app.until(run, hasEnded);
  await app.ticks(2);
  return run;
}
const groups = () => app.world.resourceManager.groups.names;
const index = () => app.live(app.services.inFlight.read());
const isWaiting = ({ state }: Run) => state === 'waiting';

/** What the answer for the run says of its attempts. */
async function keptInJson(run: Run) {
  const record = await app.record(run);
  const kept = await app.live(readKept(app.services, [record]));
  return runJson(record, 'https://app.example', kept).attempts.map((attempt) => attempt.kept);
}

test('a failed attempt stays, the next one starts beside it, and the answer says how to look at it', async () => {
  await open(1, 0);
  const { run } = await app.start('model');
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  await app.ticks(2);
  expect(groups()).toEqual(['model-r1-a1']);
  expect(await index()).toMatchObject({ entries: [], leftovers: [], kept: [{ runId: run.id, attempt: 1 }] });
  const [first, second] = await keptInJson(run);
  expect(second).toBeNull();
  expect(first?.look).toBe(
    `Its container has ended, so that az container exec does not work. State and events: az container show --resource-group ${RESOURCE_GROUP} --name model-r1-a1 --query "containers[0].instanceView". The end of its log: az container logs --resource-group ${RESOURCE_GROUP} --name model-r1-a1 --container-name submission.`,
  );
  // It is no trouble.
  const findings = await app.live(checkHealth(app.services));
  expect(findings.filter(({ dependency }) => dependency.startsWith('left'))).toEqual([]);
  // And it uses up none of the cores.
  expect(app.world.resourceManager.groups.get('model-r1-a1').hasEnded).toBe(true);
});

test('it is removed after a day, and until then no tick makes a call for it', async () => {
  const run = await openKept();
  const { calls } = app.world.resourceManager.emulator;
  const before = calls.length;
  await app.ticks(20);
  expect(calls.length).toBe(before);
  await app.pass(DAY - 30);
  await app.ticks(1);
  expect(groups()).toEqual(['model-r1-a1']);
  await app.ticks(12);
  expect(groups()).toEqual([]);
  expect(await index()).toMatchObject({ leftovers: [], kept: [] });
  expect(await keptInJson(run)).toEqual([null, null]);
});

test('a newer one takes its place; that of another model stays', async () => {
  await open(1, 1, 1, 0);
  const { run: other } = await app.start('other');
  await app.until(other, isWaiting);
  const { run } = await app.start('model');
  await app.until(run, ({ attempt }) => attempt?.number === 2);
  await app.until(other, hasEnded);
  await app.until(run, hasEnded);
  await app.ticks(4);
  const { kept } = await index();
  expect(kept).toHaveLength(2);
  expect(new Set(kept.map(({ model }) => model))).toEqual(new Set(['model', 'other']));
  expect(groups().sort()).toEqual(kept.map(({ execution }) => execution).sort());
});

test('of attempts that all fail the last one stays, after the end of the run as well', async () => {
  await open(...Array.from({ length: 30 }, () => 1));
  const { run } = await app.start('model');
  const { run: ended } = await app.until(run, hasEnded);
  await app.ticks(4);
  expect(groups()).toEqual([`model-r1-a${ended.attempt?.number}`]);
  expect((await index()).entries).toEqual([]);
});

test('what only a person can fix is kept while the run waits, and tried again beside it', async () => {
  await open(78, 0);
  const { run } = await app.start('model');
  await app.until(run, isWaiting);
  await app.ticks(3);
  expect(groups()).toEqual(['model-r1-a1']);
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended.state).toBe('succeeded');
});

test('one that ran out of time is kept as well, and one that was cancelled is not', async () => {
  await open();
  app.world.runtime.behaviour = () => ({ endsAfter: Number.POSITIVE_INFINITY });
  const { run } = await app.start('model');
  await app.until(run, ({ state }) => state === 'running');
  await app.cancel(run);
  await app.ticks(5);
  expect(groups()).toEqual([]);
  const { run: late } = await app.start('other');
  await app.until(late, (now) => now.attempt?.number === 2 || hasEnded(now) || now.state === 'waiting');
  await app.ticks(3);
  expect((await index()).kept).toMatchObject([{ model: 'other', execution: 'other-r1-a1' }]);
});

test('to cancel the run while it waits leaves the failed attempt for its day', async () => {
  await open(78);
  const { run } = await app.start('model');
  await app.until(run, isWaiting);
  await app.ticks(1);
  const [kept] = (await index()).kept;
  await app.pass(5);
  await app.cancel(run);
  await app.ticks(3);
  expect(await index()).toMatchObject({ entries: [], kept: [kept] });
  expect(groups()).toEqual(['model-r1-a1']);
});

test.each<[string, (entry: Entry) => Entry[]]>([
  ['asks for it', (entry) => [{ ...entry, container: { ...entry.container, keepFailed: false } }]],
  ['has the model', () => []],
])('it goes when models.json no longer %s', async (_, deployed) => {
  await openKept();
  const entries = app.services.entries.flatMap(deployed);
  await app.live(watch({ ...app.services, entries }));
  await app.pass(1);
  await app.live(watch({ ...app.services, entries }));
  expect(groups()).toEqual([]);
  expect((await index()).kept).toEqual([]);
});

test('what Azure does not let the app remove after its day is one of the leftovers', async () => {
  await openKept();
  const { scope } = app.world.resourceManager;
  scope.lock(RESOURCE_GROUP, 'CanNotDelete');
  await app.pass(DAY);
  await app.ticks(2);
  expect(await index()).toMatchObject({ kept: [], leftovers: [{ reason: expect.stringContaining('ScopeLocked') }] });
  scope.unlock(RESOURCE_GROUP);
  await app.ticks(125);
  expect(groups()).toEqual([]);
  expect((await index()).leftovers).toEqual([]);
});

test('that of runs whose records cannot be read is not tried for ever, so that it is in nobody else’s way', async () => {
  await openKept();
  const [mine] = (await index()).kept;
  if (mine === undefined) throw new Error('It is kept.');
  // They come first in the index, and a tick removes five.
  for (const id of ['A', 'B', 'C', 'D', 'E'].map((letter) => letter.repeat(26))) {
    await app.put({ partitionKey: 'other', rowKey: runRowKey(id), state: 'meditating' });
    await app.live(app.services.inFlight.putKept({ ...mine, model: 'other', runId: id }));
  }
  await app.pass(DAY + 65);
  await app.ticks(2);
  expect((await index()).kept.map(({ model }) => model)).toEqual([]);
  await app.ticks(2);
  expect(groups()).toEqual([]);
  expect(app.lines.join('\n')).toContain(
    'what was kept is not removed by the app: the record of its run cannot be read',
  );
});

test('what Azure starts again all the same is removed before the next attempt starts', async () => {
  await open();
  const { runtime } = app.world;
  let running = 0;
  runtime.behaviour = (_, start) => {
    if (start === 1) return { endsAfter: 30_000, exitCode: 78 };
    if (start === 2) return { endsAfter: Number.POSITIVE_INFINITY };
    running = runtime.running;
    return { endsAfter: 30_000 };
  };
  const { run } = await app.start('model');
  await app.until(run, isWaiting);
  await app.ticks(2);
  expect((await index()).kept).toHaveLength(1);
  app.world.resourceManager.groups.repair('model-r1-a1');
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  expect(running).toBe(0);
  expect(groups()).not.toContain('model-r1-a1');
  expect((await index()).kept).toEqual([]);
});

test('where the app may not stop it, it is removed like any other, and holds up nothing', async () => {
  await open(1, 0);
  app.world.resourceManager.scope.roles = {
    [CLIENT_ID]: {
      actions: ['read', 'write', 'delete', 'containers/logs/read'].map(
        (action) => `Microsoft.ContainerInstance/containerGroups/${action}`,
      ),
    },
  };
  const { run } = await app.start('model');
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  await app.ticks(3);
  expect(groups()).toEqual([]);
});

test('what may still run is never kept', async () => {
  await open();
  app.world.runtime.behaviour = () => ({ endsAfter: 30_000, exitCode: 1 });
  app.world.resourceManager.groups.restartNewFailed(/a1$/, 1);
  const { run } = await app.start('model');
  await app.until(run, ({ attempt }) => attempt?.number === 2);
  const names = groups().filter((name) => name.endsWith('a1'));
  for (const name of names) expect(app.world.resourceManager.groups.get(name).hasEnded).toBe(true);
  expect(app.world.runtime.running).toBeLessThanOrEqual(1);
});

test('that of a run whose record is gone is not said to be removed', async () => {
  const run = await openKept();
  for (const key of [runRowKey(run.id), `${runRowKey(run.id)}_001`]) await app.remove('model', key);
  await app.pass(DAY);
  await app.ticks(2);
  expect((await index()).kept).toEqual([]);
  const lines = app.lines.join('\n');
  expect(lines).toContain('what was kept is not removed by the app: the record of its attempt is gone');
  expect(lines).not.toContain('what was kept is removed');
});
