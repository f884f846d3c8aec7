// The emulator of Machine Learning workspaces, through the client of the official package and by requests that it would not
// send.

import { AzureMachineLearningWorkspaces, type CommandJob } from '@azure/arm-machinelearning';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  ACTION_OF_WORKSPACE_CALL,
  ACTIONS_OF_DATA_CALL,
} from '../../../../local/emulators/resource-manager/machine-learning/calls.ts';
import type { ResourceManagerOptions } from '../../../../local/emulators/resource-manager/resource-manager.ts';
import { AUDIENCE, CLIENT_ID, RESOURCE_GROUP, SUBSCRIPTION, simulated, stopAll } from './setup.ts';

afterEach(stopAll);

const BASE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.MachineLearningServices/workspaces/ml`;
const JOB: CommandJob = {
  jobType: 'Command',
  command: 'python predict.py',
  computeId: `${BASE}/computes/cpu`,
  environmentId: `${BASE}/environments/submission/versions/1`,
  environmentVariables: { PLAIN: 'yes' },
  identity: { identityType: 'Managed' },
};

async function open(options: Partial<ResourceManagerOptions> = {}, exitCode = 0) {
  const here = await simulated(() => ({ steps: [{ after: 0, line: 'hello' }], endsAfter: 60_000, exitCode }), {
    ofCompute: { MSI_ENDPOINT: 'https://of-the-compute' },
    ...options,
  });
  const { manager, tokens, clock, runtime } = here;
  const workspace = manager.workspaces.create({
    name: 'ml',
    clusters: [{ name: 'cpu' }, { name: 'bare', hasIdentity: false }],
    environments: [{ name: 'submission', version: '1', image: 'docker.io/someone/model:1' }],
    endpoints: [{ name: 'score', image: 'docker.io/someone/model:1', inputs: { attempt_id: 'ATTEMPT_ID' } }],
  });
  const tokenFor = (audience: string) => tokens.issue({ audience, clientId: CLIENT_ID });
  const credential = {
    getToken: async () => {
      const { token, expiresOn } = tokenFor(AUDIENCE);
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  };
  const client = new AzureMachineLearningWorkspaces(credential, SUBSCRIPTION, {
    endpoint: manager.url,
    retryOptions: { maxRetries: 0 },
  });
  const raw = (method: string, path: string, body?: unknown, query = 'api-version=2025-09-01', base = BASE) =>
    here.raw(method, path, { base, query, ...(body === undefined ? {} : { body }) });
  const invoke = async (body: unknown, audience = 'https://ml.azure.com', headers: Record<string, string> = {}) =>
    fetch(`${manager.url}/endpoints${BASE}/score/jobs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokenFor(audience).token}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const details = async (job: string) => {
    const { body } = await raw('GET', `/runs/${job}/details`, undefined, '', `/history/v1.0${BASE}`);
    return body as { startTimeUtc?: string; endTimeUtc?: string; error: unknown; logFiles: Record<string, string> };
  };
  return { manager, workspace, client, raw, invoke, details, clock, runtime };
}

