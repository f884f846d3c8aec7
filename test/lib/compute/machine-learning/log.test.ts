// The log of a Machine Learning job: which file it is, and what stands in its place.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE, reached, started } from '../contract/subject.ts';
import { COMMAND, ENDPOINT, type Opened, openMachineLearning } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openMachineLearning();
});
afterAll(() => opened.close());

const emulator = () => opened.world.resourceManager.emulator;
const faults = () => emulator().faults;

describe('a log', () => {
  test('is a file that is read by its signature, without a token', async () => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ lines: ['hello'] });
    const { run } = await reached(stage, await started(stage), 'running');
    await stage.pass(1_000);
    expect(await stage.live(stage.platform.log(run))).toBe('hello\n');
    const call = emulator().calls.findLast(({ url }) => url.pathname.startsWith('/azureml/'));
    expect(call?.headers).not.toHaveProperty('authorization');
  });

  test('of a page that something in between answers is none', async () => {
    const stage = await opened.stage(COMMAND);
    const { run } = await reached(stage, await started(stage), 'running');
    faults().add({
      kind: 'garbled',
      form: 'page',
      match: { path: '/azureml/' },
    });
    await expect(stage.live(stage.platform.log(run))).rejects.toMatchObject({ code: 'external-unavailable' });
  });

  test('of a job that never ran is a line that says where to look', async () => {
    const stage = await opened.stage(COMMAND);
    const run = await started(stage);
    expect(await stage.live(stage.platform.log(run))).toBeNull();
    await stage.live(stage.platform.stop(run));
    await reached(stage, run, 'ended');
    expect(await stage.live(stage.platform.log(run))).toMatch(/^\[the app\] .*https:\/\/ml\.azure\.com\/runs\//);
  });
});

test('a log that is named and not there yet is none; one of a job that has ended says where to look', async () => {
  const stage = await opened.stage(COMMAND);
  stage.behave({ runsFor: MINUTE });
  faults().add({ kind: 'status', status: 404, code: 'BlobNotFound', message: 'No.', match: { path: '/azureml/' } });
  const { run } = await reached(stage, await started(stage), 'running');
  expect(await stage.live(stage.platform.log(run))).toBeNull();
  await reached(stage, run, 'ended');
  expect(await stage.live(stage.platform.log(run))).toMatch(/^\[the app\] .*https:\/\/ml\.azure\.com\/runs\//);
});

test.each(['/history/', '/azureml/'])(
  'a log that the app may not have (%s) is told at once, with where it is',
  async (path) => {
    const stage = await opened.stage(COMMAND);
    const { run } = await reached(stage, await started(stage), 'running');
    await stage.pass(1_000);
    faults().add({
      kind: 'status',
      status: 403,
      code: 'AuthorizationFailure',
      message: 'Not from here.',
      match: { path },
    });
    const reading = stage.live(stage.platform.log(run));
    await expect(reading).rejects.toMatchObject({ code: 'log-elsewhere' });
    await expect(reading).rejects.toThrow(/Not from here\. .*Look at the job: https:\/\/ml\.azure\.com\/runs\//);
  },
);

test('a pipeline of many steps has the logs of the first, and says how many it lacks', async () => {
  const stage = await opened.stage(ENDPOINT);
  stage.behave({ lines: ['hello'] });
  const run = await started(stage);
  stage.jobOf(run).steps = 12;
  const { run: ended } = await reached(stage, run, 'ended');
  const log = await stage.live(stage.platform.log(ended));
  expect(log?.match(/^hello$/gm)).toHaveLength(10);
  expect(log).toMatch(/\[the app\] The logs of 2 more steps are in the studio: https:\/\/\S+\n$/);
});
