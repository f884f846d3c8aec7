// A region that is full: the next one is tried, within the start or with the next attempt.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Model } from '../../../../src/lib/config/models.ts';
import {
  discardAll,
  errorOfStart,
  MINUTE,
  prepared,
  reached,
  refusalOf,
  started,
  withAttempt,
} from '../contract/subject.ts';
import { type ContainerInstancesStage, KINDS, type Opened, openContainerInstances } from './stage.ts';

const [MADE] = KINDS;
const IMAGE = 'docker.io/someone/other:1';
const LOCATIONS = ['westeurope', 'northeurope', 'eastus'];

let opened: Opened;
let made: ContainerInstancesStage;
beforeAll(async () => {
  opened = await openContainerInstances();
});
afterAll(() => opened.close());
beforeEach(async () => {
  made = await opened.stage(MADE);
  for (const location of LOCATIONS) opened.world.resourceManager.setCapacity(location, 'ample');
});

/** The stage with another model. */
const withModel = (model: Model): ContainerInstancesStage => ({ ...made, model });
const puts = (): string[] =>
  opened.world.resourceManager.emulator.calls
    .filter(({ method }) => method === 'PUT')
    .map(({ body }) => JSON.parse(body.toString()).location);

describe('a region that is full', () => {
  const everywhere = () => withModel(opened.model({ image: IMAGE, locations: LOCATIONS }));

  test('is left for the next one, within the same start', async () => {
    opened.world.resourceManager.setCapacity('westeurope', 'refuses');
    const stage = everywhere();
    const run = await started(stage);
    expect(run.attempt.location).toBe('northeurope');
    const { seen } = await reached(stage, run, 'running');
    expect(seen.location).toBe('northeurope');
  });

  test('refuses the start where all are full, after each was tried once', async () => {
    for (const location of LOCATIONS) opened.world.resourceManager.setCapacity(location, 'refuses');
    const stage = everywhere();
    const before = puts().length;
    const refusal = await refusalOf(stage, await prepared(stage));
    expect(refusal).toMatchObject({ failure: 'no-capacity', countsAsAttempt: true });
    expect(refusal.message).toContain('All of westeurope, northeurope, eastus are tried in turn.');
    expect(puts().slice(before)).toEqual(LOCATIONS);
  });

  test('is left only where the lease allows another request', async () => {
    opened.world.resourceManager.setCapacity('westeurope', 'refuses');
    const stage = everywhere();
    const run = await prepared(stage);
    const before = puts().length;
    let checks = 0;
    const starting = stage.platform.start(run, stage.model, {
      checkLease() {
        checks += 1;
        if (checks === 2) throw new Error('The lease is over.');
      },
    });
    await expect(stage.live(starting)).rejects.toThrow('The lease is over.');
    expect(puts().slice(before)).toEqual(['westeurope']);
  });

  test('is not left for another error: the start may have happened', async () => {
    const stage = everywhere();
    const run = await prepared(stage);
    const before = puts().length;
    stage.breakStart('answer-lost');
    await errorOfStart(stage, run);
    expect(puts().slice(before)).toEqual(['westeurope']);
  });

  test('is not left for a refusal of another kind', async () => {
    const stage = everywhere();
    const run = await prepared(stage);
    const before = puts().length;
    stage.refuseStart('quota');
    await refusalOf(stage, run);
    expect(puts().slice(before)).toEqual(['westeurope']);
  });

  test('that says so later ends the attempt, and the next one begins elsewhere', async () => {
    opened.world.resourceManager.setCapacity('westeurope', 'fails-later');
    const stage = everywhere();
    const first = await reached(stage, await started(stage), 'ended');
    expect(first.seen.trouble?.failure).toBe('no-capacity');
    await discardAll(stage, first.run);
    const failed = withAttempt(first.run, { failure: 'no-capacity', outcome: 'failed' });
    const second = await started(stage, failed);
    expect(second.attempt.location).toBe('northeurope');
    await reached(stage, second, 'running');
  });

  test('where Azure goes on trying runs nothing once the attempt is discarded', async () => {
    opened.world.resourceManager.setCapacity('westeurope', 'fails-and-keeps-trying');
    const { run } = await reached(made, await started(made), 'ended');
    expect(await made.live(made.platform.discard(run))).toBe('going');
    opened.world.resourceManager.setCapacity('westeurope', 'ample');
    await discardAll(made, run);
    await made.pass(60 * MINUTE);
    expect(made.mayRun()).toBe(false);
    expect(opened.world.resourceManager.groups.startsOf(made.groupOf(run))[0]?.runningAt).toBeUndefined();
  });
});
