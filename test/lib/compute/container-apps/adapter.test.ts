// Container Apps jobs beyond the contract: what is sent, which executions are found, what a job must be like, and where
// its log is.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { JobFixture } from '../../../../local/emulators/resource-manager/container-apps/jobs.ts';
import { find, prepared, reached, refusalOf, send, started, withAttempt } from '../contract/subject.ts';
import { KINDS, type Opened, openContainerApps } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openContainerApps();
});
afterAll(() => opened.close());

const [KIND] = KINDS;
const sentSchema = z.strictObject({
  containers: z.array(z.looseObject({ env: z.array(z.record(z.string(), z.string())) })),
});

function lastStart(job: string) {
  const call = opened.world.resourceManager.emulator.calls.findLast(({ url }) =>
    url.pathname.endsWith(`/${job}/start`),
  );
  return sentSchema.parse(JSON.parse(call?.body.toString('utf8') ?? ''));
}

describe('a start', () => {
  test('sends the whole template of the job, with the variables of the attempt, and secrets by reference', async () => {
    const stage = await opened.stage(KIND, {
      command: ['python', 'predict.py'],
      cpu: 1,
      memory: '2Gi',
      env: { PLAIN: 'of the job', FROM_MODELS: 'of the job', NUMERAI_MODELS: 'of the job' },
    });
    const run = await started(stage);
    const [container] = lastStart(stage.job).containers;
    expect(container).toMatchObject({
      name: stage.job,
      command: ['python', 'predict.py'],
      resources: { cpu: 1, memory: '2Gi' },
    });
    const env = new Map(container?.env.map(({ name, ...rest }) => [name, rest]));
    expect(env.size).toBe(container?.env.length);
    // What the app has nothing to say of is not left to the job.
    expect(env.has('NUMERAI_MODELS')).toBe(false);
    expect(JSON.stringify(container)).not.toContain('null');
    expect(Object.fromEntries(env)).toMatchObject({
      PLAIN: { value: 'of the job' },
      FROM_MODELS: { value: 'yes' },
      API_KEY: { secretRef: 'api-key' },
      ATTEMPT_ID: { value: `${run.id}-1` },
      RUN_ID: { value: run.id },
      TRIGGER_ID: { value: 'a-trigger' },
      NUMERAI_ROUND: { value: '1234' },
    });
  });

  test('takes the job as it is then: what was prepared says only which', async () => {
    const stage = await opened.stage(KIND);
    const run = await prepared(stage);
    expect(run.attempt.prepared).toEqual({ job: stage.job });
    opened.world.resourceManager.jobs.create({ name: stage.job, image: 'docker.io/someone/other:2' });
    await send(stage, run);
    expect(lastStart(stage.job).containers).toMatchObject([{ image: 'docker.io/someone/other:2' }]);
  });

  test('of a job that is not there is a fault of the configuration', async () => {
    const stage = await opened.stage(KIND);
    const run = await prepared(stage);
    await opened.world.resourceManager.jobs.remove(stage.job);
    const refusal = await refusalOf(stage, run);
    expect(refusal).toMatchObject({ failure: 'configuration', mayArrive: false });
    expect(refusal.message).toContain(`The Container Apps job ${stage.job} does not exist.`);
  });

  test('of a model that has another kind of container by now is left to the next try', async () => {
    const stage = await opened.stage(KIND);
    const run = await prepared(stage);
    const changed = opened.model({ image: 'docker.io/someone/model:1' });
    await expect(stage.live(stage.platform.start(run, changed, { checkLease: () => {} }))).rejects.toMatchObject({
      failure: 'not-started',
    });
    expect(stage.starts()).toBe(0);
    // It is still looked for where it was to be started.
    expect(await stage.live(stage.platform.prepare(run, changed, run.attempt))).toEqual({ job: stage.job });
  });
});

test('an execution is found among more than a page of others', async () => {
  const stage = await opened.stage(KIND);
  stage.behave({ runsFor: 1_000 });
  const { run } = await reached(stage, await started(stage), 'ended');
  for (let other = 0; other < 4; other += 1) await started(stage);
  await stage.pass(60_000);
  expect(await find(stage, run)).toMatchObject({ phase: 'ended', exitCode: 0 });
});

test('one that arrives late beside the one on record is stopped with it', async () => {
  const stage = await opened.stage(KIND);
  stage.behave({ runsFor: 3_600_000 });
  const run = await prepared(stage);
  const first = await send(stage, run);
  await send(stage, run);
  await reached(stage, first, 'running');
  expect(await stage.live(stage.platform.discard(first))).toBe('going');
  await stage.pass(60_000);
  expect(stage.mayRun()).toBe(false);
  expect(await stage.live(stage.platform.discard(first))).toBe('gone');
});

