// The emulator of Container Apps jobs, through the client of the official package and by requests that it would not send.

import { ContainerAppsAPIClient } from '@azure/arm-appcontainers';
import { afterEach, describe, expect, test } from 'vitest';
import { ACTION_OF_JOB_CALL } from '../../../../local/emulators/resource-manager/container-apps/calls.ts';
import type { JobFixture } from '../../../../local/emulators/resource-manager/container-apps/jobs.ts';
import type { ResourceManagerOptions } from '../../../../local/emulators/resource-manager/resource-manager.ts';
import { AUDIENCE, CLIENT_ID, RESOURCE_GROUP, SUBSCRIPTION, simulated, stopAll } from './setup.ts';

afterEach(stopAll);

const BASE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.App/jobs`;
const JOB: JobFixture = {
  name: 'job',
  image: 'docker.io/someone/model:1',
  env: { PLAIN: 'yes' },
  secrets: { 'api-key': 'sesame' },
  secretEnv: { API_KEY: 'api-key' },
};

async function open(fixture: Partial<JobFixture> = {}, options: Partial<ResourceManagerOptions> = {}) {
  const here = await simulated(() => ({ endsAfter: 60_000 }), options);
  const { manager, tokens, clock, runtime } = here;
  manager.jobs.create({ ...JOB, ...fixture });
  const credential = {
    getToken: async () => {
      const { token, expiresOn } = tokens.issue({ audience: AUDIENCE, clientId: CLIENT_ID });
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  };
  const client = new ContainerAppsAPIClient(credential, SUBSCRIPTION, {
    endpoint: manager.url,
    retryOptions: { maxRetries: 0 },
  });
  const raw = (method: string, path: string, body?: unknown, query = 'api-version=2026-07-01', token?: null) =>
    here.raw(method, path, {
      base: BASE,
      query,
      ...(body === undefined ? {} : { body }),
      ...(token === null && { token }),
    });
  const list = async () => {
    const found = [];
    for await (const each of client.jobsExecutions.list(RESOURCE_GROUP, 'job')) found.push(each);
    return found;
  };
  return { manager, client, raw, list, clock, runtime };
}

describe('a job', () => {
  test('is shown with its template, and with the names of its secrets only', async () => {
    const { client, raw } = await open();
    const job = await client.jobs.get(RESOURCE_GROUP, 'job');
    expect(job.configuration).toMatchObject({
      triggerType: 'Manual',
      replicaRetryLimit: 0,
      manualTriggerConfig: { parallelism: 1 },
    });
    expect(job.template?.containers).toMatchObject([
      {
        env: [
          { name: 'PLAIN', value: 'yes' },
          { name: 'API_KEY', secretRef: 'api-key' },
        ],
        resources: { cpu: 0.5, memory: '1Gi' },
      },
    ]);
    expect(JSON.stringify((await raw('GET', '/job')).body)).not.toContain('sesame');
    expect(await raw('GET', '/other')).toMatchObject({ status: 404, code: 'ResourceNotFound' });
  });
});

describe('an execution', () => {
  test('runs with the secrets that its template refers to, and stays in the history', async () => {
    const { client, list, clock, runtime } = await open();
    const started = await client.jobs.start(RESOURCE_GROUP, 'job', {
      template: {
        containers: [{ name: 'job', image: JOB.image, env: [{ name: 'KEY', secretRef: 'api-key' }] }],
      },
    });
    expect(started.name).toMatch(/^job-[a-z0-9]{7}$/);
    expect(await list()).toMatchObject([{ name: started.name, status: 'Processing' }]);
    await clock.advance(30_000);
    expect(runtime.starts.at(-1)?.env).toEqual({ KEY: 'sesame' });
    expect(await list()).toMatchObject([{ status: 'Running', startTime: expect.any(Date) }]);
    await clock.advance(120_000);
    const [ended] = await list();
    expect(ended).toMatchObject({
      status: 'Succeeded',
      endTime: expect.any(Date),
      detailedStatus: { replicas: [{ containers: [{ name: 'job', code: 0 }] }] },
    });
    expect(JSON.stringify(ended)).not.toContain('sesame');
  });

  test('without a template has that of the job', async () => {
    const { raw, clock, runtime } = await open();
    expect(await raw('POST', '/job/start')).toMatchObject({ status: 200 });
    await clock.advance(30_000);
    expect(runtime.starts.at(-1)?.env).toEqual({ PLAIN: 'yes', API_KEY: 'sesame' });
  });

  test('is answered with headers only where that is how the job answers', async () => {
    const { raw } = await open({ answers: 'headers' });
    const answer = await raw('POST', '/job/start');
    expect(answer).toMatchObject({ status: 202, body: undefined });
    expect(answer.headers.get('location')).toContain('/providers/Microsoft.App/jobs/job');
  });

  test('that fails is started again as often as replicaRetryLimit says', async () => {
    const { raw, manager, clock, runtime } = await open({ replicaRetryLimit: 2 });
    runtime.behaviour = () => ({ exitCode: 3 });
    await raw('POST', '/job/start');
    await clock.advance(600_000);
    expect(manager.jobs.executionsOf('job')).toMatchObject([{ status: 'Failed', exitCode: 3, starts: 3 }]);
  });

  test('is ended after replicaTimeout', async () => {
    const { raw, manager, clock, runtime } = await open({ replicaTimeout: 60 });
    runtime.behaviour = () => ({ endsAfter: Number.POSITIVE_INFINITY });
    await raw('POST', '/job/start');
    await clock.advance(120_000);
    expect(manager.jobs.executionsOf('job')).toMatchObject([{ status: 'Failed', exitCode: undefined }]);
    expect(manager.jobs.executionsOf('job')[0]?.words).toContain('DeadlineExceeded');
  });

  test('is stopped, and a second stop changes nothing', async () => {
    const { raw, manager, clock, runtime } = await open();
    runtime.behaviour = () => ({ endsAfter: Number.POSITIVE_INFINITY });
    await raw('POST', '/job/start');
    await clock.advance(30_000);
    const name = manager.jobs.executionsOf('job')[0]?.name;
    expect(await raw('POST', `/job/executions/${name}/stop`)).toMatchObject({ status: 200, body: undefined });
    await clock.advance(30_000);
    expect(await raw('POST', `/job/executions/${name}/stop`)).toMatchObject({ status: 200 });
    expect(manager.jobs.executionsOf('job')).toMatchObject([{ status: 'Stopped' }]);
    expect(await raw('POST', '/job/executions/other/stop')).toMatchObject({ status: 404 });
  });

  test('of a hundred that have ended the oldest is forgotten with the next start; a list comes in pages', async () => {
    const { raw, list, manager, clock } = await open({}, { pageSize: 30 });
    for (let count = 0; count < 103; count += 1) {
      await raw('POST', '/job/start');
      await clock.advance(120_000);
    }
    expect(manager.jobs.executionsOf('job')).toHaveLength(100);
    const names = (await list()).map(({ name }) => name);
    expect(names).toHaveLength(100);
    expect(new Set(names).size).toBe(100);
  });
});

describe('a start is refused', () => {
  const container = { name: 'job', image: JOB.image };
  const body = (more: object) => ({ containers: [{ ...container, ...more }] });
  test.each<[string, unknown, string]>([
    ['that is no JSON', '{', 'InvalidRequestContent'],
    ['with a member that is not known', { ...body({}), volumes: [] }, 'InvalidRequestContent'],
    ['with what is read-only', body({ resources: { cpu: 1, ephemeralStorage: '2Gi' } }), 'InvalidRequestContent'],
    [
      'with a variable of another name',
      body({ env: [{ name: '1A', value: '1' }] }),
      'InvalidParameterValueInContainerTemplate',
    ],
    ['with volume mounts', body({ volumeMounts: [] }), 'InvalidRequestContent'],
    ['without containers', { containers: [] }, 'InvalidParameterValueInContainerTemplate'],
    ['with an image that is none', body({ image: 'a b' }), 'InvalidParameterValueInContainerTemplate'],
    [
      'with an image in upper case',
      body({ image: 'docker.io/Someone/model:1' }),
      'InvalidParameterValueInContainerTemplate',
    ],
    ['with a name that is none', body({ name: 'A' }), 'InvalidParameterValueInContainerTemplate'],
    [
      'with two containers of a name',
      { containers: [container, container] },
      'InvalidParameterValueInContainerTemplate',
    ],
    [
      'with a variable twice',
      body({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
      'InvalidParameterValueInContainerTemplate',
    ],
    [
      'with a variable that has a value and a secret',
      body({ env: [{ name: 'A', value: '1', secretRef: 'api-key' }] }),
      'InvalidParameterValueInContainerTemplate',
    ],
    [
      'with a secret that there is not',
      body({ env: [{ name: 'A', secretRef: 'none' }] }),
      'ContainerAppSecretRefNotFound',
    ],
    [
      'with a size that is not offered',
      body({ resources: { cpu: 1, memory: '1Gi' } }),
      'ContainerAppInvalidResourceTotal',
    ],
  ])('%s', async (_what, sent, code) => {
    const { raw, manager } = await open();
    const answer = await raw('POST', '/job/start', sent);
    expect(answer).toMatchObject({ status: 400, code });
    expect(answer.message).toMatch(/\.$/);
    expect(manager.jobs.starts).toEqual([]);
  });
});

describe('a caller', () => {
  test.each<[string, string, keyof typeof ACTION_OF_JOB_CALL]>([
    ['GET', '/job', 'Jobs_Get'],
    ['POST', '/job/start', 'Jobs_Start'],
    ['GET', '/job/executions', 'JobsExecutions_List'],
    ['GET', '/job/executions/x', 'JobExecution'],
    ['POST', '/job/executions/x/stop', 'Jobs_StopExecution'],
  ])('needs an action of its own for %s %s', async (method, path, kind) => {
    const { raw, manager } = await open();
    manager.scope.roles = { [CLIENT_ID]: { actions: [] } };
    const refused = await raw(method, path);
    expect(refused).toMatchObject({ status: 403, code: 'AuthorizationFailed' });
    expect(refused.message).toContain(`'${ACTION_OF_JOB_CALL[kind]}'`);
    manager.scope.roles = { [CLIENT_ID]: { actions: [ACTION_OF_JOB_CALL[kind]] } };
    expect((await raw(method, path)).status).not.toBe(403);
  });

  test('needs a token, a version that there is, and a method that the path takes', async () => {
    const { raw } = await open();
    expect(await raw('GET', '/job', undefined, undefined, null)).toMatchObject({ status: 401 });
    expect(await raw('GET', '/job', undefined, '')).toMatchObject({ code: 'MissingApiVersionParameter' });
    expect(await raw('GET', '/job', undefined, 'api-version=2023-05-02')).toMatchObject({
      code: 'NoRegisteredProviderFound',
    });
    expect(await raw('DELETE', '/job/executions/x')).toMatchObject({ status: 405 });
    expect(await raw('GET', '/job/start')).toMatchObject({ status: 405 });
    expect(await raw('GET', '/job/nothing')).toMatchObject({ status: 404 });
  });

  test('changes nothing under a read-only lock, and is throttled like any other', async () => {
    const { raw, manager } = await open(
      {},
      {
        throttling: {
          reads: { size: 99, refillPerSecond: 1 },
          writes: { size: 1, refillPerSecond: 0.1 },
          deletes: { size: 1, refillPerSecond: 1 },
        },
      },
    );
    manager.scope.lock(RESOURCE_GROUP, 'ReadOnly');
    expect(await raw('POST', '/job/start')).toMatchObject({ status: 409, code: 'ScopeLocked' });
    manager.scope.unlock(RESOURCE_GROUP);
    expect(await raw('POST', '/job/start')).toMatchObject({ status: 200 });
    const throttled = await raw('POST', '/job/start');
    expect(throttled).toMatchObject({ status: 429, code: 'SubscriptionRequestsThrottled' });
    expect(throttled.headers.get('retry-after')).toBe('10');
    expect(manager.jobs.starts).toHaveLength(1);
  });
});

test('of logs it understands the query for the lines of one execution', async () => {
  const { raw, clock, manager, runtime } = await open();
  runtime.behaviour = () => ({ steps: [{ after: 0, line: 'hello' }] });
  await raw('POST', '/job/start');
  await clock.advance(60_000);
  const name = manager.jobs.executionsOf('job')[0]?.name;
  const workspace = '/../../Microsoft.OperationalInsights/workspaces/logs/api/query';
  const query = (text: string) => raw('POST', workspace, { query: text }, 'api-version=2020-08-01');
  expect(
    await query(
      `union isfuzzy=true (ContainerAppConsoleLogs_CL | where ContainerGroupName_s startswith '${name}' | project Line = Log_s), (ContainerAppConsoleLogs | where ContainerGroupName startswith '${name}' | project Line = Log) | project Line`,
    ),
  ).toMatchObject({ status: 200, body: { tables: [{ rows: [['hello']] }] } });
  expect(await query('ContainerAppConsoleLogs_CL | take 10')).toMatchObject({ status: 400, code: 'BadArgumentError' });
});
