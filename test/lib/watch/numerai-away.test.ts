// While Numerai does not answer, a container that has failed is not started again, but not for ever.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { exitInTurn } from '../../support/containers.ts';

const container = { image: 'docker.io/someone/model:1', locations: ['westeurope'] };
const QUICK = { image: 'docker.io/someone/quick:1', minutes: 30 };

let app: TestApp;
beforeEach(async () => {
  app = await openApp([
    { name: 'model', tournament: 'classic', container },
    { name: 'with-last-resort', tournament: 'classic', container, lastResort: QUICK },
  ]);
});
afterEach(() => app.close());

const silence = () => app.world.numerai.emulator.faults.add({ kind: 'drop-before' });
const speak = () => app.world.numerai.emulator.faults.clear();
const starts = () => app.world.runtime.starts.length;

/** A run whose first container has failed with this code while Numerai is away, for two minutes. */
async function heldRun(exitCode = 1, model = 'model'): Promise<Run> {
  exitInTurn(app.world, exitCode);
  const { run } = await app.start(model);
  silence();
  await app.until(run, ({ state }) => state === 'waiting');
  await app.ticks(2);
  return (await app.record(run)).run;
}

describe.each([1, 75])('after exit code %i', (exitCode) => {
  test('the next attempt waits for Numerai, and says so', async () => {
    const held = await heldRun(exitCode);
    expect(held).toMatchObject({
      state: 'waiting',
      waitingFor: 'Numerai to answer',
      // Nothing is known of the model: it may need the last twenty minutes.
      nextAttemptAt: '2026-04-01T12:40:00.000Z',
    });
    expect(starts()).toBe(1);
  });

  test('it begins at the next tick once Numerai answers', async () => {
    const held = await heldRun(exitCode);
    speak();
    await app.ticks(2);
    expect(starts()).toBe(2);
    expect((await app.until(held, hasEnded)).run.attempt).toMatchObject({ number: 2, outcome: 'succeeded' });
  });

  test('it begins in any case while it is still in time', async () => {
    const held = await heldRun(exitCode);
    const { run } = await app.until(held, ({ attempt }) => attempt?.number === 2);
    expect(run.attempt?.requestedAt).toMatch(/T12:40:/);
  });
});

test('an operator need not wait for Numerai', async () => {
  const held = await heldRun();
  await app.start('model', { trigger: 'operator' });
  await app.ticks(1);
  expect(starts()).toBe(2);
  expect((await app.record(held)).run.attempt?.number).toBe(2);
});

test('what Numerai keeps waiting leaves time for the last resort', async () => {
  expect(await heldRun(1, 'with-last-resort')).toMatchObject({
    waitingFor: 'Numerai to answer',
    nextAttemptAt: '2026-04-01T12:30:00.000Z',
  });
});

test('what Azure refused is repeated, whether Numerai answers or not', async () => {
  exitInTurn(app.world);
  app.world.resourceManager.setCapacity('westeurope', 'refuses');
  await app.start('model');
  silence();
  await app.ticks(2);
  app.world.resourceManager.setCapacity('westeurope', 'ample');
  await app.ticks(2);
  expect(starts()).toBe(1);
});

test('a Numerai whose rounds cannot be read is not away', async () => {
  exitInTurn(app.world, 1);
  await app.start('model');
  const unreadable = { number: null, openTime: null, closeTime: null, closeStakingTime: null };
  app.world.numerai.troubles.spoilRound = () => unreadable;
  await app.ticks(4);
  expect(starts()).toBe(2);
});
