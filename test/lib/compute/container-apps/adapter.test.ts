// Container Apps jobs beyond the contract: what is sent, and which executions are found and stopped.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { find, prepared, reached, refusalOf, send, started, withAttempt } from '../contract/subject.ts';
import { KINDS, type Opened, openContainerApps } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openContainerApps();
});
afterAll(() => opened.close());

const [KIND] = KINDS;
const sentContainer = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(z.record(z.string(), z.string())),
  resources: z.strictObject({ cpu: z.number(), memory: z.string() }),
});
const sentSchema = z.strictObject({ containers: z.array(sentContainer), initContainers: z.array(sentContainer) });

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

  test('keeps all containers, and of each all that a start can have', async () => {
    const sized = { resources: { cpu: 0.25, memory: '0.5Gi' } };
    const stage = await opened.stage(KIND, {
      container: { probes: [{ type: 'Liveness', tcpSocket: { port: 80 } }], volumeMounts: [{ volumeName: 'data' }] },
      template: {
        containers: [{ name: 'side', image: 'side:1', args: ['--quiet'], env: [{ name: 'EMPTY' }], ...sized }],
        initContainers: [{ name: 'first', image: 'init:1', env: [{ name: 'KEY', secretRef: 'api-key' }], ...sized }],
        volumes: [{ name: 'data', storageType: 'EmptyDir' }],
      },
      cpu: 0.25,
      memory: '0.5Gi',
    });
    await started(stage);
    const { containers, initContainers } = lastStart(stage.job);
    expect(containers).toMatchObject([{ name: stage.job }, { name: 'side', image: 'side:1', args: ['--quiet'] }]);
    expect(containers[1]?.env).toContainEqual({ name: 'EMPTY' });
    expect(initContainers).toEqual([
      { name: 'first', image: 'init:1', env: [{ name: 'KEY', secretRef: 'api-key' }], ...sized },
    ]);
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

test('an execution is found among many pages of others', async () => {
  const stage = await opened.stage(KIND);
  stage.behave({ runsFor: 1_000 });
  const { run } = await reached(stage, await started(stage), 'ended');
  for (let other = 0; other < 17; other += 1) await started(stage);
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
