// A region that is full: the next one is tried, within the start or with the next attempt.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../../../src/lib/compute/platform.ts';
import type { Model } from '../../../../src/lib/config/models.ts';
import { discardAll, MINUTE, prepared, reached, started, withAttempt } from '../contract/subject.ts';
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

/** Starts as the domain does: elsewhere while there is another place. */
async function startElsewhere(stage: ContainerInstancesStage): Promise<Refusal | 'accepted'> {
  let run = await prepared(stage);
  for (;;) {
    try {
      await stage.live(stage.platform.start(run, stage.model, { checkLease: () => {} }));
      return 'accepted';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!error.elsewhere) return error;
      const refused = { ...run.attempt, failure: error.failure };
      run = withAttempt(run, { prepared: await stage.live(stage.platform.prepare(run, stage.model, refused, true)) });
    }
  }
}

describe('a region that is full', () => {
  const everywhere = () => withModel(opened.model({ image: IMAGE, locations: LOCATIONS }));

  test('says that there is another place, and the start is accepted there', async () => {
    opened.world.resourceManager.setCapacity('westeurope', 'refuses');
    const stage = everywhere();
    const before = puts().length;
    expect(await startElsewhere(stage)).toBe('accepted');
    expect(puts().slice(before)).toEqual(['westeurope', 'northeurope']);
  });

  test('is one of all that are full, each of which was tried once', async () => {
    for (const location of LOCATIONS) opened.world.resourceManager.setCapacity(location, 'refuses');
    const stage = everywhere();
    const before = puts().length;
    const refusal = await startElsewhere(stage);
    expect(refusal).toMatchObject({ failure: 'no-capacity', elsewhere: false });
    expect(puts().slice(before)).toEqual(LOCATIONS);
  });

  test('is not left at once where its Resource Manager answers with an error: the start may arrive yet', async () => {
    const stage = everywhere();
    const { faults } = opened.world.resourceManager.emulator;
    faults.add({ kind: 'status', status: 503, match: { method: 'PUT' }, times: 1 });
    expect(await startElsewhere(stage)).toMatchObject({ failure: 'not-started', elsewhere: false, mayArrive: true });
  });

  test.each([
    ['a limit of its own for long', 'TooManyRequests', 300, 'accepted'],
    ['a limit of its own for seconds', 'TooManyRequests', 2, null],
    ['the limit of all regions', 'SubscriptionRequestsThrottled', 300, null],
  ] as const)(
    'gives way to the next one where it is at %s: %s, after %i s',
    async (_, code, retryAfterSeconds, answer) => {
      const stage = everywhere();
      const { faults } = opened.world.resourceManager.emulator;
      faults.add({ kind: 'status', status: 429, code, retryAfterSeconds, match: { method: 'PUT' }, times: 1 });
      const expected = answer ?? expect.objectContaining({ failure: 'not-started', elsewhere: false });
      expect(await startElsewhere(stage)).toEqual(expected);
    },
  );

  test('nor without an answer', async () => {
    const stage = everywhere();
    stage.breakStart('not-sent');
    expect(await startElsewhere(stage)).toMatchObject({ failure: 'not-started', elsewhere: false, mayArrive: true });
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