describe('a command job', () => {
  test('goes from no node through its states, and the run history has its times and its log', async () => {
    const { client, details, clock, runtime } = await open();
    const created = await client.jobs.createOrUpdate(RESOURCE_GROUP, 'ml', 'a-1', { properties: JOB });
    expect(created).toMatchObject({ name: 'a-1', properties: { jobType: 'Command', status: 'NotStarted' } });
    const seen = new Set<string>();
    for (let step = 0; step < 1_000 && !seen.has('Completed'); step += 1) {
      const { properties } = await client.jobs.get(RESOURCE_GROUP, 'ml', 'a-1');
      const { status = '' } = properties;
      const isNew = !seen.has(status);
      seen.add(status);
      await clock.advance(status === 'Running' && isNew ? 59_900 : 40);
    }
    expect([...seen]).toEqual(['NotStarted', 'Preparing', 'Queued', 'Running', 'Finalizing', 'Completed']);
    expect(runtime.starts.at(-1)?.env).toEqual({ PLAIN: 'yes', MSI_ENDPOINT: 'https://of-the-compute' });
    const { startTimeUtc = '', endTimeUtc = '', error, logFiles } = await details('a-1');
    expect(Date.parse(endTimeUtc) - Date.parse(startTimeUtc)).toBe(60_000);
    expect(error).toBeNull();
    const log = await fetch(logFiles['user_logs/std_log.txt'] ?? '');
    expect([log.headers.get('x-ms-blob-type'), await log.text()]).toEqual(['AppendBlob', 'hello\n']);
    expect((await fetch((logFiles['user_logs/std_log.txt'] ?? '').replace(/sig=.*/, 'sig=other'))).status).toBe(403);
  });

  test('says the exit code in words only', async () => {
    const { client, details, clock } = await open({}, 75);
    await client.jobs.createOrUpdate(RESOURCE_GROUP, 'ml', 'a-1', { properties: JOB });
    await clock.advance(120_000);
    expect(await client.jobs.get(RESOURCE_GROUP, 'ml', 'a-1')).toMatchObject({ properties: { status: 'Failed' } });
    expect((await details('a-1')).error).toMatchObject({
      error: { message: expect.stringContaining('exited with status code 75') },
    });
  });

  test('of a name that is there is not run again, and only its tags change', async () => {
    const { client, raw, workspace } = await open();
    await client.jobs.createOrUpdate(RESOURCE_GROUP, 'ml', 'a-1', { properties: JOB });
    const again = await client.jobs.createOrUpdate(RESOURCE_GROUP, 'ml', 'a-1', {
      properties: { ...JOB, tags: { a: 'b' } },
    });
    expect(again.properties.tags).toEqual({ a: 'b' });
    expect(workspace.jobs).toHaveLength(1);
    expect(await raw('PUT', '/jobs/a-1', { properties: { ...JOB, command: 'other' } })).toMatchObject({ status: 400 });
  });

  test('is cancelled, which takes a while, and not twice', async () => {
    const { client, raw, clock } = await open();
    await client.jobs.createOrUpdate(RESOURCE_GROUP, 'ml', 'a-1', { properties: JOB });
    await clock.advance(5_000);
    expect(await raw('POST', '/jobs/a-1/cancel')).toMatchObject({ status: 202 });
    expect(await client.jobs.get(RESOURCE_GROUP, 'ml', 'a-1')).toMatchObject({
      properties: { status: 'CancelRequested' },
    });
    await clock.advance(60_000);
    expect(await client.jobs.get(RESOURCE_GROUP, 'ml', 'a-1')).toMatchObject({ properties: { status: 'Canceled' } });
    expect(await raw('POST', '/jobs/a-1/cancel')).toMatchObject({ status: 400, code: 'UserError' });
  });

  test('that collects its outputs cannot be cancelled', async () => {
    const { client, raw, clock } = await open();
    await client.jobs.createOrUpdate(RESOURCE_GROUP, 'ml', 'a-1', { properties: JOB });
    for (let step = 0; step < 4_000; step += 1) {
      await clock.advance(40);
      if ((await client.jobs.get(RESOURCE_GROUP, 'ml', 'a-1')).properties.status === 'Finalizing') break;
    }
    expect(await raw('POST', '/jobs/a-1/cancel')).toMatchObject({ status: 400, code: 'UserError' });
  });

  test.each<[string, object, string]>([
    ['another type', { jobType: 'Pipeline' }, 'ValidationError'],
    ['no command', { command: '' }, 'ValidationError'],
    ['a command without a word', { command: '&&' }, 'ValidationError'],
    ['a field that nobody knows', { commands: 'a' }, 'ValidationError'],
    ['a variable that is no text', { environmentVariables: { A: 1 } }, 'ValidationError'],
    ['no such compute', { computeId: `${BASE}/computes/gpu` }, 'UserError'],
    ['no such environment', { environmentId: `${BASE}/environments/submission/versions/2` }, 'UserError'],
    ['an identity that the compute lacks', { computeId: `${BASE}/computes/bare` }, 'UserError'],
    ['a name of an experiment with a blank', { experimentName: 'a b' }, 'ValidationError'],
  ])('with %s is refused', async (_what, changes, code) => {
    const { raw, workspace } = await open();
    expect(await raw('PUT', '/jobs/a-1', { properties: { ...JOB, ...changes } })).toMatchObject({ status: 400, code });
    expect(workspace.jobs).toEqual([]);
  });

  test('has a name of letters, digits, hyphens and underscores', async () => {
    const { raw } = await open();
    expect(await raw('PUT', '/jobs/a.1', { properties: JOB })).toMatchObject({ status: 400 });
  });
});

test('jobs are listed newest first, by pages', async () => {
  const { client } = await open({ pageSize: 2 });
  for (const name of ['a-1', 'a-2', 'a-3'])
    await client.jobs.createOrUpdate(RESOURCE_GROUP, 'ml', name, { properties: JOB });
  const names = [];
  for await (const { name } of client.jobs.list(RESOURCE_GROUP, 'ml')) names.push(name);
  expect(names).toEqual(['a-3', 'a-2', 'a-1']);
});

test('what is in the workspace is shown; what is not there is told in the words of the service that misses it', async () => {
  const { client, raw } = await open();
  expect(await client.computeOperations.get(RESOURCE_GROUP, 'ml', 'cpu')).toMatchObject({
    identity: { type: 'SystemAssigned' },
    properties: { computeType: 'AmlCompute', provisioningState: 'Succeeded' },
  });
  expect(await client.environmentVersions.get(RESOURCE_GROUP, 'ml', 'submission', '1')).toMatchObject({ name: '1' });
  expect(await client.batchEndpoints.get(RESOURCE_GROUP, 'ml', 'score')).toMatchObject({
    properties: { scoringUri: expect.stringMatching(/\/score\/jobs$/), defaults: { deploymentName: 'default' } },
  });
  expect(await raw('GET', '/jobs/none')).toMatchObject({ status: 404, code: 'UserError' });
  expect(await raw('GET', '/computes/none')).toMatchObject({ status: 404, code: 'ResourceNotFound' });
  const other = await raw('GET', '/jobs/a-1', undefined, undefined, BASE.replace(/ml$/, 'other'));
  expect(other).toMatchObject({ status: 404, code: 'ParentResourceNotFound' });
  expect(await raw('DELETE', '/jobs/a-1')).toMatchObject({ status: 405 });
  expect(await raw('GET', '/models/a')).toMatchObject({ status: 404, code: 'InvalidResourceType' });
  expect(await raw('GET', '/jobs/a-1', undefined, 'api-version=2021-01-01')).toMatchObject({ status: 400 });
});

