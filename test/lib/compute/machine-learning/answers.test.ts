// What Azure may answer of Machine Learning jobs: lists that are late, addresses that are none of Azure's, pipelines with
// steps, refusals in words of their own, and what nobody can read.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GARBLED_FORMS } from '../../../../local/emulators/garbled.ts';
import {
  errorOfStart,
  find,
  MINUTE,
  prepared,
  reached,
  refusalOf,
  send,
  started,
  withAttempt,
} from '../contract/subject.ts';
import { COMMAND, ENDPOINT, type Opened, openMachineLearning } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openMachineLearning();
});
afterAll(() => opened.close());

const faults = () => opened.world.resourceManager.emulator.faults;
const calls = () => opened.world.resourceManager.emulator.calls;

describe('jobs of an endpoint', () => {
  test('whose list is late are known by the name on record', async () => {
    const stage = await opened.stage(ENDPOINT);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    stage.jobOf(run).isListed = false;
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    expect(stage.jobOf(run).status).toBe('CancelRequested');
  });

  test('are cancelled by the name on record also while the list cannot be read', async () => {
    const stage = await opened.stage(ENDPOINT);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    faults().add({ kind: 'drop-before', match: { method: 'GET', path: '/jobs\\?' } });
    await expect(stage.live(stage.platform.stop(run))).rejects.toMatchObject({ code: 'external-unavailable' });
    expect(stage.jobOf(run).status).toBe('CancelRequested');
  });

  test('of somebody else are left alone, also of another attempt of the run', async () => {
    const stage = await opened.stage(ENDPOINT);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run: other } = await reached(stage, await started(stage), 'running');
    const { run } = await reached(stage, await started(stage, other), 'running');
    await stage.live(stage.platform.discard(run));
    expect([stage.jobOf(other).status, stage.jobOf(run).status]).toEqual(['Running', 'CancelRequested']);
  });

  test('whose list is late, and whose name is not known, keep a discard from being done', async () => {
    const stage = await opened.stage(ENDPOINT, { endpoint: { answers: 'nothing' } });
    stage.behave({ runsFor: 60 * MINUTE });
    const run = await prepared(stage);
    stage.breakLooks();
    const accepted = await send(stage, run);
    faults().clear();
    const job = stage.jobOf(accepted);
    job.isListed = false;
    expect(await stage.live(stage.platform.discard(accepted))).toBe('going');
    await stage.pass(2 * MINUTE);
    expect(await stage.live(stage.platform.discard(accepted))).toBe('going');
    job.isListed = true;
    expect(await stage.live(stage.platform.discard(accepted))).toBe('going');
    await stage.pass(MINUTE);
    expect(await stage.live(stage.platform.discard(accepted))).toBe('gone');
    expect(stage.mayRun()).toBe(false);
  });

  test('that never show are given up', async () => {
    const stage = await opened.stage(ENDPOINT, { endpoint: { answers: 'nothing' } });
    const run = await prepared(stage);
    stage.breakLooks();
    const accepted = await send(stage, run);
    faults().clear();
    stage.jobOf(accepted).isListed = false;
    await stage.pass(5 * MINUTE);
    expect(await stage.live(stage.platform.discard(accepted))).toBe('gone');
  });

  test('are looked for among those since the attempt was recorded', async () => {
    const stage = await opened.stage(ENDPOINT);
    for (let older = 0; older < 9; older += 1) await started(stage);
    await stage.pass(30 * MINUTE);
    const run = withAttempt(await started(stage), { execution: null });
    const before = calls().length;
    expect(await find(stage, run)).toMatchObject({ execution: stage.workspace.jobs.at(-1)?.name });
    const lists = calls()
      .slice(before)
      .filter(({ url }) => url.pathname.endsWith('/jobs'));
    expect(lists).toHaveLength(2);
  });

  test('are accepted with 201, and named by their id', async () => {
    const stage = await opened.stage(ENDPOINT, { endpoint: { answers: 'id' } });
    const { attempt } = await started(stage);
    expect(attempt.execution).toBe(stage.workspace.jobs.at(-1)?.name);
  });

  test('are accepted also where nobody says what they are called', async () => {
    const stage = await opened.stage(ENDPOINT, { endpoint: { answers: 'nothing' } });
    const run = await prepared(stage);
    stage.breakLooks();
    const { attempt } = await send(stage, run);
    expect(attempt.execution).toBeNull();
    faults().clear();
    expect(await find(stage, withAttempt(run, attempt))).toMatchObject({ phase: 'waiting', execution: /^batchjob-/ });
  });

  test('tell by their step why they failed', async () => {
    const stage = await opened.stage(ENDPOINT);
    stage.behave({ runsFor: MINUTE, exitCode: 75, lines: ['not yet'] });
    const { run, seen } = await reached(stage, await started(stage), 'ended');
    expect(seen).toMatchObject({ outcome: 'failed', exitCode: 75, isClear: true });
    expect(await stage.live(stage.platform.log(run))).toBe('not yet\n');
  });

  test('whose steps nobody may see are ended, with what the pipeline says', async () => {
    const stage = await opened.stage(ENDPOINT);
    stage.behave({ runsFor: MINUTE, exitCode: 75 });
    faults().add({ kind: 'status', status: 403, code: 'UserError', message: 'No.', match: { path: '/children$' } });
    const { run, seen } = await reached(stage, await started(stage), 'ended');
    expect(seen).toMatchObject({ outcome: 'failed', exitCode: null, isClear: true });
    expect(await stage.live(stage.platform.log(run))).toContain('Starting processing');
  });
});

