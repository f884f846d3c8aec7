// Two platforms in one app: an attempt stays where its record says it is, and the next one goes where models.json says by
// then.

import { describe, expect, onTestFinished, test } from 'vitest';
import { DEMO_SECRET_KEY } from '../../../local/environment/demo.ts';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { openApp } from '../../support/app.ts';
import { behave, groupModel, IMAGE, modelOf, open } from '../../support/one-model.ts';

const JOB = { ...modelOf(), container: { containerAppsJob: 'own-job' } };

async function openWithJob(model: object): Promise<SimulatedApp> {
  const app = await open(model);
  app.world.resourceManager.jobs.create({ name: 'own-job', image: IMAGE });
  return app;
}

const jobStarts = ({ world }: SimulatedApp) => world.resourceManager.jobs.starts;
const groupStarts = ({ world }: SimulatedApp) => world.resourceManager.groups.starts;
const platforms = async (app: SimulatedApp) => (await app.attempts('m')).map(({ platform }) => platform);

describe('a change of the kind of container', () => {
  test('while a job runs leaves its attempt with the job, to its end', async () => {
    const app = await openWithJob(JOB);
    behave(app, () => ({ seconds: 300 }));
    await app.start('m');
    await app.pass(2);
    app.deploy([modelOf()]);
    await app.pass(8);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(await platforms(app)).toEqual(['container-apps']);
    expect([jobStarts(app).length, groupStarts(app).length]).toEqual([1, 0]);
  });

  test('after an attempt of a job has failed makes the next one a container group', async () => {
    const app = await openWithJob(JOB);
    behave(app, (start) => ({ seconds: 100, exitCode: start === 1 ? 1 : 0 }));
    await app.start('m');
    await app.pass(1);
    app.deploy([modelOf()]);
    await app.pass(20);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(await platforms(app)).toEqual(['container-apps', 'container-instances']);
  });

  test.each<[string, object, object, string[]]>([
    ['a job', JOB, modelOf(), ['container-instances']],
    ['an image', modelOf(), JOB, ['container-apps']],
    ['a group', groupModel(), JOB, ['container-apps']],
  ])('while the start of %s is refused takes the same attempt there', async (_what, before, after, expected) => {
    const app = await openWithJob(before);
    behave(app);
    const { faults } = app.world.resourceManager.emulator;
    const refusal = { kind: 'status', status: 403, code: 'AuthorizationFailed', message: 'No.' } as const;
    for (const method of ['PUT', 'POST']) faults.add({ ...refusal, match: { method } });
    await app.start('m');
    await app.pass(2);
    expect(await app.record('m')).toMatchObject({ state: 'waiting' });
    faults.clear();
    app.deploy([after]);
    await app.pass(30);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(await platforms(app)).toEqual(expected);
  });
});

test('a last resort of the other platform starts when no attempt of the job can help', async () => {
  const app = await openWithJob({ ...JOB, lastResort: { image: 'docker.io/someone/m:quick', minutes: 3 } });
  behave(app, (_start, image) => ({ exitCode: image === IMAGE ? 78 : 0 }));
  await app.start('m');
  await app.pass(10);
  expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
  expect(await app.attempts('m')).toMatchObject([
    { platform: 'container-apps', failure: 'configuration', lastResort: false },
    { platform: 'container-instances', lastResort: true },
  ]);
});

describe('the log of an execution', () => {
  test('is kept once it can be whole, without the Numerai key', async () => {
    const app = await openApp([JOB]);
    onTestFinished(() => app.close());
    app.world.resourceManager.jobs.create({ name: 'own-job', image: IMAGE });
    app.world.runtime.behaviour = () => ({ steps: [{ after: 0, line: `key ${DEMO_SECRET_KEY}` }], endsAfter: 1_000 });
    const { run } = await app.start('m', { isTest: true });
    const ended = await app.until(run, hasEnded);
    const kept = () => app.live(app.services.logs.load('m', run.id, 1));
    expect(ended.run.attempt?.logKept).toBe(false);
    expect(await kept()).toContain('/jobs/own-job/executionHistory');
    await app.ticks(4);
    // That takes minutes with each run: nobody is to look into that.
    expect(app.lines.filter((line) => line.includes('log not kept'))).toEqual([]);
    expect((await app.record(run)).run.attempt?.logKept).toBe(true);
    const log = await kept();
    expect(log).toMatch(/^key /);
    expect(log).not.toContain(DEMO_SECRET_KEY);
  });

  test('that another attempt does not wait for is a line with its place', async () => {
    const app = await openApp([JOB]);
    onTestFinished(() => app.close());
    app.world.resourceManager.jobs.create({ name: 'own-job', image: IMAGE });
    app.world.runtime.behaviour = (_spec, start) => ({ exitCode: start === 1 ? 1 : 0, endsAfter: 1_000 });
    const { run } = await app.start('m', { isTest: true });
    await app.until(run, hasEnded);
    const log = await app.live(app.services.logs.load('m', run.id, 1));
    expect(log).toContain('Its log is still on its way to Log Analytics.');
    expect(log).toContain('/jobs/own-job/executionHistory');
  });
});
