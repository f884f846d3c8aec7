// Cancelling Machine Learning jobs: those that end meanwhile, and those that Azure does not cancel.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, prepared, reached, send, started } from '../contract/subject.ts';
import { COMMAND, ENDPOINT, type Opened, openMachineLearning } from './stage.ts';

let opened: Opened;
/** Called right before a job is cancelled. */
let onCancel: () => void = () => {};
beforeAll(async () => {
  opened = await openMachineLearning(({ url }) => {
    if (new URL(url).pathname.endsWith('/cancel')) onCancel();
  });
});
beforeEach(() => {
  onCancel = () => {};
});
afterAll(() => opened.close());

const faults = () => opened.world.resourceManager.emulator.faults;

describe('a job that ends while it is cancelled', () => {
  test.each([
    ['400, as the emulator says it', null],
    ['409', { status: 409, code: 'Conflict', message: 'The run has ended.' }],
    ['404', { status: 404, code: 'UserError', message: 'There is no run to cancel.' }],
  ])('is gone, whatever refuses it: %s', async (_what, refusal) => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    const job = stage.jobOf(run);
    onCancel = () => {
      job.endTime = stage.now();
      job.status = 'Completed';
    };
    if (refusal !== null) faults().add({ kind: 'status', ...refusal, match: { path: '/cancel' } });
    await stage.live(stage.platform.stop(run));
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
  });

  test('and collects its outputs is let be, until it has ended', async () => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    const job = stage.jobOf(run);
    onCancel = () => {
      job.status = 'Finalizing';
    };
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    job.status = 'Completed';
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
  });

  test('in a state that says neither is over once the run history says when', async () => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    const job = stage.jobOf(run);
    onCancel = () => {
      job.status = 'NotResponding';
      job.endTime = stage.now();
    };
    faults().add({ kind: 'status', status: 400, code: 'UserError', message: 'No.', match: { path: '/cancel' } });
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
  });

  test('and is in transition is asked for again', async () => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    faults().add({ kind: 'status', status: 409, code: 'Conflict', message: 'Busy.', match: { path: '/cancel' } });
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    faults().clear();
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    await stage.pass(MINUTE);
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
  });

  test('and goes on all the same is spoken of', async () => {
    const stage = await opened.stage(COMMAND);
    stage.behave({ runsFor: 60 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    faults().add({ kind: 'status', status: 400, code: 'UserError', message: 'No.', match: { path: '/cancel' } });
    await expect(stage.live(stage.platform.discard(run))).rejects.toMatchObject({ code: 'not-removed' });
  });
});

test('one that may not be cancelled is not taken for ended', async () => {
  const stage = await opened.stage(COMMAND);
  stage.behave({ runsFor: 60 * MINUTE });
  const { run } = await reached(stage, await started(stage), 'running');
  const { faults } = opened.world.resourceManager.emulator;
  faults.add({ kind: 'status', status: 403, code: 'AuthorizationFailed', message: 'No.', match: { path: '/cancel' } });
  await expect(stage.live(stage.platform.discard(run))).rejects.toMatchObject({
    code: 'not-removed',
    mayStillRun: true,
  });
  faults.clear();
  expect(await stage.live(stage.platform.discard(run))).toBe('going');
});

test('what may not be cancelled under a lock says to take the lock off', async () => {
  const stage = await opened.stage(COMMAND);
  stage.behave({ runsFor: 60 * MINUTE });
  const { run } = await reached(stage, await started(stage), 'running');
  const { faults } = opened.world.resourceManager.emulator;
  faults.add({ kind: 'status', status: 409, code: 'ScopeLocked', message: 'Locked.', match: { path: '/cancel' } });
  await expect(stage.live(stage.platform.discard(run))).rejects.toThrow('Take the lock off');
  faults.clear();
});

test('what may not be cancelled keeps no other job of the attempt from being cancelled', async () => {
  const stage = await opened.stage(ENDPOINT);
  stage.behave({ runsFor: 60 * MINUTE });
  const run = await prepared(stage);
  const first = await send(stage, run);
  const second = await send(stage, run);
  await reached(stage, first, 'running');
  const match = { path: `/${first.attempt.execution}/cancel` };
  faults().add({ kind: 'status', status: 403, code: 'AuthorizationFailed', message: 'No.', match });
  await expect(stage.live(stage.platform.discard(first))).rejects.toMatchObject({ code: 'not-removed' });
  expect([stage.jobOf(first).status, stage.jobOf(second).status]).toEqual(['Running', 'CancelRequested']);
  faults().clear();
});