test.each(['http://score.westeurope.inference.ml.azure.com/jobs', 'https://score.example.org/jobs'])(
  'an endpoint at %s gets neither a call nor a token',
  async (scoringUri) => {
    const stage = await opened.stage(ENDPOINT, { endpoint: { scoringUri } });
    const before = calls().length;
    const refusal = await refusalOf(stage, await prepared(stage));
    expect(refusal).toMatchObject({ failure: 'configuration', mayArrive: false });
    expect(refusal.message).toContain('scoring URI');
    expect(
      calls()
        .slice(before)
        .map(({ method }) => method),
    ).not.toContain('POST');
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({
      problem: expect.stringContaining('scoring URI'),
    });
  },
);

describe('a start that is refused', () => {
  const refused = { kind: 'status', status: 400, code: 'UserError' } as const;

  test.each([
    ['The endpoint of the deployment does not take this input.', 'Check container.machineLearning in models.json.'],
    ['The environment variable A is not valid.', 'Check container.machineLearning in models.json.'],
    ['The specified compute was not found.', 'container.machineLearning.compute'],
    ['The compute has no managed identity.', 'Give the cluster a managed identity'],
    ['Environment submission:3 was not found.', 'container.machineLearning.environment'],
    ['The quota of the family is used up: ClusterCoreQuotaReached.', 'Ask Azure for more cores'],
  ])('as a command: %s', async (message, remedy) => {
    const stage = await opened.stage(COMMAND);
    faults().add({ ...refused, message, match: { method: 'PUT' } });
    const { message: said } = await refusalOf(stage, await prepared(stage));
    expect(said).toContain(remedy);
    expect(said).not.toContain('batch endpoint');
  });

  test.each([
    ['The specified compute was not found.', 'its cluster and its environments'],
    ['Environment submission:3 was not found.', 'its cluster and its environments'],
    ['Input more is not declared.', 'it has to declare the inputs'],
    ['Something that nobody knows.', 'Check container.machineLearning in models.json.'],
  ])('as a batch endpoint: %s', async (message, remedy) => {
    const stage = await opened.stage(ENDPOINT);
    faults().add({ ...refused, message, match: { method: 'POST' } });
    const { message: said } = await refusalOf(stage, await prepared(stage));
    expect(said).toContain(remedy);
    expect(said).not.toMatch(/machineLearning\.(compute|environment)/);
  });

  test('for want of a role says which, and for an endpoint what its job may need', async () => {
    for (const [kind, words] of [
      [COMMAND, /known\.$/],
      [ENDPOINT, /AzureML Data Scientist/],
    ] as const) {
      const stage = await opened.stage(kind);
      const match = { method: kind === COMMAND ? 'PUT' : 'POST' };
      faults().add({ ...refused, status: 403, code: 'AuthorizationFailed', message: 'No.', match });
      expect(await refusalOf(stage, await prepared(stage))).toMatchObject({
        failure: 'permission',
        message: expect.stringMatching(words),
      });
    }
  });
});

