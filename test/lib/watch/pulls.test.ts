// Images that take long to pull, and images that cannot be pulled.

import { describe, expect, onTestFinished, test } from 'vitest';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const MODEL = 'model';
const MODEL_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';
const IMAGE = 'docker.io/someone/model:1';
const MINUTE = 60_000;

async function open(pulling: number, container: object = { image: IMAGE }): Promise<TestApp> {
  const models = [{ name: MODEL, tournament: 'classic', numeraiModels: [MODEL_ID], container, timeoutMinutes: 10 }];
  const app = await openApp(models, { pulling, pullRetry: 30_000, pullGivesUpAfter: 30 * MINUTE });
  onTestFinished(() => app.close());
  app.world.runtime.behaviour = () => ({
    steps: [
      { after: 5 * MINUTE, effect: () => void app.world.numerai.submit({ modelId: MODEL_ID, triggerId: 'a-trigger' }) },
    ],
  });
  return app;
}

describe('an image that is pulled for long', () => {
  test.each([
    ['21 minutes, in a group that is created', 21, { image: IMAGE }],
    ['25 minutes, in a group that is created', 25, { image: IMAGE }],
    ['29 minutes, in a group that exists', 29, { group: 'own' }],
  ])('%s, is waited for, whatever the time limit of its container', async (_, minutes, container) => {
    const app = await open(minutes * MINUTE, container);
    app.world.resourceManager.createGroup({ name: 'own', image: IMAGE, state: 'Succeeded' });
    const { run } = await app.start(MODEL);
    await app.tick();
    const { run: pulled } = await app.record(run);
    expect(pulled).toMatchObject({
      state: 'starting',
      reason:
        'Azure has been pulling the image since 12:00 UTC; the app gives that up after 30 minutes. To try at once, cancel the run and start it again.',
      attempt: { meteredFrom: expect.stringMatching(/^2026-04-01T12:00:/) },
    });
    // Nothing is written while nothing changes.
    const etag = await app.live(app.services.runs.get(MODEL, run.id));
    await app.tick();
    await app.tick();
    expect(await app.live(app.services.runs.get(MODEL, run.id))).toEqual(etag);
    const { run: running } = await app.until(run, ({ state }) => state === 'running');
    expect(running.reason).toBeNull();
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(earlier).toEqual([]);
    expect(app.world.runtime.starts).toHaveLength(1);
  });

  test('has its pull in its cost, by Azure’s clock', async () => {
    const app = await open(10 * MINUTE);
    const { run } = await app.start(MODEL);
    const { run: ended } = await app.until(run, hasEnded);
    // 10 minutes of the pull and 5 of the container, at 1 CPU and 1.5 GB.
    expect(ended.attempt?.costUsd).toBeCloseTo(((0.0405 + 1.5 * 0.00445) * 15) / 60, 4);
  });

  test('is given up after half an hour, which costs that', async () => {
    const app = await open(45 * MINUTE);
    const { run } = await app.start(MODEL);
    const { run: after } = await app.until(run, ({ attempt }) => attempt?.outcome === 'failed');
    expect(after.attempt).toMatchObject({
      failure: 'provisioning',
      reason: expect.stringMatching(/^The image was still being pulled after 3\d minutes/),
      startedAt: null,
    });
    expect(after.attempt?.costUsd).toBeCloseTo(((0.0405 + 1.5 * 0.00445) * 30.5) / 60, 2);
  });
});

describe('an image that cannot be pulled', () => {
  test.each([
    [
      'is for another processor',
      'no match for platform in manifest: not found',
      'image',
      /is not for the processor .* linux\/amd64/,
    ],
    [
      'may not be pulled',
      'failed to authorize: 401 Unauthorized',
      'image',
      /does not let Azure pull .* Check the registry credentials/,
    ],
    [
      'is pulled too often',
      'toomanyrequests: You have reached your pull rate limit.',
      'registry',
      /asks to be left alone for now: .*toomanyrequests/,
    ],
    [
      'has a registry that is down',
      'unexpected status code 503 Service Unavailable',
      'registry',
      /did not answer as it should/,
    ],
  ])('because it %s: its cause is quoted, not the back-off after it', async (_, error, failure, reason) => {
    const app = await open(2_000);
    app.world.runtime.pullErrors.set(IMAGE, error);
    const { run } = await app.start(MODEL);
    await app.tick();
    // It is said at once, and counts when it lasts.
    expect((await app.record(run)).run).toMatchObject({ state: 'starting', reason: expect.stringMatching(reason) });
    const { run: after } = await app.until(run, ({ attempt }) => attempt?.outcome === 'failed');
    expect(after.attempt).toMatchObject({ failure, reason: expect.stringMatching(reason) });
    expect(after.attempt?.reason).toContain(error.split(':')[0]);
    expect(after.attempt?.reason).not.toMatch(/back-?off/i);
  });

  test('because its registry is throttled before the group is accepted: it is no matter of credentials', async () => {
    const app = await open(2_000);
    app.world.resourceManager.setThrottled('docker.io', true);
    const { run } = await app.start(MODEL);
    const { run: seen, earlier } = await app.record(run);
    const attempt = earlier.at(-1) ?? seen.attempt;
    const said = `${attempt?.reason ?? ''} ${seen.reason ?? ''} ${seen.waitingFor ?? ''}`;
    expect(said).toMatch(/asks to be left alone for now: .*RegistryErrorResponse/);
    app.world.resourceManager.setThrottled('docker.io', false);
    expect((await app.until(run, hasEnded)).run).toMatchObject({ state: 'succeeded' });
  });
});
