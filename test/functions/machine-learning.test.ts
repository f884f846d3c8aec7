// Azure Machine Learning, whole: from a webhook to a submission by a process that a command job, or a batch endpoint, starts;
// with secrets that the process reads itself, by the identity of its compute.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_IMAGE, DEMO_PUBLIC_ID, DEMO_SECRET_KEY } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { FrontDoor, WITHIN } from './front-door.ts';

const COMMAND = {
  workspace: 'ml-workspace',
  compute: 'cpu-cluster',
  environment: 'submission:1',
  command: 'node "$SUBMISSION"',
} as const;
const SECRETS = { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' };
const model = (name: string, machineLearning: object, more: object = {}) => ({
  name,
  tournament: 'classic',
  maxAttempts: 1,
  numeraiModels: [name.replaceAll('-', '_')],
  container: { machineLearning, ...('batchEndpoint' in machineLearning ? {} : { secrets: SECRETS }), ...more },
});
const failing = (how: string) => ({ env: { DEMO_FAIL: how } });

let environment: Environment;
let door: FrontDoor;

beforeAll(async () => {
  environment = await startEnvironment({
    models: [
      { ...model('command', COMMAND), numeraiModels: ['command_one', 'command_two'] },
      model('endpoint', { workspace: 'ml-workspace', batchEndpoint: 'score' }),
      model('endpoint-not-ready', { workspace: 'ml-workspace', batchEndpoint: 'not-ready' }),
      model('not-ready', COMMAND, failing('exit-code:75')),
      model('slow', COMMAND, failing('slow:600')),
      model('missing', { ...COMMAND, compute: 'gpu-cluster' }),
    ],
    jobs: [{ name: 'retrain', container: { machineLearning: COMMAND, secrets: SECRETS, ...failing('exit-code:0') } }],
    settings: { WEBHOOK_BUDGET_SECONDS: '30' },
    host: { auth: true },
  });
  const inputs = {
    attempt_id: 'ATTEMPT_ID',
    trigger_id: 'TRIGGER_ID',
    round: 'NUMERAI_ROUND',
    models: 'NUMERAI_MODELS',
    is_test: 'NUMERAI_IS_TEST',
  };
  const env = { NUMERAI_PUBLIC_ID: DEMO_PUBLIC_ID, NUMERAI_SECRET_KEY: DEMO_SECRET_KEY };
  environment.resourceManager.workspaces.create({
    name: 'ml-workspace',
    clusters: [{ name: 'cpu-cluster' }],
    environments: [{ name: 'submission', version: '1', image: DEMO_IMAGE }],
    endpoints: [
      { name: 'score', image: DEMO_IMAGE, inputs, env },
      { name: 'not-ready', image: DEMO_IMAGE, inputs, env: { ...env, ...failing('exit-code:75').env } },
    ],
  });
  door = new FrontDoor(environment, { key: environment.host.keys.functionKeys.default });
});
afterAll(() => environment.close());

const jobs = () => environment.resourceManager.workspaces.starts.map(({ job }) => job);

describe('a model with a command', () => {
  test('submits for its slots, with the trigger id and with secrets that it reads itself', async () => {
    const started = await door.webhook('command', { triggerId: 'trigger-of-command', isTest: false });
    const run = await door.ended(started);
    expect(run).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      exitCode: 0,
      reason: null,
      triggerId: 'trigger-of-command',
      slots: [{ submission: 'accepted' }, { submission: 'accepted' }],
    });
    expect(run.attempts).toMatchObject([
      {
        platform: 'machine-learning',
        execution: `${run.id}-1`,
        location: 'westeurope',
        outcome: 'succeeded',
        costUsd: expect.any(Number),
      },
    ]);
    const job = jobs().find(({ name }) => name === `${run.id}-1`);
    expect(job?.spec.env).toMatchObject({ RUN_ID: run.id, NUMERAI_ROUND: String(door.round) });
    expect(job?.spec.env).not.toHaveProperty('NUMERAI_SECRET_KEY');
    const submitted = environment.numerai.submissions.filter(({ triggerId }) => triggerId === 'trigger-of-command');
    expect(submitted).toHaveLength(2);
    await expect.poll(async () => (await door.call(run.links.logs)).text, WITHIN).toContain('Done.');
  });

  test('that ends with 75 by the words of its error waits for its data', async () => {
    const run = await door.until(await door.webhook('not-ready'), 'waiting');
    expect(run).toMatchObject({ attempts: [{ outcome: 'failed', failure: 'not-ready', exitCode: 75 }] });
  });

  test('is cancelled by an operator', async () => {
    const started = await door.webhook('slow');
    await door.until(started, 'running');
    const answer = await door.call(`/api/runs/slow/${started.runId}/cancel`, { method: 'POST' });
    expect(answer.status, answer.text).toBeLessThan(300);
    expect(await door.ended(started)).toMatchObject({
      state: 'cancelled',
      attempts: [{ outcome: 'cancelled', failure: 'cancelled' }],
    });
    expect(jobs().find(({ name }) => name === `${started.runId}-1`)?.status).toBe('Canceled');
  });

  test('whose cluster does not exist waits for somebody to fix it', async () => {
    const run = await door.until(await door.webhook('missing'), 'waiting');
    expect(run.reason).toContain('container.machineLearning.compute');
  });
});