describe('a batch endpoint', () => {
  const inputs = (more: object = {}) => ({
    properties: { InputData: { attempt_id: { JobInputType: 'Literal', Value: 'a-1' }, ...more } },
  });

  test('makes a job with a name of its own, whose inputs show', async () => {
    const { client, invoke, clock, runtime } = await open();
    const answer = z.object({ name: z.string(), id: z.string() }).parse(await (await invoke(inputs())).json());
    expect(answer).toMatchObject({ name: expect.stringMatching(/^batchjob-/), id: expect.stringContaining('/jobs/') });
    await clock.advance(30_000);
    expect(runtime.starts.at(-1)?.env).toEqual({ ATTEMPT_ID: 'a-1' });
    expect(await client.jobs.get(RESOURCE_GROUP, 'ml', answer.name)).toMatchObject({
      properties: { jobType: 'Pipeline', inputs: { attempt_id: { jobInputType: 'literal', value: 'a-1' } } },
    });
  });

  test('refuses what its deployment does not declare, and what it lacks', async () => {
    const { invoke, workspace } = await open();
    const statuses = [
      await invoke(inputs({ more: { JobInputType: 'Literal', Value: 'x' } })),
      await invoke({ properties: { InputData: {} } }),
      await invoke({ properties: { InputData: { attempt_id: { JobInputType: 'Literal' } } } }),
      await invoke({ properties: { InputData: { attempt_id: { JobInputType: 'Literal', Value: '' } } } }),
      await invoke(inputs(), undefined, { 'azureml-model-deployment': 'other' }),
      await invoke({}),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400]);
    expect(workspace.jobs).toEqual([]);
  });

  test('has a deployment; its job has a step, with the log and the reason of its end', async () => {
    const { client, raw, invoke, details, clock } = await open({}, 75);
    expect(await client.batchDeployments.get(RESOURCE_GROUP, 'ml', 'score', 'default')).toMatchObject({
      properties: { provisioningState: 'Succeeded' },
    });
    expect(await raw('GET', '/batchEndpoints/score/deployments/other')).toMatchObject({ status: 404 });
    const { name } = z.object({ name: z.string() }).parse(await (await invoke(inputs())).json());
    await clock.advance(120_000);
    const { body } = await raw('GET', `/runs/${name}/children`, undefined, '', `/history/v1.0${BASE}`);
    const [step] = z.object({ value: z.array(z.object({ runId: z.string(), status: z.string() })) }).parse(body).value;
    expect(step).toEqual({ runId: `${name}-step1`, status: 'Failed' });
    expect(await details(name)).toMatchObject({
      error: { error: { message: expect.stringContaining('some failed steps') } },
      logFiles: { 'logs/azureml/executionlogs.txt': expect.any(String) },
    });
    const ofStep = await details(`${name}-step1`);
    expect(ofStep).toMatchObject({ error: { error: { message: expect.stringContaining('status code 75') } } });
    expect(await (await fetch(ofStep.logFiles['user_logs/std_log.txt'] ?? '')).text()).toBe('hello\n');
  });

  test('takes tokens for its own audience only', async () => {
    const { invoke } = await open();
    expect((await invoke(inputs(), AUDIENCE)).status).toBe(401);
    expect((await invoke(inputs(), 'https://ml.azure.com/')).status).toBe(200);
  });
});

test('each call needs its permission', async () => {
  const all = [...new Set([...Object.values(ACTION_OF_WORKSPACE_CALL), ...Object.values(ACTIONS_OF_DATA_CALL).flat()])];
  for (const missing of all) {
    const actions = all.filter((action) => action !== missing);
    const { raw, invoke, manager } = await open({ roles: { [CLIENT_ID]: { actions } } });
    const answers = [
      await raw('GET', '/jobs'),
      await raw('PUT', '/jobs/a-1', { properties: JOB }),
      await raw('POST', '/jobs/a-1/cancel'),
      await raw('GET', '/computes/cpu'),
      await raw('GET', '/environments/submission/versions/1'),
      await raw('GET', '/batchEndpoints/score'),
      await raw('GET', '/batchEndpoints/score/deployments/default'),
      await raw('GET', '/runs/a-1/details', undefined, '', `/history/v1.0${BASE}`),
      await invoke({ properties: { InputData: {} } }),
    ];
    expect(
      answers.filter(({ status }) => status === 403),
      missing,
    ).toHaveLength(1);
    await manager.close();
  }
});
