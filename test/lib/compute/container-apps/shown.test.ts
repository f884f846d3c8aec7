// What Azure need not show of an execution, or shows late: no attempt is lost by it, none is started twice, and what is
// somebody else's is left alone.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobFixture } from '../../../../local/emulators/resource-manager/container-apps/jobs.ts';
import { find, MINUTE, prepared, reached, refusalOf, SECOND, send, started, withAttempt } from '../contract/subject.ts';
import { KINDS, type Opened, openContainerApps } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openContainerApps();
});
afterAll(() => opened.close());

const [BY_NAME, BY_HEADERS] = KINDS;
const STARTING = { method: 'POST', path: '/start' };
const STOPPING = { method: 'POST', path: '/stop' };

type Shows = NonNullable<JobFixture['shows']>;

const withTemplate =
  (template: unknown): Shows =>
  (shown) => ({ ...shown, properties: { ...shown.properties, template } });
const withoutTemplate = withTemplate(null);

/** In the list from so long after its start on. */
const lateBy =
  (milliseconds: number): Shows =>
  (shown, startedAt) =>
    opened.world.clock.now().getTime() - startedAt.getTime() < milliseconds ? null : shown;

const faults = () => opened.world.resourceManager.emulator.faults;

describe('an execution that is shown without its variables', () => {
  test.each<[string, unknown]>([
    ['no template', null],
    ['a template without containers', {}],
    ['containers without variables', { containers: [{ name: 'main', image: 'a' }] }],
    ['variables without it', { containers: [{ env: [{ name: 'OTHER', value: 'x' }] }] }],
    ['variables that nobody can read', { containers: [null, 3, { env: 'x' }, { env: [null, { name: 3 }] }] }],
  ])('is found by the name that the start was answered with: %s', async (_what, template) => {
    const stage = await opened.stage(BY_NAME, { shows: withTemplate(template) });
    stage.behave({ runsFor: 30 * MINUTE });
    const { run } = await reached(stage, await started(stage), 'running');
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    await stage.pass(MINUTE);
    expect(await find(stage, run)).toMatchObject({ phase: 'ended', outcome: 'stopped' });
    expect(stage.mayRun()).toBe(false);
  });

  test('and whose start was not answered keeps another start waiting, and is left alone', async () => {
    const stage = await opened.stage(BY_NAME, { shows: withoutTemplate });
    stage.behave({ runsFor: 10 * MINUTE });
    const run = await prepared(stage);
    stage.breakStart('answer-lost');
    expect(await refusalOf(stage, run)).toMatchObject({ wouldDouble: true });
    const seen = await find(stage, run);
    expect(seen).toMatchObject({
      phase: 'absent',
      progress: expect.stringMatching(/does not say whose it is, to end$/),
    });
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
    expect(stage.mayRun()).toBe(true);
    await stage.pass(15 * MINUTE);
    expect(await find(stage, run)).toMatchObject({ phase: 'absent', progress: null });
  });

  test('and whose start was answered without its name is waited for', async () => {
    const stage = await opened.stage(BY_HEADERS, { shows: withoutTemplate });
    const run = await started(stage);
    expect(run.attempt.execution).toBeNull();
    expect(await find(stage, run)).toMatchObject({ phase: 'waiting', execution: null, trouble: null });
  });
});

describe('an execution that somebody else has started', () => {
  test('is neither found nor stopped, whatever is asked for', async () => {
    const stage = await opened.stage(BY_NAME);
    stage.behave({ runsFor: 60 * MINUTE });
    const other = await started(stage);
    const run = await prepared(stage);
    expect(await find(stage, run)).toMatchObject({ phase: 'absent', progress: null });
    const own = await send(stage, run);
    await reached(stage, own, 'running');
    await stage.live(stage.platform.stop(own));
    await stage.pass(MINUTE);
    expect(await find(stage, own)).toMatchObject({ phase: 'ended', outcome: 'stopped' });
    expect(await find(stage, other)).toMatchObject({ phase: 'running' });
    await stage.live(stage.platform.stop(other));
  });
});

describe('a list that shows a new execution late', () => {
  test('does not make an accepted start another one', async () => {
    const stage = await opened.stage(BY_HEADERS, { shows: lateBy(3 * MINUTE) });
    stage.behave({ runsFor: 30 * MINUTE });
    const run = await started(stage);
    expect(await find(stage, run)).toMatchObject({ phase: 'absent' });
    expect(stage.platform.patience(run).appearMs).toBeGreaterThan(3 * MINUTE);
    await stage.pass(4 * MINUTE);
    expect(await find(stage, run)).toMatchObject({ phase: 'running' });
    await stage.live(stage.platform.stop(run));
  });

  test('does not hide it from a stop, where its name is known', async () => {
    const stage = await opened.stage(BY_NAME, { shows: lateBy(10 * MINUTE) });
    stage.behave({ runsFor: 60 * MINUTE });
    const run = await started(stage);
    await stage.pass(MINUTE);
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    await stage.pass(MINUTE);
    expect(stage.mayRun()).toBe(false);
  });

  test('keeps a discard from being done, where its name is not known', async () => {
    const stage = await opened.stage(BY_HEADERS, { shows: lateBy(2 * MINUTE) });
    stage.behave({ runsFor: 60 * MINUTE });
    const run = await started(stage);
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    await stage.pass(3 * MINUTE);
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    await stage.pass(MINUTE);
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
    expect(stage.mayRun()).toBe(false);
  });
});