test('a model with a batch endpoint submits, with the trigger id as an input', async () => {
  const run = await door.ended(await door.webhook('endpoint', { triggerId: 'trigger-of-endpoint', isTest: false }));
  expect(run).toMatchObject({ state: 'succeeded', submission: 'accepted', triggerId: 'trigger-of-endpoint' });
  expect(run.attempts).toMatchObject([{ platform: 'machine-learning', execution: /^batchjob-/, costUsd: null }]);
  // The log is that of its step; what that costs nobody says.
  await expect.poll(async () => (await door.call(run.links.logs)).text, WITHIN).toContain('Done.');
  const { text } = await door.call(`/api/dashboard/endpoint/${run.id}`, { headers: { accept: 'text/html' } });
  expect(text).toMatch(/Cost<\/dt>\s*<dd>not known/);
});

test('a batch endpoint whose step ends with 75 waits for its data', async () => {
  const run = await door.until(await door.webhook('endpoint-not-ready'), 'waiting');
  expect(run).toMatchObject({ attempts: [{ outcome: 'failed', failure: 'not-ready', exitCode: 75 }] });
});

test('a job runs as a command', async () => {
  const run = await door.ended(await door.start('retrain'));
  expect(run).toMatchObject({ state: 'succeeded', attempts: [{ platform: 'machine-learning' }] });
});

test('no secret is in what the app sends, says or stores of it', async () => {
  const sent = environment.resourceManager.emulator.calls.filter(({ body }) => body.length > 0);
  expect(sent.length).toBeGreaterThan(4);
  for (const { body } of sent) expect(body.toString('utf8')).not.toContain(DEMO_SECRET_KEY);
  for (const { text } of door.answers) {
    expect(text).not.toContain(DEMO_SECRET_KEY);
    expect(text).not.toMatch(/[?&]sig=/);
  }
});

test('status and dashboard name the workspace and what runs there', async () => {
  const { models } = JSON.parse((await door.call('/api/status/command')).text);
  expect(models).toMatchObject([{ model: 'command', containerKind: 'machineLearning' }]);
  const page = (await door.call('/api/dashboard/command', { headers: { accept: 'text/html' } })).text;
  for (const words of [
    'ml-workspace',
    'cpu-cluster',
    'submission:1',
    '<code>NUMERAI_SECRET_KEY</code> ← numerai-secret-key',
  ])
    expect(page).toContain(words);
  const other = (await door.call('/api/dashboard/endpoint', { headers: { accept: 'text/html' } })).text;
  expect(other).toContain('<code>score</code>');
});

test('deep health says what is missing', async () => {
  const { findings } = JSON.parse((await door.call('/api/health?deep=1')).text);
  const of = (name: string) =>
    findings.find(({ dependency }: { dependency: string }) => dependency === `container of model ${name}`);
  expect(of('command')).toMatchObject({ problem: null });
  expect(of('endpoint')).toMatchObject({ problem: null });
  expect(of('missing')).toMatchObject({ problem: expect.stringContaining('no compute gpu-cluster') });
});
