// Jobs in simulated time: at each scheduled time one run, whatever happens in between.

import { describe, expect, test } from 'vitest';
import { jobOf, MODEL, openJob, timesOf, train } from '../../support/one-job.ts';

const MINUTE = 60;

describe('a job', () => {
  test('runs at its times, from its deployment on, and its record says what it was', async () => {
    const app = await openJob(jobOf({}, { env: { EPOCHS: '3' } }));
    train(app);
    await app.pass(155);
    expect(await timesOf(app)).toEqual([
      ['06:00', 'succeeded'],
      ['07:00', 'succeeded'],
      ['08:00', 'succeeded'],
    ]);
    const run = await app.record('retrain');
    expect(run).toMatchObject({
      tournament: null,
      round: null,
      trigger: 'timer',
      scheduledFor: '2026-04-07T08:00:00.000Z',
      claim: 'claim_time_2026-04-07T08:00:00.000Z',
      submission: 'unknown',
      slots: [],
      reason: null,
      attempt: { number: 1, exitCode: 0, execution: 'retrain-j202604070800-a1' },
    });
    expect(run?.attempt?.costUsd).toBeGreaterThan(0);
    // Nothing of Numerai, and nothing is asked there for it.
    expect(app.world.runtime.starts[0]?.env).toEqual({ EPOCHS: '3', RUN_ID: expect.any(String) });
    expect(app.titles()).toEqual([]);
  });

  test('makes an idle tick no more than one small query', async () => {
    const requests: string[] = [];
    const app = await openJob(jobOf(), {
      plan: ({ dependency, method, path }) => {
        requests.push(`${dependency} ${method} ${path}`);
        return { do: 'pass' };
      },
    });
    await app.pass(2, { fallback: false });
    requests.length = 0;
    await app.pass(3, { fallback: false });
    expect(requests).toHaveLength(3);
  });

  test('is tried again at once, then after 2 minutes; then its failure is reported, and its next time is another run', async () => {
    const app = await openJob(jobOf());
    train(app, (start) => ({ exitCode: start <= 3 ? 1 : 0 }));
    await app.pass(40);
    const attempts = await app.attempts('retrain');
    expect(attempts.map(({ outcome, exitCode }) => [outcome, exitCode])).toEqual(Array(3).fill(['failed', 1]));
    expect(await app.record('retrain')).toMatchObject({
      state: 'failed',
      failure: 'exit-code',
      reason: expect.stringMatching(/This was attempt 3, the last one\.$/),
    });
    await app.pass(60);
    expect(await timesOf(app)).toEqual([
      ['06:00', 'failed'],
      ['07:00', 'succeeded'],
    ]);
    expect(app.titles()).toEqual([
      'retrain: the run has not done its work yet',
      'retrain: the run failed',
      'retrain: back to normal',
    ]);
  });

  test('repeats what is not ready, without counting it, until its next time', async () => {
    const app = await openJob(jobOf({ maxAttempts: 1 }));
    train(app, () => ({ exitCode: 75 }));
    await app.pass(95);
    const [first, second] = await app.runs('retrain').then((runs) => runs.toReversed());
    expect(first).toMatchObject({ state: 'failed', failure: 'not-ready', countedFailures: 0 });
    expect(first?.attempt?.number).toBeGreaterThan(5);
    expect(first?.reason).toMatch(/It is not tried again, since the window of this run is closed\.$/);
    expect(second).toMatchObject({ scheduledFor: '2026-04-07T07:00:00.000Z' });
  });

  test('that cannot be started waits for that, and has missed its time when the next one comes', async () => {
    const app = await openJob(jobOf());
    train(app);
    app.world.resourceManager.setCapacity('westeurope', 'refuses');
    await app.pass(95);
    const runs = await app.runs('retrain');
    expect(runs.map(({ state, failure }) => [state, failure])).toEqual([
      ['waiting', null],
      ['failed', 'no-capacity'],
    ]);
    app.world.resourceManager.setCapacity('westeurope', 'ample');
    await app.pass(20);
    expect(await timesOf(app)).toEqual([
      ['06:00', 'failed'],
      ['07:00', 'succeeded'],
    ]);
    expect(app.titles()).toContain('retrain: the run failed');
  });

  test('gets more memory after it ran out of it', async () => {
    const app = await openJob(jobOf({}, { memoryGB: 4, maxMemoryGB: 8 }));
    train(app, (start) => ({ exitCode: start === 1 ? 137 : 0 }));
    await app.pass(40);
    expect((await app.attempts('retrain')).map(({ memoryGB }) => memoryGB)).toEqual([4, 6]);
  });
});

