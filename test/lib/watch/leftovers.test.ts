// What Azure refuses to remove, or to stop: it keeps no next attempt waiting that may start, it is listed, and it is
// removed once that is possible.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RESOURCE_GROUP } from '../../../local/environment/subscription.ts';
import { checkHealth } from '../../../src/lib/operations/health.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { runRowKey } from '../../../src/lib/storage/rows.ts';
import { CLIENT_ID } from '../../simulation/world/identity.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const IMAGE = 'docker.io/someone/model:1';
const HOUR = 60;

let app: TestApp;
beforeEach(async () => {
  const common = { tournament: 'classic', timeoutMinutes: 10 };
  app = await openApp([
    { ...common, name: 'model', container: { image: IMAGE, locations: ['westeurope', 'eastus'] } },
    { ...common, name: 'own', container: { group: 'own' } },
  ]);
  app.world.resourceManager.createGroup({ name: 'own', image: IMAGE });
});
afterEach(() => app.close());

const scope = () => app.world.resourceManager.scope;
const groups = () => app.world.resourceManager.groups;
const index = () => app.live(app.services.inFlight.read());
const left = async () => (await index()).leftovers.map(({ execution }) => execution);
const isWaiting = ({ state }: Run) => state === 'waiting';
/** Exit codes of the containers, one after the other, each after half a minute; null: it never ends. */
function ends(...codes: (number | null)[]): void {
  app.world.runtime.behaviour = (_, start) => {
    const code = codes[Math.min(start, codes.length) - 1];
    return code === null || code === undefined
      ? { endsAfter: Number.POSITIVE_INFINITY }
      : { endsAfter: 30_000, exitCode: code };
  };
}
/** The app's role without some actions on container groups. */
function without(...actions: string[]): void {
  const all = ['read', 'write', 'delete', 'start/action', 'stop/action', 'containers/logs/read'];
  const rest = all.filter((action) => !actions.includes(action));
  scope().roles = {
    [CLIENT_ID]: { actions: rest.map((action) => `Microsoft.ContainerInstance/containerGroups/${action}`) },
  };
}

/** A run that has ended, and whose container group a lock keeps from being removed. */
async function leaveBehind(): Promise<Run> {
  ends(0);
  scope().lock(RESOURCE_GROUP, 'CanNotDelete');
  const { run } = await app.start('model');
  await app.until(run, hasEnded);
  await app.ticks(2);
  return run;
}

const OBSTACLES: readonly [string, () => void, () => void, RegExp][] = [
  [
    'a lock against deletion',
    () => scope().lock(RESOURCE_GROUP, 'CanNotDelete'),
    () => scope().unlock(RESOURCE_GROUP),
    /ScopeLocked: .* Take the lock off/,
  ],
  [
    'a role without the right to delete',
    () => without('delete'),
    () => (scope().roles = undefined),
    /AuthorizationFailed: .* Give the app's identity/,
  ],
  [
    'one without the rights to delete and to stop',
    () => without('delete', 'stop/action'),
    () => (scope().roles = undefined),
    /AuthorizationFailed: .* Give the app's identity/,
  ],
];