describe('an answer to a start', () => {
  test('that is an acceptance counts, though the list cannot be had', async () => {
    const stage = await opened.stage(BY_HEADERS);
    const run = await prepared(stage);
    stage.breakLooks();
    const accepted = await send(stage, run);
    expect(accepted.attempt).toMatchObject({ execution: null, location: 'westeurope' });
    faults().clear();
    expect(await find(stage, accepted)).toMatchObject({ phase: 'waiting' });
    expect(stage.starts()).toBe(1);
  });

  test.each(['page', 'empty', 'null', 'list', 'number', 'text', 'object', 'stranger', 'bytes', 'page-404'] as const)(
    'that nobody can read (%s) is no acceptance, and no refusal',
    async (form) => {
      const stage = await opened.stage(BY_NAME);
      const run = await prepared(stage);
      faults().add({ kind: 'garbled', form, match: STARTING, times: 1 });
      expect(await refusalOf(stage, run)).toMatchObject({ failure: 'not-started', mayArrive: true, wouldDouble: true });
      expect(stage.starts()).toBe(0);
    },
  );

  test('that is cut off is looked for', async () => {
    const stage = await opened.stage(BY_NAME);
    const run = await prepared(stage);
    faults().add({ kind: 'garbled', form: 'truncated', match: STARTING, times: 1 });
    expect((await send(stage, run)).attempt.execution).toMatch(new RegExp(`^${stage.job}-`));
    expect(stage.starts()).toBe(1);
  });
});

describe('a stop', () => {
  async function running() {
    const stage = await opened.stage(BY_NAME);
    stage.behave({ runsFor: 60 * MINUTE });
    return { stage, ...(await reached(stage, await started(stage), 'running')) };
  }
  const refuse = (status: number, code: string) =>
    faults().add({ kind: 'status', status, code, message: 'No.', match: STOPPING });

  test.each(['JobExecutionNotFound', 'NotFound', 'ContainerAppJobExecutionNotFound'])(
    'of what is not there any more is none: 404 %s',
    async (code) => {
      const { stage, run } = await running();
      refuse(404, code);
      expect(await stage.live(stage.platform.discard(run))).toBe('going');
      await stage.live(stage.platform.stop(run));
      faults().clear();
      await stage.live(stage.platform.discard(run));
    },
  );

  test('of what is in transition is asked for again', async () => {
    const { stage, run } = await running();
    refuse(409, 'Conflict');
    expect(await stage.live(stage.platform.discard(run))).toBe('going');
    faults().clear();
    await stage.live(stage.platform.discard(run));
    await stage.pass(MINUTE);
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
  });

  test.each([400, 409])('of what has ended meanwhile has nothing to do: %d', async (status) => {
    let looks = 0;
    const stage = await opened.stage(BY_NAME, {
      // Seen to run at the first look only.
      shows: (shown) => {
        looks += 1;
        return looks > 1 ? shown : { ...shown, properties: { ...shown.properties, status: 'Running', endTime: null } };
      },
    });
    stage.behave({ runsFor: SECOND });
    const run = await started(stage);
    await stage.pass(5 * MINUTE);
    looks = 0;
    faults().add({ kind: 'status', status, code: 'Refused', message: 'It has ended.', match: STOPPING });
    expect(await stage.live(stage.platform.discard(run))).toBe('gone');
    looks = 0;
    await stage.live(stage.platform.stop(run));
    faults().clear();
  });

  test('that is refused for one is asked for the other all the same', async () => {
    const stage = await opened.stage(BY_NAME);
    stage.behave({ runsFor: 60 * MINUTE });
    const run = await prepared(stage);
    const first = await send(stage, run);
    const second = await send(stage, run);
    await reached(stage, first, 'running');
    const match = { ...STOPPING, path: `/${first.attempt.execution}/stop` };
    faults().add({ kind: 'status', status: 403, code: 'AuthorizationFailed', message: 'No.', match });
    await expect(stage.live(stage.platform.discard(first))).rejects.toMatchObject({ code: 'not-removed' });
    await stage.pass(30 * SECOND);
    faults().clear();
    expect(await find(stage, withAttempt(second, {}))).toMatchObject({ execution: second.attempt.execution });
    expect(await find(stage, second)).toMatchObject({ phase: 'ended', outcome: 'stopped', goesOn: true });
    await stage.live(stage.platform.discard(first));
  });
});
