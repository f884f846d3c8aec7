// From the end of an attempt to the next one: what comes with it, what it waits for, and when it is given up.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { TIMING } from '../../../src/lib/runs/timing.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { exitInTurn } from '../../support/containers.ts';

const IMAGE = 'docker.io/someone/model:1';
const LOCATIONS = ['westeurope', 'northeurope', 'eastus'];
const model = (name: string, rest: object = {}) => ({
  name,
  tournament: 'classic',
  container: { image: IMAGE, locations: LOCATIONS },
  ...rest,
});

let app: TestApp;
beforeEach(async () => {
  app = await openApp([
    model('model'),
    model('other'),
    model('once', { maxAttempts: 1 }),
    { ...model('own'), container: { group: 'own' } },
  ]);
  app.world.resourceManager.createGroup({ name: 'own', image: IMAGE });
});
afterEach(() => app.close());

const faults = () => app.world.resourceManager.emulator.faults;
const isWaiting = ({ state }: Run) => state === 'waiting';
const logOf = ({ model: name, id }: Run, attempt: number) => app.services.logs.load(name, id, attempt);

describe('the next attempt', () => {
  test('has the next number, a failure that counts, and a group of its own', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('model');
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({
      id: run.id,
      state: 'succeeded',
      failure: null,
      countedFailures: 1,
      attempt: { number: 2, execution: 'model-r1-a2', location: 'westeurope', exitCode: 0 },
    });
    expect(earlier).toMatchObject([
      { number: 1, execution: 'model-r1-a1', outcome: 'failed', failure: 'exit-code', exitCode: 1 },
    ]);
  });

  test('adds to the cost of the one before', async () => {
    exitInTurn(app.world, 1, 1, 0);
    const { run } = await app.start('model');
    const { run: ended, earlier } = await app.until(run, hasEnded);
    const costs = earlier.map(({ costUsd }) => costUsd ?? 0);
    expect(costs).toHaveLength(2);
    expect(costs.every((cost) => cost > 0)).toBe(true);
    expect(ended.earlierCostUsd).toBeCloseTo(
      costs.reduce((a, b) => a + b, 0),
      6,
    );
  });

  test('leaves the log of the one before', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('model');
    await app.until(run, hasEnded);
    expect(await logOf(run, 1)).toBe('start 1\n');
    expect(await logOf(run, 2)).toBe('start 2\n');
  });

  test('says why where the log of the one before cannot be had, and does not wait for it', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('model');
    faults().add({ kind: 'status', status: 500, match: { path: '/logs' } });
    await app.until(run, ({ attempt }) => attempt?.number === 2);
    faults().clear();
    expect(await logOf(run, 1)).toMatch(/^\[the app\] The log of attempt 1 could not be kept\. /);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended.state).toBe('succeeded');
  });

  test('does not wait for a log that cannot be stored, and says that it is lost', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('model');
    app.world.tables.emulator.faults.add({ kind: 'status', status: 500, match: { path: 'log_' } });
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
    expect(earlier).toHaveLength(1);
    expect(app.lines.join('\n')).toContain('the note on the missing log could not be stored');
    // Neither does the end of the run: what is left of it is removed.
    await app.ticks(15);
    expect((await app.services.inFlight.read()).entries).toEqual([]);
  });

  test('follows within seconds, whatever becomes of the log', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('model');
    await app.pass(1);
    faults().add({ kind: 'hang', match: { path: '/logs' } });
    const before = app.world.clock.now().getTime();
    await app.live(watch(app.services));
    const tookMs = app.world.clock.now().getTime() - before;
    // It was asked for, once.
    expect(tookMs).toBeGreaterThanOrEqual(TIMING.logSoonMs);
    expect(tookMs).toBeLessThan(2 * TIMING.logSoonMs);
    await app.until(run, ({ attempt }) => attempt?.number === 2);
    expect(await logOf(run, 1)).toMatch(/^\[the app\] The log of attempt 1 could not be kept\. /);
  });

  test('goes elsewhere where the region was full', async () => {
    exitInTurn(app.world, 0);
    app.world.resourceManager.setCapacity('westeurope', 'fails-later');
    const { run } = await app.start('model');
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended.attempt).toMatchObject({
      number: 2,
      location: 'northeurope',
      outcome: 'succeeded',
    });
  });

  test('is not used up by a start that was refused: the same one is started a little later', async () => {
    exitInTurn(app.world, 0);
    const fault = { kind: 'status', status: 400, code: 'QuotaReached', match: { method: 'PUT' } } as const;
    faults().add({ ...fault, times: LOCATIONS.length });
    const { run } = await app.start('model');
    expect(run).toMatchObject({
      state: 'waiting',
      waitingFor: 'quota that is free',
      nextAttemptAt: new Date(app.world.clock.now().getTime() + 60_000).toISOString(),
    });
    await app.tick();
    expect((await app.record(run)).run).toMatchObject({
      state: 'starting',
      waitingFor: null,
      nextAttemptAt: null,
      attempt: { number: 1, failure: null, refusals: 1 },
    });
  });

  test('of an existing group starts it again', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('own');
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2, execution: 'own' } });
    expect(earlier).toMatchObject([{ number: 1, execution: 'own', exitCode: 1 }]);
    expect(app.world.resourceManager.groups.startsOf('own')).toHaveLength(2);
  });
});

