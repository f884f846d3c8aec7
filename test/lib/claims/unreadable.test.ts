// A row that cannot be read never makes a claim, a status, a list or a next attempt fail.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayClaim, roundClaim } from '../../../src/lib/claims/keys.ts';
import { findRun, listRuns } from '../../../src/lib/operations/list-runs.ts';
import { readStatus } from '../../../src/lib/operations/status.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { runRowKey } from '../../../src/lib/storage/rows.ts';
import { ConflictError } from '../../../src/lib/util/errors.ts';
import { openApp, ROUND, type TestApp } from '../../support/app.ts';

const MODEL = 'some-model';
const IMAGE = 'docker.io/someone/model:1';
const model = (name: string) => ({ name, tournament: 'classic', container: { image: IMAGE } });

let app: TestApp;
beforeEach(async () => {
  app = await openApp([model(MODEL), model('another-model')]);
});
afterEach(() => app.close());

/** As a newer version may have left it, before it was rolled back. */
async function makeUnreadable({ id }: Run): Promise<void> {
  await app.put({ partitionKey: MODEL, rowKey: runRowKey(id), state: 'meditating' });
}
const claimedBy = (key: string) => app.row(MODEL, key)?.runId;
const inFlight = async () => (await app.services.inFlight.read()).entries.map(({ runId }) => runId).sort();

describe('the run of a round that cannot be read', () => {
  let lost: Run;
  beforeEach(async () => {
    ({ run: lost } = await app.start(MODEL));
    await makeUnreadable(lost);
  });

  test('is replaced by a new run, which holds the round and its day', async () => {
    const { run, duplicate } = await app.start(MODEL);
    expect(duplicate).toBe(false);
    expect(run.id).not.toBe(lost.id);
    expect(claimedBy(roundClaim('classic', ROUND))).toBe(run.id);
    expect(claimedBy(dayClaim('classic', '2026-04-01'))).toBe(run.id);
    expect(app.lines.join('\n')).toContain('run of a claim cannot be read; replaced');
  });

  test.each([
    ['knows the round', { round: ROUND }],
    ['asks for the round', { round: null }],
  ])('is replaced once: a later trigger that %s finds the new run', async (_, request) => {
    const { run } = await app.start(MODEL);
    expect(await app.start(MODEL, request)).toMatchObject({ duplicate: true, run: { id: run.id } });
  });

  test('is replaced once, also for a trigger that cannot learn the round', async () => {
    const { run } = await app.start(MODEL);
    app.world.numerai.emulator.faults.add({ kind: 'drop-before' });
    await app.pass(5);
    expect(await app.start(MODEL, { round: null })).toMatchObject({
      duplicate: true,
      run: { id: run.id },
    });
  });

  test('is replaced by one of many triggers that come together', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => app.start(MODEL)));
    const ids = new Set(results.map(({ run }) => run.id));
    expect(ids.size).toBe(1);
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  test('is replaced by the fallback, once', async () => {
    await app.pass(15);
    expect(await app.fallback()).toEqual({ started: 2, failures: 0 });
    expect(claimedBy(roundClaim('classic', ROUND))).not.toBe(lost.id);
    expect(await app.fallback()).toEqual({ started: 0, failures: 0 });
  });

  test('keeps its row, and its place in the index, for the version that can read it', async () => {
    await app.start(MODEL);
    for (let minute = 0; minute < 5; minute += 1) expect(await app.tick()).toMatchObject({ failures: 0 });
    expect(await inFlight()).toContain(lost.id);
    expect(app.row(MODEL, runRowKey(lost.id))).toMatchObject({ state: 'meditating' });
  });

  test('holds up no other run', async () => {
    const { run } = await app.start('another-model');
    await app.until(run, hasEnded);
    expect(app.lines.join('\n')).toContain('run in flight cannot be read');
  });

  test('is counted in the status and the list, and shown as what it is', async () => {
    const { run } = await app.start(MODEL);
    const status = await readStatus(app.services, app.services.models);
    expect(status.models[0]).toMatchObject({ unreadable: 1, inFlight: { id: run.id } });
    expect(status.models[1]).toMatchObject({ unreadable: 0 });
    const page = { state: null, limit: 10, after: null };
    expect(await listRuns(app.services, { ...page, models: app.services.models })).toMatchObject({
      records: [{ run: { id: run.id } }],
      unreadable: 1,
    });
    const [of] = app.services.models;
    if (of === undefined) throw new Error('There is a model.');
    await expect(findRun(app.services, of, lost.id)).rejects.toBeInstanceOf(ConflictError);
  });

  test('does not keep the new run from its attempts, though its container group is in the way', async () => {
    const { run } = await app.start(MODEL);
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
    expect(earlier).toMatchObject([{ number: 1, failure: 'provisioning' }]);
    expect(app.world.resourceManager.groups.names).toContain(lost.attempt?.execution);
  });
});