describe.each(OBSTACLES)('under %s', (_, obstruct, clear, reason) => {
  test('the next attempt starts beside what has ended; both are listed, and removed once that is possible', async () => {
    ends(1, 0);
    obstruct();
    const { run } = await app.start('model');
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
    // At once: the first ended half a minute after its start.
    expect(Date.parse(ended.finishedAt ?? '') - Date.parse(run.requestedAt)).toBeLessThan(5 * 60_000);
    await app.ticks(2);
    expect(await index()).toMatchObject({
      entries: [],
      leftovers: [
        { model: 'model', runId: run.id, attempt: 2, reason: expect.stringMatching(reason) },
        { model: 'model', runId: run.id, attempt: 1, reason: expect.stringMatching(reason) },
      ].sort((a, b) => a.attempt - b.attempt),
    });
    expect(
      (await app.live(checkHealth(app.services))).filter(({ dependency }) => dependency.startsWith('left')),
    ).toMatchObject([
      { ok: false, problem: expect.stringContaining(`model-r1-a1 of attempt 1 of run ${run.id} has not been removed`) },
      { ok: false, problem: expect.stringContaining('model-r1-a2 of attempt 2') },
    ]);

    // An idle tick makes no call for them; once an hour does.
    const { calls } = app.world.resourceManager.emulator;
    const before = calls.length;
    await app.ticks(20);
    expect(calls.length).toBe(before);
    await app.ticks(HOUR);
    expect(calls.length).toBeGreaterThan(before);
    expect(await left()).toHaveLength(2);

    clear();
    await app.ticks(HOUR + 2);
    // Asked for at one try, seen to be gone at the next.
    await app.ticks(HOUR + 2);
    expect(groups().names).toEqual(['own']);
    expect(await left()).toEqual([]);
  });
});

test('a run that waits for a person asks once for a removal that Azure refuses, and the list has its time', async () => {
  ends(78);
  scope().lock(RESOURCE_GROUP, 'CanNotDelete');
  const { run } = await app.start('model');
  await app.until(run, isWaiting);
  await app.ticks(2);
  const { calls } = app.world.resourceManager.emulator;
  const [before, [listed]] = [calls.length, (await index()).leftovers];
  expect(listed).toBeDefined();
  await app.ticks(10);
  expect((await app.record(run)).run.state).toBe('waiting');
  expect(calls.length).toBe(before);
  expect((await index()).leftovers).toEqual([listed]);
});

test('a failed container that the platform may start again keeps the next attempt waiting until it has ended for good', async () => {
  ends(1, null, 0);
  groups().restartNewFailed(/a1$/, 1);
  scope().lock(RESOURCE_GROUP, 'CanNotDelete');
  const { run } = await app.start('model');
  await app.until(run, ({ attempt }) => attempt?.number === 2);
  // Never two at once: a lock against deletion lets the first be stopped.
  expect(groups().get('model-r1-a1').state).toMatch(/Stopped|Failed/);
  expect(app.world.runtime.running).toBeLessThanOrEqual(1);
});

test('what may still run, and can be neither stopped nor removed, is waited for as long as a stop may take, in words', async () => {
  ends(0);
  // Its provisioning has failed, and Azure may yet find room for it.
  app.world.resourceManager.setCapacity('westeurope', 'fails-and-keeps-trying');
  const { run } = await app.start('model');
  await app.pass(1);
  without('delete', 'stop/action');
  await app.until(run, isWaiting);
  await app.ticks(2);
  expect((await app.record(run)).run).toMatchObject({
    state: 'waiting',
    waitingFor: expect.stringMatching(
      /^what is left of the attempt before to be removed: The container group model-r1-a1 could not be removed: .*AuthorizationFailed/,
    ),
  });
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/in 10 minutes\./),
  });
  await app.ticks(2);
  expect(await left()).toEqual(['model-r1-a1']);
  expect((await index()).entries).toEqual([]);
});

test('a read-only lock lets nothing be stopped: the run ends, says why, and what is left is listed', async () => {
  ends(null);
  const { run } = await app.start('model');
  await app.until(run, ({ state }) => state === 'running');
  scope().lock(RESOURCE_GROUP, 'ReadOnly');
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({
    state: 'timed_out',
    reason: expect.stringMatching(
      /Azure does not take the order to stop model-r1-a1: .*ScopeLocked: .* may still be running/,
    ),
  });
  await app.ticks(2);
  expect(await index()).toMatchObject({ entries: [], leftovers: [{ execution: 'model-r1-a1' }] });
  scope().unlock(RESOURCE_GROUP);
  await app.ticks(2 * HOUR + 4);
  expect(groups().names).toEqual(['own']);
  expect(await left()).toEqual([]);
});

