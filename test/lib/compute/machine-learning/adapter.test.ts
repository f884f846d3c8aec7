// Machine Learning beyond the contract: what is sent, which jobs are found, and what is known without the run history.

import type { CommandJob } from '@azure/arm-machinelearning';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { USUAL_INPUTS } from '../../../../local/emulators/resource-manager/machine-learning/workspace.ts';
import { commandJobOf } from '../../../../src/lib/compute/machine-learning/request.ts';
import { find, MINUTE, prepared, reached, refusalOf, send, started, withAttempt } from '../contract/subject.ts';
import { COMMAND, ENDPOINT, type More, type Opened, openMachineLearning } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openMachineLearning();
});
afterAll(() => opened.close());

const bodySchema = z.object({ properties: z.record(z.string(), z.unknown()) });

function lastCall(method: string, path: RegExp) {
  const call = opened.world.resourceManager.emulator.calls.findLast(
    (each) => each.method === method && path.test(each.url.pathname),
  );
  if (call === undefined) throw new Error('There was such a call.');
  return call;
}
const sent = (method: string, path: RegExp) =>
  bodySchema.parse(JSON.parse(lastCall(method, path).body.toString('utf8'))).properties;

describe('a command job', () => {
  test('has the name of the attempt, its variables, and names of secrets in the place of their values', async () => {
    const stage = await opened.stage(COMMAND);
    const run = await started(stage);
    const { id } = stage.workspace;
    expect(run.attempt.execution).toBe(`${run.id}-1`);
    expect(lastCall('PUT', /\/jobs\//).url.pathname).toBe(`${id}/jobs/${run.id}-1`);
    const body = sent('PUT', /\/jobs\//);
    expect(body).toMatchObject({
      jobType: 'Command',
      command: 'python predict.py',
      computeId: `${id}/computes/cpu`,
      environmentId: `${id}/environments/submission/versions/3`,
      identity: { identityType: 'Managed' },
      tags: { 'numerai-model': stage.model.name, 'numerai-run': run.id, 'numerai-attempt': '1' },
      environmentVariables: {
        FROM_MODELS: 'yes',
        ATTEMPT_ID: `${run.id}-1`,
        RUN_ID: run.id,
        TRIGGER_ID: 'a-trigger',
        NUMERAI_ROUND: '1234',
        KEY_VAULT_URL: 'https://of-the-test.vault.azure.net',
        KEY_VAULT_SECRETS: '{"API_KEY":"api-key"}',
      },
    });
    for (const secret of stage.secrets) expect(JSON.stringify(body)).not.toContain(secret);
  });

  test('has the form of the official package', async () => {
    const stage = await opened.stage(COMMAND);
    const run = await prepared(stage);
    const { container } = stage.model;
    if (container.kind !== 'machineLearning' || container.work.kind !== 'command') throw new Error('It is one.');
    const { properties } = commandJobOf(run, container, container.work, { workspaceId: '/w', vaultUrl: 'https://v' });
    // The compiler holds it to the package's type.
    const typed: CommandJob = properties;
    expect(typed.jobType).toBe('Command');
  });

  test('may name an identity of the cluster, and an environment of a registry', async () => {
    const identity = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
    const environment = 'azureml://registries/azureml/environments/sklearn-1.5/versions/12';
    const stage = await opened.stage(COMMAND, { container: { identity, environment } });
    await refusalOf(stage, await prepared(stage));
    expect(sent('PUT', /\/jobs\//)).toMatchObject({
      identity: { identityType: 'Managed', resourceId: identity },
      environmentId: environment,
    });
  });

  test('without secrets asks for no identity', async () => {
    const stage = await opened.stage(COMMAND, { cluster: { hasIdentity: false }, beside: { secrets: {} } });
    await started(stage);
    const body = sent('PUT', /\/jobs\//);
    expect(body).not.toHaveProperty('identity');
    expect(JSON.stringify(body)).not.toContain('KEY_VAULT');
  });

  test('runs once, however often it is sent', async () => {
    const stage = await opened.stage(COMMAND);
    const run = await prepared(stage);
    const first = await send(stage, run);
    const again = await send(stage, run);
    expect(again.attempt.execution).toBe(first.attempt.execution);
    expect(stage.starts()).toBe(1);
  });

  test('that is there with other variables, from an earlier try, is taken for the one it is', async () => {
    const stage = await opened.stage(COMMAND);
    const run = await prepared(stage);
    await send(stage, run);
    const { attempt } = await send(stage, { ...run, triggerId: 'known-by-now' });
    expect(attempt.execution).toBe(`${run.id}-1`);
    expect(stage.starts()).toBe(1);
  });

  test('whose secrets are in no vault is not sent', async () => {
    const stage = await opened.stage(COMMAND);
    const run = await prepared(stage);
    const starting = opened.withoutVault.start(run, stage.model, { checkLease: () => {} });
    await expect(stage.live(starting)).rejects.toMatchObject({
      failure: 'configuration',
      message: expect.stringContaining('KEY_VAULT_URL'),
    });
    expect(stage.starts()).toBe(0);
  });

  test.each<[string, More, string]>([
    ['no such compute', { container: { compute: 'gpu' } }, 'container.machineLearning.compute'],
    ['no such environment', { container: { environment: 'submission:4' } }, 'container.machineLearning.environment'],
    ['no such workspace', { container: { workspace: 'other' } }, 'MACHINE_LEARNING_RESOURCE_GROUP'],
    ['a cluster without an identity', { cluster: { hasIdentity: false } }, 'managed identity'],
  ])('is refused for want of what it names: %s', async (_what, more, words) => {
    const stage = await opened.stage(COMMAND, more);
    const refusal = await refusalOf(stage, await prepared(stage));
    expect(refusal).toMatchObject({ failure: 'configuration', mayArrive: false });
    expect(refusal.message).toContain(words);
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({ problem: expect.any(String) });
  });

  test('of a cluster whose size is not known, or cannot be asked for, is started without a price', async () => {
    const stage = await opened.stage(COMMAND, { cluster: { vmSize: 'Standard_M416ms_v2' } });
    expect((await prepared(stage)).attempt.prepared).toMatchObject({ vmSize: 'Standard_M416ms_v2' });
    opened.world.resourceManager.emulator.faults.add({ kind: 'drop-before', match: { path: '/computes/' } });
    const run = await prepared(stage);
    expect(run.attempt.prepared).toMatchObject({ vmSize: null });
    const { run: ended } = await reached(stage, await send(stage, run), 'ended');
    expect(stage.platform.price(ended.attempt)).toBeNull();
  });

  test('on nodes of low priority costs a fifth', async () => {
    const prices = [];
    for (const vmPriority of ['Dedicated', 'LowPriority'] as const) {
      const stage = await opened.stage(COMMAND, { cluster: { vmPriority } });
      stage.behave({ runsFor: 30 * MINUTE });
      const { run } = await reached(stage, await started(stage), 'ended');
      prices.push(stage.platform.price(run.attempt));
    }
    expect(prices).toEqual([0.1465, 0.0293]);
  });
});

describe('a batch endpoint', () => {
  test('is invoked with literal inputs, by a token for its own audience', async () => {
    const stage = await opened.stage(ENDPOINT, {
      container: { inputs: { data: { uriFolder: 'azureml://datastores/d/paths/p' }, mode: 'fast' } },
      endpoint: { inputs: { ...USUAL_INPUTS, data: 'DATA', mode: 'MODE' } },
    });
    const run = await started(stage);
    expect(run.attempt.execution).toMatch(/^batchjob-/);
    expect(sent('POST', /^\/endpoints\//)).toEqual({
      InputData: {
        attempt_id: { JobInputType: 'Literal', Value: `${run.id}-1` },
        trigger_id: { JobInputType: 'Literal', Value: 'a-trigger' },
        round: { JobInputType: 'Literal', Value: '1234' },
        is_test: { JobInputType: 'Literal', Value: 'false' },
        data: { JobInputType: 'UriFolder', Uri: 'azureml://datastores/d/paths/p' },
        mode: { JobInputType: 'Literal', Value: 'fast' },
      },
    });
    expect(lastCall('POST', /^\/endpoints\//).headers).not.toHaveProperty('azureml-model-deployment');
  });

  test('is invoked with a deployment that is named', async () => {
    const stage = await opened.stage(ENDPOINT, {
      container: { deployment: 'blue' },
      endpoint: { deployment: 'blue', isDefault: false },
    });
    await started(stage);
    expect(lastCall('POST', /^\/endpoints\//).headers).toMatchObject({ 'azureml-model-deployment': 'blue' });
  });

  test('that is invoked twice leaves nothing running', async () => {
    const stage = await opened.stage(ENDPOINT);
    stage.behave({ runsFor: 60 * MINUTE });
    const run = await prepared(stage);
    const first = await send(stage, run);
    await send(stage, run);
    expect(stage.starts()).toBe(2);
    expect(await stage.live(stage.platform.discard(first))).toBe('going');
    await stage.pass(MINUTE);
    expect(stage.mayRun()).toBe(false);
    expect(await stage.live(stage.platform.discard(first))).toBe('gone');
  });

  test('its job is found among more than a page of others', async () => {
    const stage = await opened.stage(ENDPOINT);
    const run = await started(stage);
    for (let other = 0; other < 4; other += 1) await started(stage);
    expect((await find(stage, withAttempt(run, { execution: null }))).execution).toBe(run.attempt.execution);
  });

  test.each<[string, More, string]>([
    ['no such endpoint', { container: { batchEndpoint: 'other' } }, 'has no batch endpoint other'],
    ['an input that the deployment does not declare', { container: { inputs: { more: 'x' } } }, 'attempt_id'],
    ['no default deployment', { endpoint: { isDefault: false } }, 'deployment'],
  ])('is refused: %s', async (_what, more, words) => {
    const stage = await opened.stage(ENDPOINT, more);
    const refusal = await refusalOf(stage, await prepared(stage));
    expect(refusal).toMatchObject({ failure: 'configuration', mayArrive: false });
    expect(refusal.message).toContain(words);
  });

  test('without a default deployment is found to lack one', async () => {
    const stage = await opened.stage(ENDPOINT, { endpoint: { isDefault: false } });
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({
      problem: expect.stringContaining('has no default deployment'),
    });
  });
});

test('a model that has another kind of container by now is left to the next try, and looked for where it was', async () => {
  const stage = await opened.stage(COMMAND);
  const run = await prepared(stage);
  const changed = opened.model({ image: 'docker.io/someone/model:1' });
  await expect(stage.live(stage.platform.start(run, changed, { checkLease: () => {} }))).rejects.toMatchObject({
    failure: 'not-started',
  });
  expect(stage.starts()).toBe(0);
  expect(await stage.live(stage.platform.prepare(run, changed, run.attempt))).toEqual(run.attempt.prepared);
});

describe('without the run history', () => {
  const breakHistory = () =>
    void opened.world.resourceManager.emulator.faults.add({ kind: 'drop-before', match: { path: '/history/' } });

  test('what runs is seen, from then on at the latest', async () => {
    const stage = await opened.stage(COMMAND);
    const run = await started(stage);
    breakHistory();
    const { seen } = await reached(stage, run, 'running');
    expect(seen.startedAt).toBe(stage.now().toISOString());
  });

  test('an end is not believed at once: why it ended is said there alone', async () => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: MINUTE, exitCode: 75 });
    const { run } = await reached(stage, await started(stage), 'running');
    breakHistory();
    const { seen } = await reached(stage, run, 'ended');
    expect(seen).toMatchObject({ outcome: 'failed', exitCode: null, isClear: false });
    opened.world.resourceManager.emulator.faults.clear();
    expect(await find(stage, run)).toMatchObject({ outcome: 'failed', exitCode: 75, isClear: true });
  });
});
