// Jobs through the front door: who asks for one gets a run of its own, and whatever shows models shows jobs.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openFrontDoor, problemOf } from './front-door.ts';

const image = (name: string) => ({ image: `example.org/${name}:1` });

const app = await openFrontDoor({
  models: [{ name: 'nightly', tournament: 'classic', container: image('nightly') }],
  jobs: [
    { name: 'retrain', schedule: '0 0 6 * * SUN', container: image('retrain') },
    { name: 'slow', container: image('slow') },
    { name: 'beside', container: image('beside'), overlap: 'allow' },
    { name: 'own', container: { group: 'own' } },
    { name: 'failing', container: image('failing'), maxAttempts: 1 },
  ],
  behaviour: ({ image: started }) => {
    if (started.includes('slow') || started.includes('beside')) return { endsAfter: Number.POSITIVE_INFINITY };
    return { steps: [{ after: 0, line: 'trained' }], exitCode: started.includes('failing') ? 1 : 0 };
  },
});
app.environment.resourceManager.createGroup({ name: 'own', image: 'example.org/own:1' });

const statusSchema = z.object({
  models: z.array(z.object({ model: z.string() })),
  jobs: z.array(
    z.object({
      job: z.string(),
      schedule: z.string().nullable(),
      nextAt: z.iso.datetime().nullable(),
      lastGoodAt: z.iso.datetime().nullable(),
      lastRun: z.object({ job: z.string(), state: z.string() }).nullable(),
    }),
  ),
});
const status = async (name = '') => statusSchema.parse(JSON.parse((await app.call(`/api/status/${name}`)).text));

describe('who asks for a job', () => {
  test('by its webhook starts a run with the trigger id, once for each id', async () => {
    const first = await app.webhook('retrain', { triggerId: 'new-data-7' });
    expect(first).toMatchObject({ job: 'retrain', round: null, duplicate: false });
    const run = await app.ended(first);
    expect(run).toMatchObject({
      model: null,
      job: 'retrain',
      tournament: null,
      round: null,
      scheduledFor: null,
      trigger: 'webhook',
      triggerId: 'new-data-7',
      state: 'succeeded',
      submission: 'unknown',
      slots: [],
      attempts: [{ number: 1, exitCode: 0, outcome: 'succeeded' }],
    });
    const { env } = app.starts.at(-1) ?? {};
    expect(env).toEqual({ RUN_ID: run.id, TRIGGER_ID: 'new-data-7' });
    const again = await app.webhook('retrain', { triggerId: 'new-data-7' });
    expect(again).toMatchObject({ runId: first.runId, duplicate: true });
    expect(await app.webhook('retrain', { triggerId: 'new-data-8' })).toMatchObject({ duplicate: false });
  });

  test("with Numerai's own body starts it too: a round is nothing to a job", async () => {
    const started = await app.webhook('own', { dataVersion: 5, isTest: true, roundNumber: '1', triggerId: 'n' });
    expect(await app.ended(started)).toMatchObject({ state: 'succeeded', isTest: false, round: null });
  });

  test('while it runs is told which run that is, and nothing starts', async () => {
    const first = await app.webhook('slow');
    const refused = problemOf(await app.call('/api/webhook/slow', { method: 'POST' }), 409);
    expect(refused).toMatch(
      `Nothing was started: run ${first.runId} of job slow is under way (starting). Wait for its end, cancel it,`,
    );
    expect(problemOf(await app.call('/api/runs/slow', { method: 'POST', body: {} }), 409)).toContain(first.runId);
    await app.call(`/api/runs/slow/${first.runId}/cancel`, { method: 'POST' });
    expect(await app.ended(first)).toMatchObject({ state: 'cancelled' });
    expect(await app.webhook('slow')).toMatchObject({ duplicate: false });
  });

  test('starts one beside another where that is allowed', async () => {
    const [one, other] = [await app.start('beside'), await app.start('beside')];
    expect(one.runId).not.toBe(other.runId);
    for (const { runId } of [one, other]) await app.until({ model: 'beside', runId }, 'running');
  });

  test('many times at once starts it once', async () => {
    const calls = Array.from({ length: 12 }, () => app.call('/api/webhook/failing', { method: 'POST' }));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(11);
  });

  test('as a test is told that a job has none', async () => {
    const answer = await app.call('/api/runs/retrain', { method: 'POST', body: { test: true } });
    expect(problemOf(answer, 400)).toBe('retrain is a job, and a job has no tests: start it without "test".');
  });

  test('by a name that nothing has is told those that there are', async () => {
    const detail = problemOf(await app.call('/api/webhook/none', { method: 'POST' }), 404);
    expect(detail).toBe(
      'There is no model or job "none". models.json has: nightly, retrain, slow, beside, own, failing.',
    );
  });

  test('has no run of an id that nothing has', async () => {
    expect(problemOf(await app.call('/api/runs/retrain/none'), 404)).toBe('retrain has no run "none".');
  });
});

test('without a name the webhook is that of the only model, whatever jobs there are', async () => {
  const answer = await app.call('/api/webhook', { method: 'POST' });
  expect(JSON.parse(answer.text)).toMatchObject({ model: 'nightly', job: null });
});

test('the status shows models and jobs, the next time and the last run', async () => {
  const { models, jobs } = await status();
  expect(models.map(({ model }) => model)).toEqual(['nightly']);
  expect(jobs.map(({ job }) => job)).toEqual(['retrain', 'slow', 'beside', 'own', 'failing']);
  const [retrain, slow] = jobs;
  expect(new Date(retrain?.nextAt ?? '').toISOString()).toMatch(/T06:00:00\.000Z$/);
  expect(new Date(retrain?.nextAt ?? '').getUTCDay()).toBe(0);
  expect(retrain).toMatchObject({ schedule: '0 0 6 * * SUN', lastRun: { job: 'retrain' } });
  expect(retrain?.lastGoodAt).not.toBeNull();
  expect(slow).toMatchObject({ schedule: null, nextAt: null });
  const alone = await status('retrain');
  expect([alone.models, alone.jobs.map(({ job }) => job)]).toEqual([[], ['retrain']]);
});

test('the metrics say how each job stands', async () => {
  const { text } = await app.call('/api/metrics');
  expect(text).toMatch(/numerai_job_last_run_good\{job="retrain"\} 1/);
  expect(text).toMatch(/numerai_job_in_flight\{job="own"\} 0/);
  expect(text).toMatch(/numerai_job_next_seconds\{job="retrain"\} \d+/);
  expect(text).not.toMatch(/numerai_job_next_seconds\{job="slow"\}/);
  expect(text).toMatch(/numerai_paused\{name="retrain"\} 0/);
});

test('the dashboard has a page for a job, and a row for it on the overview', async () => {
  const overview = await app.call('/api/dashboard');
  expect(overview.text).toMatch(/id="job-retrain"/);
  const page = await app.call('/api/dashboard/retrain');
  expect(page.status).toBe(200);
  expect(page.text).toContain('0 0 6 * * SUN');
  expect(page.text).toContain('On request, ');
  const [listed] = z
    .object({ runs: z.array(z.object({ id: z.string() })) })
    .parse(JSON.parse((await app.call('/api/runs?model=retrain')).text)).runs;
  expect((await app.call(`/api/dashboard/retrain/${listed?.id}`)).status).toBe(200);
  const log = await app.call(`/api/runs/retrain/${listed?.id}/logs`);
  expect(log.text).toBe('trained\n');
});

test('deep health checks the containers of jobs', async () => {
  const { text } = await app.call('/api/health/deep');
  expect(text).toContain('container of job retrain');
});