test('the run of a day that cannot be read is replaced as well', async () => {
  app.world.numerai.emulator.faults.add({ kind: 'drop-before' });
  const { run: lost } = await app.start(MODEL, { round: null });
  expect(lost.claim).toBe(dayClaim('classic', '2026-04-01'));
  await makeUnreadable(lost);
  const { run } = await app.start(MODEL, { round: null });
  expect(run.id).not.toBe(lost.id);
  expect(claimedBy(dayClaim('classic', '2026-04-01'))).toBe(run.id);
});

test('a claim whose run was removed by hand goes to a new run', async () => {
  const { run: lost } = await app.start(MODEL);
  await app.remove(MODEL, runRowKey(lost.id));
  const { run, duplicate } = await app.start(MODEL);
  expect(duplicate).toBe(false);
  expect(claimedBy(roundClaim('classic', ROUND))).toBe(run.id);
});

test.each(['', 'a/b#c?\\%', 'x'.repeat(2000), 'ÄÖ'])(
  'a claim that names %j, which is no run, goes to a new run',
  async (runId) => {
    await app.start(MODEL);
    await app.put({ partitionKey: MODEL, rowKey: roundClaim('classic', ROUND), runId });
    const { run, duplicate } = await app.start(MODEL);
    expect(duplicate).toBe(false);
    expect(claimedBy(roundClaim('classic', ROUND))).toBe(run.id);
  },
);

test('an attempt that cannot be read is left out of the record of its run', async () => {
  app.world.runtime.behaviour = (_, start) => ({ exitCode: start === 1 ? 1 : 0 });
  const { run } = await app.start(MODEL);
  await app.until(run, hasEnded);
  const rowKey = `${runRowKey(run.id)}_001`;
  expect(app.row(MODEL, rowKey)).toBeDefined();
  await app.put({ partitionKey: MODEL, rowKey, platform: '' });
  expect(await app.record(run)).toMatchObject({ earlier: [], run: { state: 'succeeded' } });
});

test('a tick of a timer that cannot be read counts as none', async () => {
  const at = 'the day before yesterday';
  for (const rowKey of ['tick_watcher', 'tick_fallback'])
    await app.put({ partitionKey: 'inflight', rowKey, at }, 'inflight');
  const { timers } = await readStatus(app.services, app.services.models);
  expect(timers.watcher).toEqual({ lastTickAt: null, hasRun: false, recent: false, silentSince: null });
  // Nor does one say anything that a wrong clock has written.
  await app.put({ partitionKey: 'inflight', rowKey: 'tick_watcher', at: '2099-01-01T00:00:00.000Z' }, 'inflight');
  expect((await readStatus(app.services, [])).timers.watcher).toMatchObject({ hasRun: false, recent: false });
  await app.tick();
  expect((await readStatus(app.services, [])).timers.watcher).toMatchObject({ recent: true });
});

test.each(['requested', 'starting', 'running'])(
  'a run that is %s without an attempt that can be read ends, and a later trigger starts anew',
  async (state) => {
    const { run } = await app.start(MODEL);
    await app.put({ partitionKey: MODEL, rowKey: runRowKey(run.id), state, attempt_number: '' });
    await app.tick();
    expect((await app.record(run)).run).toMatchObject({
      state: 'failed',
      failure: 'not-started',
      reason: expect.stringContaining(`has the state ${state}, but its attempt is missing or cannot be read`),
    });
    expect(await inFlight()).toEqual([]);
    expect(await app.start(MODEL)).toMatchObject({ duplicate: false });
    expect((await app.until(run, hasEnded)).run.state).toBe('succeeded');
  },
);

test('a lease until no time keeps nobody from going on', async () => {
  const { run } = await app.start(MODEL);
  const damage = { attempt_leaseUntil: 'soon', attempt_acceptedAt: 0 };
  await app.put({ partitionKey: MODEL, rowKey: runRowKey(run.id), ...damage });
  expect((await app.until(run, hasEnded)).run).toMatchObject({ state: 'succeeded', attempt: { number: 1 } });
});

test.each(['a/b#c?\\%', ''])(
  'a claim that names %j keeps no other model from its fallback and its review',
  async (runId) => {
    await app.fallback();
    const claim = { partitionKey: MODEL, runId };
    await app.put({ ...claim, rowKey: roundClaim('classic', ROUND) });
    await app.pass(15);
    expect(await app.fallback()).toEqual({ started: 2, failures: 0 });
    await app.put({ ...claim, rowKey: roundClaim('classic', ROUND + 1) });
    // Down while the next round was open.
    await app.pass(26 * 60);
    expect(await app.fallback()).toEqual({ started: 0, failures: 0 });
    const { records } = await listRuns(app.services, {
      models: app.services.models,
      state: 'failed',
      limit: 9,
      after: null,
    });
    expect(records.map(({ run }) => [run.model, run.round])).toEqual([['another-model', ROUND + 1]]);
  },
);
