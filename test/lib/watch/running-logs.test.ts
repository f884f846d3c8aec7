// What a container writes is kept while it runs: after its end the emulator, as Azure, has only the last 16 KB.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLog } from '../../../src/lib/operations/read-log.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { TIMING } from '../../../src/lib/runs/timing.ts';
import { GAP, LOG_KEPT_BYTES } from '../../../src/lib/watch/log-text.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const MODEL = 'model';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** More than are read side by side, or one after the other, at a tick on which none of their logs comes. */
const OTHERS = Array.from({ length: 30 }, (_, index) => `other-${index}`);

let app: TestApp;
beforeEach(async () => {
  app = await openApp([
    {
      name: MODEL,
      tournament: 'classic',
      container: { image: 'docker.io/someone/model:1', secrets: { NUMERAI_SECRET_KEY: 'numerai-secret-key' } },
    },
    ...OTHERS.map((name) => ({ name, tournament: 'classic', container: { image: 'docker.io/someone/other:1' } })),
  ]);
});
afterEach(() => app.close());

/** A container that writes these lines, each so long after the one before. */
function writes(lines: readonly string[], after: number, exitCode = 0): void {
  app.world.runtime.behaviour = () => ({ steps: lines.map((line) => ({ after, line })), exitCode, endsAfter: SECOND });
}

/** The log as a person sees it. */
async function shown(run: Run): Promise<string | null> {
  const record = await app.record(run);
  return app.live(readLog(app.services, record, record.run.attempt, app.services.models[0]));
}
const kept = ({ id }: Run) => app.services.logs.load(MODEL, id, 1);
const numbered = (count: number, text: string) => Array.from({ length: count }, (_, index) => `${index} ${text}`);
const logCalls = () =>
  app.world.resourceManager.emulator.calls.filter(({ url }) => url.pathname.endsWith('/logs')).length;
const faults = () => app.world.resourceManager.emulator.faults;
const vault = () => app.world.keyVault.emulator.faults;

test('a container that writes for twenty minutes leaves all of it', async () => {
  const lines = numbered(20 * 12, 'é'.repeat(60));
  writes(lines, 5 * SECOND);
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  await app.ticks(12);
  // While it runs what is shown is up to date, what is kept a few minutes old, and nothing is read at every tick.
  expect((await kept(run))?.length).toBeGreaterThan(5 * 12 * 60);
  expect(logCalls()).toBeLessThanOrEqual(4);
  expect((await shown(run))?.split('\n').length).toBeGreaterThan(10 * 12);
  await app.until(run, hasEnded);
  expect(await kept(run)).toBe(`${lines.join('\n')}\n`);
  expect(await shown(run)).toBe(await kept(run));
});

test('where it wrote too much before its end, that is said in the place of what is missing', async () => {
  const lines = numbered(3_000, 'x'.repeat(90));
  writes(lines, 0.4 * SECOND);
  const { run } = await app.start(MODEL);
  await app.until(run, hasEnded);
  const [before = '', after = ''] = (await kept(run))?.split(GAP) ?? [];
  expect(`${lines.join('\n')}\n`.startsWith(before)).toBe(true);
  expect(before.length).toBeGreaterThan(20_000);
  expect(`${lines.join('\n')}\n`.endsWith(after)).toBe(true);
  expect(after.length).toBeGreaterThan(15_000);
});

test('of a long log the last MiB is kept', async () => {
  const lines = numbered(12, 'x'.repeat(200_000));
  writes(lines, MINUTE);
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  await app.ticks(11);
  const log = (await kept(run)) ?? '';
  expect(Buffer.byteLength(log)).toBeLessThanOrEqual(LOG_KEPT_BYTES);
  const [first = Number.NaN, ...others] = log
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
  expect(first).toBeGreaterThan(0);
  expect(others).toEqual([1, 2, 3, 4].map((further) => first + further));
});