test('one that may not be stopped is not taken for ended', async () => {
  const stage = await opened.stage(KIND);
  stage.behave({ runsFor: 3_600_000 });
  const { run } = await reached(stage, await started(stage), 'running');
  const { faults } = opened.world.resourceManager.emulator;
  faults.add({ kind: 'status', status: 403, code: 'AuthorizationFailed', message: 'No.', match: { path: '/stop' } });
  await expect(stage.live(stage.platform.discard(run))).rejects.toMatchObject({
    code: 'not-removed',
    mayStillRun: true,
  });
  faults.clear();
  await stage.live(stage.platform.discard(run));
});

test('one that may not be stopped, and whose name is not on record, is spoken of all the same', async () => {
  const stage = await opened.stage(KIND);
  stage.behave({ runsFor: 3_600_000 });
  const { run } = await reached(stage, await started(stage), 'running');
  const { faults } = opened.world.resourceManager.emulator;
  faults.add({ kind: 'status', status: 403, code: 'AuthorizationFailed', message: 'No.', match: { path: '/stop' } });
  await expect(stage.live(stage.platform.discard(withAttempt(run, { execution: null })))).rejects.toThrow(
    'The execution of this attempt could not be stopped:',
  );
  faults.clear();
});

describe('a job that is not made for the app', () => {
  test.each<[Partial<JobFixture>, string, string]>([
    [{ replicaRetryLimit: 3 }, 'has the replicaRetryLimit 3', '--replica-retry-limit 0'],
    [{ parallelism: 2 }, 'runs more than one replica in an execution', '--parallelism 1'],
    [{ triggerType: 'Schedule' }, 'has the trigger Schedule', '--trigger-type Manual'],
    [{ triggerType: 'Event' }, 'has the trigger Event', '--trigger-type Manual'],
    [{ replicaTimeout: 600 }, 'has the replicaTimeout 600 s', '--replica-timeout 3600'],
  ])('%o: %s', async (more, problem, remedy) => {
    const stage = await opened.stage(KIND, more);
    expect(await stage.live(stage.platform.check(stage.model))).toEqual({
      problem: expect.stringContaining(`The Container Apps job ${stage.job} ${problem}`),
      remedy: expect.stringContaining(remedy),
    });
  });

  test('is not there', async () => {
    const stage = await opened.stage(KIND);
    await opened.world.resourceManager.jobs.remove(stage.job);
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({
      problem: expect.stringContaining('CONTAINER_APPS_RESOURCE_GROUP'),
    });
  });
});

describe('a log', () => {
  test('without a workspace is a line that says where it is', async () => {
    const stage = await opened.stage(KIND);
    const run = await started(stage);
    const log = await stage.live(opened.withoutLogs.log(run));
    expect(log).toContain(run.attempt.execution);
    expect(log).toContain(`/providers/Microsoft.App/jobs/${stage.job}/executionHistory`);
    expect(await opened.withoutLogs.log(withAttempt(run, { acceptedAt: null }))).toBeNull();
  });

  test('is asked for by the execution, and by nothing that could be more than its name', async () => {
    const stage = await opened.stage(KIND);
    const run = withAttempt(await started(stage), { execution: "x' | union Other | where y == 'z" });
    await stage.live(stage.platform.log(run)).catch(() => undefined);
    const call = opened.world.resourceManager.emulator.calls.findLast(({ url }) => url.pathname.endsWith('/api/query'));
    expect(JSON.parse(call?.body.toString('utf8') ?? '').query).toContain("startswith 'xunionOtherwhereyz' |");
  });
});

test('a refusal quotes what Azure says of the template, and names the job', async () => {
  const stage = await opened.stage(KIND, { secrets: { 'api-key': 'sesame', other: 'x' } });
  const run = await prepared(stage);
  opened.world.resourceManager.emulator.faults.add({
    kind: 'status',
    status: 400,
    code: 'ContainerAppSecretRefNotFound',
    message: "SecretRef 'a' defined for container 'b' not found.",
    match: { method: 'POST', path: '/start' },
    times: 1,
  });
  const refusal = await refusalOf(stage, run);
  expect(refusal.failure).toBe('configuration');
  expect(refusal.message).toContain(`Container Apps job ${stage.job}`);
  expect(refusal.message).toContain("SecretRef 'a'");
});