test('a tick tells how many runs it has moved; one that only waits is none', async () => {
  exitInTurn(app.world, 78);
  const { run } = await app.start('model');
  const first = await app.tick();
  expect(first).toMatchObject({ inFlight: 1, moved: 1 });
  await app.until(run, isWaiting);
  await app.ticks(2);
  expect(await app.tick()).toMatchObject({ inFlight: 1, moved: 0, failures: 0 });
});

describe('a run that waits for a removal', () => {
  /** Its attempt never came up, so that only its removal says that it never will. */
  async function waitingForRemoval(): Promise<Run> {
    app.world.resourceManager.setCapacity('westeurope', 'fails-and-keeps-trying');
    app.world.resourceManager.groups.stickNew(/-a1$/, 'deleting');
    const { run } = await app.start('model');
    return (await app.until(run, isWaiting)).run;
  }

  test('says so, and goes on once it is done', async () => {
    const run = await waitingForRemoval();
    await app.tick();
    expect((await app.record(run)).run.waitingFor).toBe('what is left of the attempt before to be removed');
    app.world.resourceManager.groups.free('model-r1-a1');
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  });

  test('is given up after ten minutes, since the attempt before may run yet', async () => {
    const run = await waitingForRemoval();
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({
      state: 'failed',
      failure: 'no-capacity',
      reason: expect.stringContaining(
        'It is not tried again: Azure has not stopped or removed what is left of attempt 1 in 10 minutes. Stop it in the portal, then start it again.',
      ),
      waitingFor: null,
      nextAttemptAt: null,
      attempt: { number: 1 },
    });
    const minutes = (Date.parse(ended.finishedAt ?? '') - Date.parse(run.requestedAt)) / 60_000;
    expect(minutes).toBeGreaterThan(10);
    expect(minutes).toBeLessThan(15);
  });

  test('is not given up for an outage before the removal could be asked for', async () => {
    faults().add({ kind: 'drop-before', match: { method: 'DELETE' } });
    const run = await waitingForRemoval();
    await app.ticks(20);
    expect((await app.record(run)).run.state).toBe('waiting');
    faults().clear();
    await app.tick();
    expect((await app.record(run)).run.state).toBe('waiting');
    app.world.resourceManager.groups.free('model-r1-a1');
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  });
});

describe('a run that waits is ended', () => {
  const waitingRun = async (): Promise<Run> => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('model');
    faults().add({ kind: 'drop-before', match: { method: 'DELETE' } });
    return (await app.until(run, isWaiting)).run;
  };

  test('when its round has closed', async () => {
    const run = await waitingRun();
    await app.pass(60);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({
      state: 'failed',
      failure: 'exit-code',
      reason: expect.stringMatching(/It is not tried again: Round 1 closed at 2026-04-01 13:00 UTC, /),
    });
  });

  test('when models.json no longer has its model', async () => {
    const run = await waitingRun();
    await app.pass(1);
    await app.live(watch({ ...app.services, entries: [] }));
    expect((await app.record(run)).run).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('models.json no longer has the model model.'),
    });
  });

  test('when an operator cancels it: at once', async () => {
    const run = await waitingRun();
    expect(await app.cancel(run)).toMatchObject({
      state: 'cancelled',
      failure: 'cancelled',
      reason: 'An operator cancelled the run.',
      waitingFor: null,
    });
  });
});

describe('a run that is opened again', () => {
  test('has another attempt in the same row, and keeps the log of the one before', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('once');
    await app.until(run, hasEnded);
    const again = await app.start('once', { trigger: 'operator', triggerId: 'newer' });
    expect(again).toMatchObject({ duplicate: false, run: { id: run.id, triggerId: 'newer' } });
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
    expect(earlier).toHaveLength(1);
    expect(await logOf(run, 1)).toBe('start 1\n');
  });

  test('waits with its start for a log that has not been kept yet', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('once');
    faults().add({ kind: 'status', status: 500, match: { path: '/logs' } });
    await app.until(run, hasEnded);
    faults().clear();
    expect((await app.start('once')).run.state).toBe('waiting');
    await app.until(run, hasEnded);
    expect(await logOf(run, 1)).toBe('start 1\n');
  });
});

test('an operator’s cancel keeps a run that is stopped for its time from another attempt', async () => {
  app.world.runtime.behaviour = () => ({ endsAfter: Number.POSITIVE_INFINITY });
  const { run } = await app.start('model');
  app.world.resourceManager.groups.stickNew(/./, 'stopping');
  await app.until(run, ({ state }) => state === 'running');
  app.world.resourceManager.groups.stick('model-r1-a1', 'stopping');
  const { run: stopping } = await app.until(run, ({ attempt }) => attempt?.stop !== null);
  expect(stopping.attempt?.stop?.because).toBe('timeout');
  const asked = await app.cancel(stopping);
  expect(asked.attempt?.stop).toEqual({ because: 'operator', at: stopping.attempt?.stop?.at });
  app.world.resourceManager.groups.free('model-r1-a1');
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({ state: 'cancelled', failure: 'cancelled', attempt: { number: 1 } });
});