test('a job that fails at each of its times is reported once, until it recovers', async () => {
  const app = await openJob(jobOf({ schedule: '0 */5 * * * *', maxAttempts: 1 }));
  train(app, (start) => ({ exitCode: start <= 4 || start > 6 ? 1 : 0 }));
  await app.pass(62);
  expect((await timesOf(app)).map(([, state]) => state)).toEqual([
    ...Array(4).fill('failed'),
    ...Array(2).fill('succeeded'),
    ...Array(6).fill('failed'),
  ]);
  expect(app.titles()).toEqual(['retrain: the run failed', 'retrain: back to normal', 'retrain: the run failed']);
});

describe('while a run is under way', () => {
  test('a time is skipped, and the next run says so', async () => {
    const app = await openJob(jobOf({ schedule: '0 */10 * * * *', timeoutMinutes: 120 }));
    train(app, (start) => ({ seconds: start === 1 ? 25 * MINUTE : 20 }));
    await app.pass(45);
    expect(await timesOf(app)).toEqual([
      ['05:40', 'succeeded'],
      ['06:10', 'succeeded'],
    ]);
    expect(await app.record('retrain')).toMatchObject({
      reason:
        'Before it, 2 scheduled times passed while the run before was under way, the last at 2026-04-07 06:00 UTC.',
    });
  });

  test('another one starts beside it where that is allowed', async () => {
    const app = await openJob(jobOf({ schedule: '0 */10 * * * *', overlap: 'allow', timeoutMinutes: 120 }));
    train(app, () => ({ seconds: 25 * MINUTE }));
    await app.pass(32);
    expect(await timesOf(app)).toEqual([
      ['05:40', 'running'],
      ['05:50', 'running'],
      ['06:00', 'running'],
    ]);
  });

  test('a time that comes between two attempts ends the run that waits', async () => {
    const app = await openJob(jobOf({ schedule: '0 */5 * * * *' }));
    train(app, (start) => ({ exitCode: start <= 2 ? 1 : 0, seconds: 70 }));
    await app.pass(13);
    const [second, first] = await app.runs('retrain');
    expect(first).toMatchObject({ state: 'failed', attempt: { number: 2 } });
    expect(first?.reason).toContain('It is not tried again, since its next time comes before.');
    expect(second).toMatchObject({ state: 'succeeded', scheduledFor: '2026-04-07T05:40:00.000Z' });
  });
});

describe('after an outage', () => {
  test('the times that were missed run once, for the latest; somebody is told', async () => {
    const app = await openJob(jobOf());
    train(app);
    await app.pass(32);
    await app.sleepUntil(new Date('2026-04-07T10:20:00Z'));
    await app.pass(5);
    expect(await timesOf(app)).toEqual([
      ['06:00', 'succeeded'],
      ['10:00', 'succeeded'],
    ]);
    expect((await app.record('retrain'))?.reason).toBe(
      'Nothing was started at 3 scheduled times from 2026-04-07 07:00 UTC on, and this run stands for all of them: the app was not running, or could not start anything.',
    );
    expect(app.titles()).toEqual(['retrain: nothing was started at 2026-04-07 07:00 UTC', 'retrain: back to normal']);
  });

  test('one that was missed by a few minutes runs, and nobody is told', async () => {
    const app = await openJob(jobOf());
    train(app);
    await app.pass(28);
    await app.sleepUntil(new Date('2026-04-07T06:06:00Z'));
    await app.pass(3);
    expect(await timesOf(app)).toEqual([['06:00', 'succeeded']]);
    expect(app.titles()).toEqual([]);
  });

  test('a day on which as many containers as are allowed were started ends, and then it runs, late', async () => {
    const app = await openJob(jobOf(), {
      start: '2026-04-07T21:30:00Z',
      settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key', MAX_STARTS_PER_DAY: '1' },
    });
    train(app);
    await app.pass(155);
    expect(await timesOf(app)).toEqual([
      ['22:00', 'succeeded'],
      ['00:00', 'succeeded'],
    ]);
    expect(app.titles()).toContain('No more containers are started today: 1 were');
  });
});