test('a secret of several lines, between which the log is read or cut, is neither kept nor shown', async () => {
  const halves = ['-----FIRST-HALF', 'SECOND-HALF-----'] as const;
  app.world.keyVault.setSecret('numerai-secret-key', halves.join('\n'));
  // Of the last 1,000 lines the first one is the second half.
  const lines = [...Array.from({ length: 30 }, () => halves).flat(), ...numbered(999, 'x')];
  app.world.runtime.behaviour = () => ({
    steps: lines.map((line, index) => ({ after: index < 60 ? 27 * SECOND : 0, line })),
    endsAfter: 0,
  });
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  for (let minute = 0; minute < 20; minute += 1) {
    await app.tick();
    for (const text of [await kept(run), await shown(run)]) expect(text ?? '').not.toMatch(/HALF/);
  }
  await app.until(run, hasEnded);
  const log = await kept(run);
  expect(log).not.toMatch(/HALF/);
  expect(log?.split('[secret]').length).toBeGreaterThan(20);
  expect(log).toMatch(/\n998 x\n$/);
});

describe('where the log cannot be had', () => {
  test('what was kept before stays, with why there is no more', async () => {
    writes(numbered(600, 'line'), SECOND);
    const { run } = await app.start(MODEL);
    await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
    await app.ticks(7);
    const before = (await kept(run)) ?? '';
    expect(before.length).toBeGreaterThan(0);
    faults().add({ kind: 'status', status: 500, match: { path: '/logs' } });
    expect(await shown(run)).toMatch(/\n\[the app\] What the container has written since cannot be read now\. /);
    await app.until(run, ({ attempt }) => attempt?.outcome !== null && attempt?.logKept === true);
    const after = (await kept(run)) ?? '';
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length)).toMatch(/^\[the app\] The end of the log of attempt 1 could not be kept\. /);
  });

  test.each([
    ['is gone', 404],
    ['may not be read', 403],
    ['cannot be read now', 503],
  ])('since a secret %s, nothing is kept or shown, and that is said', async (_, status) => {
    writes(numbered(600, 'line'), SECOND);
    const { run } = await app.start(MODEL);
    await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
    await app.pass(6);
    app.replaceInstance();
    vault().add({ kind: 'status', status });
    const before = await kept(run);
    await app.tick();
    expect(await kept(run)).toBe(before);
    await expect(shown(run).then((text) => text ?? '')).resolves.toMatch(/\[the app\] .*numerai-/s);
    await app.until(run, ({ attempt }) => attempt?.outcome !== null && attempt?.logKept === true);
    expect(await kept(run)).toMatch(/\[the app\] The (end of the )?log of attempt 1 could not be kept\. .*numerai-/);
  });
});

test('a log that does not come delays a tick by no more than a bounded time, and no end', async () => {
  writes(numbered(600, 'line'), SECOND);
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  faults().add({ kind: 'hang', match: { path: '/logs' } });
  for (let minute = 0; minute < 6; minute += 1) {
    const before = app.world.clock.now().getTime();
    expect(await app.tick()).toMatchObject({ failures: 0 });
    expect(app.world.clock.now().getTime() - before).toBeLessThan(MINUTE + TIMING.logSoonMs + SECOND);
  }
  expect(app.lines.join('\n')).toContain('log of a running container not kept now');
});

test('however many logs do not come, a tick begins to read them for a bounded time only', async () => {
  writes(numbered(600, 'line'), SECOND);
  const started = await Promise.all(OTHERS.map((name) => app.start(name)));
  for (const { run } of started) await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  faults().add({ kind: 'hang', match: { path: '/logs' } });
  const calls = logCalls();
  for (let minute = 0; minute < 6; minute += 1) {
    const before = app.world.clock.now().getTime();
    expect(await app.tick()).toMatchObject({ failures: 0 });
    expect(app.world.clock.now().getTime() - before).toBeLessThan(
      MINUTE + TIMING.runningLogsMs + TIMING.logSoonMs + SECOND,
    );
  }
  expect(logCalls()).toBeGreaterThan(calls);
});
