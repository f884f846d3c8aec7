// Container Apps jobs, whole: from a webhook to a submission by a process that the job's execution starts, with the
// job's own secrets; and what becomes of one that fails, is cancelled, or is refused.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_IMAGE, DEMO_PUBLIC_ID, DEMO_SECRET_KEY } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { FrontDoor, WITHIN } from './front-door.ts';

const SECRETS = {
  secrets: { 'public-id': DEMO_PUBLIC_ID, 'secret-key': DEMO_SECRET_KEY },
  secretEnv: { NUMERAI_PUBLIC_ID: 'public-id', NUMERAI_SECRET_KEY: 'secret-key' },
} as const;
const job = (name: string, more: object = {}) => ({
  name,
  tournament: 'classic',
  maxAttempts: 1,
  container: { containerAppsJob: `job-${name}` },
  ...more,
});

let environment: Environment;
let door: FrontDoor;

beforeAll(async () => {
  environment = await startEnvironment({
    models: [
      job('apps', { numeraiModels: ['apps_one', 'apps_two'] }),
      job('by-headers', { numeraiModels: ['by_headers'] }),
      job('failing', { container: { containerAppsJob: 'job-failing', env: { DEMO_FAIL: 'exit-code:78' } } }),
      job('slow', { container: { containerAppsJob: 'job-slow', env: { DEMO_FAIL: 'slow:600' } } }),
      job('missing'),
      {
        ...job('no-secret'),
        container: { containerAppsJob: { image: DEMO_IMAGE, secrets: { PRICES: 'prices-key' } } },
      },
      {
        ...job('made'),
        numeraiModels: ['made_one'],
        container: {
          containerAppsJob: {
            image: DEMO_IMAGE,
            cpu: 0.5,
            memoryGB: 1,
            secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'Numerai-Secret-Key' },
          },
        },
      },
    ],
    jobs: [{ name: 'retrain', container: { containerAppsJob: 'job-retrain' } }],
    settings: { WEBHOOK_BUDGET_SECONDS: '30' },
    host: { auth: true },
  });
  const { jobs } = environment.resourceManager;
  for (const name of ['apps', 'failing', 'slow']) jobs.create({ name: `job-${name}`, image: DEMO_IMAGE, ...SECRETS });
  jobs.create({ name: 'job-by-headers', image: DEMO_IMAGE, ...SECRETS, answers: 'headers' });
  jobs.create({
    name: 'job-retrain',
    image: DEMO_IMAGE,
    ...SECRETS,
    env: { DEMO_FAIL: 'exit-code:0' },
    replicaRetryLimit: 2,
    parallelism: 3,
  });
  door = new FrontDoor(environment, { key: environment.host.keys.functionKeys.default });
});
afterAll(() => environment.close());

const startsOf = (name: string) =>
  environment.resourceManager.jobs.starts.filter((start) => start.job === `job-${name}`);

