// Container groups that exist already, as participants have them: with restart policies and with containers beside the
// one that submits. Day after day each round has one submission.

import { describe, expect, onTestFinished, test } from 'vitest';
import type { GroupFixture } from '../../../local/emulators/resource-manager/groups.ts';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const MODEL = 'model';
const MODEL_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';
const IMAGE = 'docker.io/someone/model:1';
const HELPER = 'docker.io/someone/helper:1';
const DAY_MINUTES = 24 * 60;

interface Options extends Partial<GroupFixture> {
  readonly model?: object;
  readonly exitCode?: number;
  readonly submits?: boolean;
  readonly seconds?: number;
}

async function open({ model, exitCode = 0, submits = true, seconds = 20, ...fixture }: Options = {}): Promise<TestApp> {
  const app = await openApp(
    [
      {
        name: MODEL,
        tournament: 'classic',
        numeraiModels: [MODEL_ID],
        container: { group: 'own', ...model },
        maxAttempts: 2,
      },
    ],
    { restarting: 2_000 },
  );
  onTestFinished(() => app.close());
  const { runtime, numerai, resourceManager } = app.world;
  runtime.behaviour = ({ image }) => {
    if (image === HELPER) return { endsAfter: Number.POSITIVE_INFINITY };
    const effect = () => {
      if (submits) numerai.submit({ modelId: MODEL_ID, triggerId: 'a-trigger' });
    };
    return { steps: [{ after: seconds * 1000, line: 'submitted', effect }], exitCode };
  };
  resourceManager.createGroup({ name: 'own', image: IMAGE, state: 'Succeeded', ...fixture });
  return app;
}

const startsOf = (app: TestApp, image = IMAGE) =>
  app.world.runtime.starts.filter((spec) => spec.image === image).length;
const group = (app: TestApp) => app.world.resourceManager.groups.get('own');

/** A run of the next day's round, to its end. */
async function nextDay(app: TestApp, round: number) {
  const now = app.world.clock.now();
  const noon = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 12));
  await app.pass(((noon.getTime() - now.getTime()) / 60_000) % DAY_MINUTES);
  return runToEnd(app, { round, triggerId: `trigger-${round}` });
}

async function runToEnd(app: TestApp, request: Parameters<TestApp['start']>[1] = {}) {
  const { run } = await app.start(MODEL, request);
  const { run: ended } = await app.until(run, hasEnded);
  // What is left is stopped.
  await app.ticks(3);
  return ended;
}

describe('a group with the restart policy Always', () => {
  test('is stopped after its container has ended, and says so at the run', async () => {
    const app = await open({ restartPolicy: 'Always', seconds: 100 });
    const run = await runToEnd(app);
    expect(run).toMatchObject({ state: 'succeeded', submission: 'accepted', attempt: { exitCode: 0, number: 1 } });
    expect(group(app).state).toBe('Stopped');
    const starts = startsOf(app);
    expect(starts).toBeLessThanOrEqual(2);
    await app.pass(60);
    expect(startsOf(app)).toBe(starts);
  });

  test('whose container ends within seconds ends by its first end that can be seen, and the next day is won', async () => {
    const app = await open({ restartPolicy: 'Always', seconds: 5 });
    const run = await runToEnd(app);
    expect(run).toMatchObject({ state: 'succeeded', attempt: { exitCode: 0, number: 1 } });
    expect(run.reason).toMatch(
      /as its restart policy Always says.* Recreate the group with the restart policy Never\.$/,
    );
    expect(group(app).state).toBe('Stopped');
    expect(await nextDay(app, 2)).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(group(app).state).toBe('Stopped');
  });

  test('that its owner has left running is taken over once it has ended', async () => {
    const app = await open({ restartPolicy: 'Always', state: 'Running', seconds: 30 });
    await app.pass(2);
    const run = await runToEnd(app);
    expect(run).toMatchObject({ state: 'succeeded', submission: 'accepted', attempt: { exitCode: 0, number: 1 } });
    expect(group(app).state).toBe('Stopped');
  });

  test('is stopped while Numerai has yet to show the submission, and ends as it ended', async () => {
    const app = await open({ restartPolicy: 'Always', submits: false, seconds: 90 });
    const { run } = await app.start(MODEL);
    await app.until(run, ({ submission }) => submission === 'pending');
    await app.tick();
    expect(group(app).state).toBe('Stopped');
    app.world.numerai.submit({ modelId: MODEL_ID, triggerId: 'a-trigger' });
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { exitCode: 0, outcome: 'succeeded' } });
  });
});