describe('an answer that nobody can read', () => {
  test.each(GARBLED_FORMS)('to a start that was carried out: %s', async (form) => {
    for (const kind of [COMMAND, ENDPOINT]) {
      const stage = await opened.stage(kind);
      const match = { method: kind === COMMAND ? 'PUT' : 'POST' };
      faults().add({ kind: 'garbled', form, carriedOut: true, match, times: 1 });
      const { attempt } = await send(stage, await prepared(stage));
      expect([attempt.execution, stage.starts()]).toEqual([stage.workspace.jobs.at(-1)?.name, 1]);
    }
  });

  test.each(GARBLED_FORMS.filter((form) => form !== 'truncated'))(
    'to a start that was not carried out is no acceptance, and no refusal: %s',
    async (form) => {
      for (const kind of [COMMAND, ENDPOINT]) {
        const stage = await opened.stage(kind);
        const match = { method: kind === COMMAND ? 'PUT' : 'POST' };
        faults().add({ kind: 'garbled', form, match, times: 1 });
        const error = await errorOfStart(stage, await prepared(stage));
        expect(error).toMatchObject({ failure: 'not-started', mayArrive: true, wouldDouble: kind === ENDPOINT });
        expect(stage.starts()).toBe(0);
      }
    },
  );

  test.each(GARBLED_FORMS)('to a look ends nothing: %s', async (form) => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    faults().add({ kind: 'garbled', form, match: { method: 'GET', path: '/jobs/' } });
    await expect(find(stage, run)).rejects.toMatchObject({ code: 'external-unavailable' });
    faults().clear();
    faults().add({ kind: 'garbled', form, match: { path: '/history/' } });
    expect(await find(stage, run)).toMatchObject({ phase: 'running' });
  });

  test.each(GARBLED_FORMS)('of the run history says nothing of an end: %s', async (form) => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: MINUTE, exitCode: 75 });
    const { run } = await reached(stage, await started(stage), 'running');
    faults().add({ kind: 'garbled', form, match: { path: '/history/' } });
    const { seen } = await reached(stage, run, 'ended');
    expect(seen).toMatchObject({ outcome: 'failed', exitCode: null, isClear: false });
    faults().clear();
    expect(await find(stage, run)).toMatchObject({ outcome: 'failed', exitCode: 75, isClear: true });
  });

  test.each(GARBLED_FORMS)('of an endpoint starts nothing: %s', async (form) => {
    const stage = await opened.stage(ENDPOINT);
    faults().add({ kind: 'garbled', form, match: { method: 'GET', path: '/batchEndpoints/' } });
    expect(await errorOfStart(stage, await prepared(stage))).toMatchObject({ failure: 'not-started' });
    expect(stage.starts()).toBe(0);
  });
});

test.each([
  ['UserError', 'absent'],
  ['JobNotFound', 'absent'],
  ['ResourceNotFound', 'absent'],
])('a 404 with the code %s says that there is no job', async (code, phase) => {
  const stage = await opened.stage(COMMAND);
  const run = await started(stage);
  faults().add({ kind: 'status', status: 404, code, message: 'Not found.', match: { method: 'GET', path: '/jobs/' } });
  expect(await find(stage, run)).toMatchObject({ phase });
});

test('a 404 about the subscription does not', async () => {
  const stage = await opened.stage(COMMAND);
  const run = await started(stage);
  faults().add({ kind: 'status', status: 404, code: 'SubscriptionNotFound', message: 'No.', match: { method: 'GET' } });
  await expect(find(stage, run)).rejects.toMatchObject({ code: 'external-refused' });
});
