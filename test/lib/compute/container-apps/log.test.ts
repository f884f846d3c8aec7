// Where the log of an execution is, what Log Analytics gives of it, and what it may not.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLines } from '../../../../src/lib/compute/container-apps/log.ts';
import { reached, started, withAttempt } from '../contract/subject.ts';
import { KINDS, type Opened, openContainerApps } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openContainerApps();
});
afterAll(() => opened.close());

const [KIND] = KINDS;

const MINUTE = 60_000;
const QUERY = { path: '/api/query' };

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

describe('a log of one that has ended', () => {
  async function ended(lines: readonly string[] = ['hello']) {
    const stage = await opened.stage(KIND);
    stage.behave({ lines, runsFor: 1_000 });
    const { run } = await reached(stage, await started(stage), 'ended');
    await stage.pass(4 * MINUTE);
    const { faults } = opened.world.resourceManager.emulator;
    return { stage, run, faults, read: () => stage.live(stage.platform.log(run)) };
  }

  test.each([
    [403, 'InsufficientAccessError', 'The provided credentials have insufficient access.', 'Log Analytics Data Reader'],
    [404, 'ResourceNotFound', 'The workspace was not found.', 'CONTAINER_APPS_LOG_WORKSPACE_ID'],
    [
      400,
      'BadArgumentError',
      "'union' operator: Failed to resolve table expression named 'ContainerAppConsoleLogs'",
      'Nothing of Container Apps has come there yet',
    ],
  ])('that may not be read is said to be where it is: %d', async (status, code, message, remedy) => {
    const { faults, read, run } = await ended();
    faults.add({ kind: 'status', status, code, message, match: QUERY });
    const error = await read().catch((thrown: unknown) => thrown);
    faults.clear();
    expect(error).toMatchObject({ code: 'log-elsewhere', message: expect.stringContaining(remedy) });
    expect(error).toMatchObject({ message: expect.stringContaining(`Look there for ${run.attempt.execution}`) });
    expect(await read()).toBe('hello\n');
  });

  test('that nobody can read is asked for again', async () => {
    const { faults, read } = await ended();
    for (const form of ['page', 'null', 'list', 'object', 'stranger', 'truncated'] as const) {
      faults.add({ kind: 'garbled', form, match: QUERY });
      await expect(read(), form).rejects.toMatchObject({ code: 'external-unavailable' });
      faults.clear();
    }
  });

  test('that has no line yet is on its way for some minutes more', async () => {
    const { stage, read } = await ended([]);
    await expect(read()).rejects.toMatchObject({ code: 'log-elsewhere' });
    await stage.pass(4 * MINUTE);
    expect(await read()).toBe('');
  });
});

describe('the lines of an answer', () => {
  test.each<[string, unknown, object]>([
    ['in the first table', { tables: [{ rows: [['a'], ['b']] }, { rows: [['c']] }] }, { text: 'a\nb\n' }],
    ['that are all', { tables: [{ rows: [['a']] }] }, { text: 'a\n', isPartBecause: null }],
    ['of which one cannot be read', { tables: [{ rows: [['a'], 3, [null], ['b']] }] }, { text: 'a\n\n\nb\n' }],
    [
      'that are not all',
      { tables: [{ rows: [['a']] }], error: { code: 'PartialError', message: 'Too much.' } },
      { text: 'a\n', isPartBecause: 'Too much.' },
    ],
  ])('%s', (_what, answer, expected) => {
    expect(readLines(answer)).toMatchObject(expected);
  });
});