test('an existing group that cannot be stopped is said at the run, and not asked for for ever', async () => {
  ends(null);
  const { run } = await app.start('own');
  await app.until(run, ({ state }) => state === 'running');
  without('stop/action');
  await app.until(run, hasEnded);
  await app.ticks(HOUR + 2);
  expect((await app.record(run)).run.reason).toMatch(/Its container may still be running: stop it in the portal\.$/);
  expect(await index()).toMatchObject({ entries: [], leftovers: [] });
});

test('logs that may not be read keep nothing from its end', async () => {
  ends(0);
  without('containers/logs/read');
  const { run } = await app.start('model');
  expect((await app.until(run, hasEnded)).run.state).toBe('succeeded');
  await app.ticks(15);
  expect(await index()).toMatchObject({ entries: [], leftovers: [] });
  expect(groups().names).toEqual(['own']);
});

test('a tick that dies between listing and forgetting repeats it, and lists it once', async () => {
  ends(0);
  scope().lock(RESOURCE_GROUP, 'CanNotDelete');
  const { run } = await app.start('model');
  const { faults } = app.world.tables.emulator;
  faults.add({ kind: 'status', status: 503, match: { method: 'DELETE', path: 'inflight' } });
  await app.until(run, hasEnded);
  await app.ticks(3);
  expect(await index()).toMatchObject({ entries: [{ runId: run.id }], leftovers: [{ runId: run.id }] });
  faults.clear();
  await app.ticks(1);
  expect(await index()).toMatchObject({ entries: [], leftovers: [{ runId: run.id }] });
});

test('a removal that Azure never finishes is listed after an hour', async () => {
  ends(0);
  groups().stickNew(/^model/, 'deleting');
  const { run } = await app.start('model');
  await app.until(run, hasEnded);
  await app.ticks(HOUR - 5);
  expect(await left()).toEqual([]);
  await app.ticks(10);
  expect(await index()).toMatchObject({ entries: [], leftovers: [{ execution: 'model-r1-a1' }] });
});

test('what nobody lets the app remove for 30 days is dropped with a line in the log', async () => {
  await leaveBehind();
  for (let day = 0; day < 29; day += 1) await app.pass(24 * HOUR);
  await app.ticks(1);
  expect(await left()).toHaveLength(1);
  await app.pass(25 * HOUR);
  await app.ticks(1);
  expect(await left()).toEqual([]);
  expect(app.lines.join('\n')).toContain('is not removed by the app any more');
});

test('of many that are due at once only some are tried at a tick, and the others at the next ones', async () => {
  ends(0);
  scope().lock(RESOURCE_GROUP, 'CanNotDelete');
  for (let count = 0; count < 12; count += 1) {
    const { run } = await app.start('model', { force: true });
    await app.until(run, hasEnded);
  }
  await app.ticks(2);
  expect(await left()).toHaveLength(12);
  scope().unlock(RESOURCE_GROUP);
  await app.pass(2 * HOUR);
  const { calls } = app.world.resourceManager.emulator;
  const removals = () => calls.filter(({ method }) => method === 'DELETE').length;
  const asked: number[] = [];
  for (let tick = 0; tick < 4; tick += 1) {
    const before = removals();
    await app.tick();
    asked.push(removals() - before);
  }
  expect(asked).toEqual([5, 5, 2, 0]);
});

test('what a run that cannot be read has left behind stays listed, until it can be read', async () => {
  const run = await leaveBehind();
  // As a newer version may have left it, before it was rolled back.
  const row = { partitionKey: 'model', rowKey: runRowKey(run.id) };
  await app.put({ ...row, state: 'meditating' });
  scope().unlock(RESOURCE_GROUP);
  await app.ticks(2 * HOUR + 4);
  expect(await left()).toEqual(['model-r1-a1']);
  expect(groups().names).toContain('model-r1-a1');
  await app.put({ ...row, state: 'succeeded' });
  await app.ticks(2 * HOUR + 4);
  expect(groups().names).toEqual(['own']);
  expect(await left()).toEqual([]);
});