describe('a group with the restart policy OnFailure', () => {
  test('ends by the first failure, whatever Azure starts again', async () => {
    const app = await open({ restartPolicy: 'OnFailure', submits: false, exitCode: 3, seconds: 50 });
    const run = await runToEnd(app);
    expect(run).toMatchObject({ state: 'failed', failure: 'exit-code', attempt: { exitCode: 3, number: 2 } });
    expect(group(app).state).toBe('Stopped');
    const starts = startsOf(app);
    await app.pass(30);
    expect(startsOf(app)).toBe(starts);
  });
});

describe('a group with a helper beside the container that submits', () => {
  const withHelper = {
    container: 'submission',
    neighbours: [{ name: 'helper', image: HELPER }],
  } as const;

  test('is won on the second day as well, and stopped after each', async () => {
    const app = await open(withHelper);
    expect(await runToEnd(app)).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(group(app).state).toBe('Stopped');
    expect(await nextDay(app, 2)).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(startsOf(app)).toBe(2);
    expect(group(app).state).toBe('Stopped');
  });

  test('counts the cost of all its containers', async () => {
    const app = await open(withHelper);
    expect(await runToEnd(app)).toMatchObject({ attempt: { cpu: 1.5, memoryGB: 2 } });
  });

  test('is known by the name in models.json, or by the usual one, whatever stands first', async () => {
    for (const { first, model } of [
      { first: 'helper', model: { container: 'work' } },
      { first: 'helper', model: {} },
    ]) {
      const app = await open({
        container: first,
        image: HELPER,
        neighbours: [{ name: 'container' in model ? 'work' : 'submission', image: IMAGE }],
        model,
      });
      expect(await runToEnd(app)).toMatchObject({ state: 'succeeded', attempt: { exitCode: 0 } });
    }
  });

  test('that runs on from its creation is stopped, then started for the run', async () => {
    const app = await open({ ...withHelper, state: 'Running' });
    await app.pass(2);
    expect(group(app).state).toBe('Running');
    const run = await runToEnd(app);
    expect(run).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(startsOf(app)).toBe(2);
  });
});

describe('a group that Azure cannot provide after it has accepted the start', () => {
  test('because its region is full ends the attempt with the next tick', async () => {
    const app = await open();
    app.world.resourceManager.setCapacity('eastus', 'fails-later');
    const { run } = await app.start(MODEL);
    await app.tick();
    const { run: after, earlier } = await app.record(run);
    expect(earlier.at(-1) ?? after.attempt).toMatchObject({
      failure: 'no-capacity',
      reason: expect.stringMatching(/^Azure has no capacity for this container in eastus at the moment\./),
    });
    app.world.resourceManager.setCapacity('eastus', 'ample');
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', submission: 'accepted' });
  });

  test('and that goes on trying ends it as well, and does not start beside the next attempt', async () => {
    const app = await open();
    app.world.resourceManager.setCapacity('eastus', 'fails-and-keeps-trying');
    const { run } = await app.start(MODEL);
    await app.tick();
    const { run: after, earlier } = await app.record(run);
    expect((earlier.at(-1) ?? after.attempt)?.failure).toBe('no-capacity');
    app.world.resourceManager.setCapacity('eastus', 'ample');
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(startsOf(app)).toBe(1);
  });

  test('is not taken for the failure of the day before', async () => {
    const app = await open();
    app.world.resourceManager.setCapacity('eastus', 'fails-later');
    const { run } = await app.start(MODEL);
    await app.until(run, hasEnded);
    app.world.resourceManager.setCapacity('eastus', 'ample');
    expect(await nextDay(app, 2)).toMatchObject({ state: 'succeeded', attempt: { number: 1 } });
  });
});