describe('a deployment', () => {
  test('with a new job starts it at its next time, not for those before', async () => {
    const app = await openJob(jobOf({ name: 'other', schedule: '0 0 3 1 1 *' }));
    train(app);
    await app.pass(40);
    app.deploy([MODEL], [jobOf()]);
    await app.pass(20);
    expect(await timesOf(app)).toEqual([]);
    await app.pass(35);
    expect(await timesOf(app)).toEqual([['07:00', 'succeeded']]);
  });

  test('with another schedule goes by that from then on', async () => {
    const app = await openJob(jobOf());
    train(app);
    await app.pass(45);
    app.deploy([MODEL], [jobOf({ schedule: '0 10,30 * * * *' })]);
    await app.pass(20);
    expect(await timesOf(app)).toEqual([
      ['06:00', 'succeeded'],
      ['06:30', 'succeeded'],
    ]);
  });

  test('without it for some hours, and then with it again, makes up for nothing', async () => {
    const app = await openJob(jobOf());
    train(app);
    await app.pass(45);
    app.deploy([MODEL], []);
    await app.pass(150);
    app.deploy([MODEL], [jobOf()]);
    await app.pass(10);
    expect(await timesOf(app)).toEqual([['06:00', 'succeeded']]);
  });

  test.each([
    ['is gone', [MODEL], [], 'models.json no longer has the job retrain.'],
    ['has another name', [MODEL], [jobOf({ name: 'train' })], 'models.json no longer has the job retrain.'],
    ['is a model', [MODEL, { ...MODEL, name: 'retrain' }], [], 'In models.json, retrain is now a model'],
  ])('in which it %s ends a run that waits, and says why', async (_, models, jobs, why) => {
    const app = await openJob(jobOf());
    train(app, () => ({ exitCode: 75 }));
    await app.pass(35);
    app.deploy(models, jobs);
    await app.pass(5);
    const run = await app.record('retrain');
    expect(run?.state).toBe('failed');
    expect(run?.reason).toContain(why);
  });

  test('with another schedule leaves a run that waits until the next time of that', async () => {
    const app = await openJob(jobOf());
    train(app, () => ({ exitCode: 75 }));
    await app.pass(35);
    app.deploy([MODEL], [jobOf({ schedule: '0 20 * * * *' })]);
    await app.pass(20);
    expect(await timesOf(app)).toEqual([
      ['06:00', 'failed'],
      ['06:20', 'waiting'],
    ]);
  });

  test('without it while it runs ends the run truly', async () => {
    const app = await openJob(jobOf());
    train(app, () => ({ seconds: 10 * MINUTE }));
    await app.pass(35);
    app.deploy([MODEL], []);
    await app.pass(15);
    expect(await app.record('retrain')).toMatchObject({ state: 'succeeded' });
  });
});

test('many watchers at the same moment start one run for a time', async () => {
  const app = await openJob(jobOf({ schedule: '0 * * * * *' }));
  train(app);
  for (let minute = 0; minute < 6; minute += 1) {
    await app.sleepUntil(new Date(app.world.clock.now().getTime() + 60_000));
    await app.watch(4);
  }
  expect((await timesOf(app)).map(([time]) => time)).toEqual(['05:32', '05:33', '05:34', '05:35', '05:36']);
  expect(app.world.resourceManager.groups.starts).toHaveLength(5);
});