describe('a model with a Container Apps job', () => {
  test('submits for its slots, with the trigger id and the secrets that only the job has', async () => {
    const started = await door.webhook('apps', { triggerId: 'trigger-of-apps', isTest: false });
    const run = await door.ended(started);
    expect(run).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      exitCode: 0,
      reason: null,
      triggerId: 'trigger-of-apps',
      slots: [{ submission: 'accepted' }, { submission: 'accepted' }],
    });
    const [start] = startsOf('apps');
    expect(run.attempts).toMatchObject([
      {
        platform: 'container-apps',
        execution: start?.execution.name,
        location: 'westeurope',
        outcome: 'succeeded',
        costUsd: expect.any(Number),
      },
    ]);
    expect(start?.execution.env).toMatchObject({
      RUN_ID: run.id,
      NUMERAI_ROUND: String(door.round),
      ATTEMPT_ID: `${run.id}-1`,
      NUMERAI_SECRET_KEY: DEMO_SECRET_KEY,
    });
    expect(startsOf('apps')).toHaveLength(1);
    const submitted = environment.numerai.submissions.filter(({ triggerId }) => triggerId === 'trigger-of-apps');
    expect(submitted).toHaveLength(2);
  });

  test('that the infrastructure makes from its description submits, under the name of the model', async () => {
    const run = await door.ended(await door.webhook('made', { triggerId: 'trigger-of-made' }));
    expect(run).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      attempts: [{ platform: 'container-apps' }],
    });
    const [start] = environment.resourceManager.jobs.starts.filter(({ job: name }) => name === 'made');
    expect(start?.execution.env).toMatchObject({ NUMERAI_SECRET_KEY: DEMO_SECRET_KEY });
    const { text } = await door.call(run.links.logs);
    expect(text).not.toContain(DEMO_SECRET_KEY);
  });

  test('whose start is answered without a name is found by its attempt', async () => {
    const run = await door.ended(await door.webhook('by-headers'));
    expect(run).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(run.attempts).toMatchObject([{ execution: startsOf('by-headers')[0]?.execution.name }]);
  });

  test('has the exit code of its container, and says where the log is', async () => {
    const run = await door.until(await door.webhook('failing'), 'waiting', 'failed');
    expect(run).toMatchObject({ exitCode: 78, attempts: [{ outcome: 'failed', failure: 'configuration' }] });
    await expect
      .poll(async () => {
        await door.tick();
        return (await door.call(run.links.logs)).text;
      }, WITHIN)
      .toContain('/providers/Microsoft.App/jobs/job-failing/executionHistory');
  });

  test('is stopped by a cancellation', async () => {
    const started = await door.webhook('slow');
    await door.until(started, 'running');
    const answer = await door.call(`/api/runs/slow/${started.runId}/cancel`, { method: 'POST' });
    expect(answer.status, answer.text).toBeLessThan(300);
    expect(await door.ended(started)).toMatchObject({
      state: 'cancelled',
      attempts: [{ outcome: 'cancelled', failure: 'cancelled' }],
    });
    expect(startsOf('slow').map(({ execution }) => execution.status)).toEqual(['Stopped']);
  });

  test('that does not exist waits for somebody to fix it', async () => {
    const run = await door.until(await door.webhook('missing'), 'waiting');
    expect(run.reason).toContain('The Container Apps job job-missing does not exist.');
    expect(run.reason).toContain('CONTAINER_APPS_RESOURCE_GROUP');
  });

  test('whose secret is not in the vault waits for somebody to put it there', async () => {
    const run = await door.until(await door.webhook('no-secret'), 'waiting');
    expect(run.attempts).toMatchObject([{ failure: 'secret' }]);
    expect(run.reason).toMatch(/for secret prices-key\. .*Put it into Key Vault/);
  });

  test('no secret is in what the app sends, says or stores of it', async () => {
    const starts = environment.resourceManager.emulator.calls.filter(({ method }) => method === 'POST');
    expect(starts.length).toBeGreaterThan(3);
    for (const { body } of starts) expect(body.toString('utf8')).not.toContain(DEMO_SECRET_KEY);
    for (const { text } of door.answers) expect(text).not.toContain(DEMO_SECRET_KEY);
  });
});

describe('a job', () => {
  test('runs as an execution of the Container Apps job', async () => {
    const started = await door.start('retrain');
    const run = await door.ended(started);
    expect(run).toMatchObject({ state: 'succeeded', attempts: [{ platform: 'container-apps' }] });
  });
});

test('status and dashboard name the job, and how its costs are meant', async () => {
  const { models } = JSON.parse((await door.call('/api/status/apps')).text);
  expect(models).toMatchObject([{ model: 'apps', containerKind: 'containerAppsJob' }]);
  const page = (await door.call('/api/dashboard/apps', { headers: { accept: 'text/html' } })).text;
  expect(page).toContain('<code>job-apps</code>, which exists already');
  expect(page).toContain('as after the free grant of the month');
});

test('deep health says what is wrong with each job', async () => {
  const answer = await door.call('/api/health?deep=1');
  const found: { dependency: string; problem: string | null; remedy: string | null }[] = JSON.parse(
    answer.text,
  ).findings;
  const of = (name: string) => found.find(({ dependency }) => dependency === `container of ${name}`);
  expect(of('model apps')).toMatchObject({ problem: null });
  expect(of('job retrain')).toMatchObject({
    problem: expect.stringContaining('replicaRetryLimit 2'),
    remedy: expect.stringContaining('--replica-retry-limit 0'),
  });
  expect(of('model missing')).toMatchObject({ problem: expect.stringContaining('does not exist') });
  expect(of('model made')).toMatchObject({ problem: null });
});
