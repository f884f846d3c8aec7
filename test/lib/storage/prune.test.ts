// Runs that are old enough to go, and all that belongs to them.

import { decodeTime } from 'ulid';
import { beforeEach, describe, expect, test } from 'vitest';
import { logRowKey, runRowKey } from '../../../src/lib/storage/rows.ts';
import { acceptedRun, later } from '../../support/runs.ts';
import { idOf, insertRun, insertUnreadableRun, openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});

const MODEL = 'some-model';

describe('old runs', () => {
  const inDays = (number: number) => new Date(later(0).getTime() + number * 24 * 3_600_000);

  test('go with their attempts, logs and claims', async () => {
    await insertRun(stores, MODEL, 1);
    const { attempt } = acceptedRun('image');
    await stores.runs.write(MODEL, [{ do: 'keep-attempt', runId: idOf(1), attempt }]);
    await stores.logs.update(MODEL, idOf(1), 1, () => 'Hello.');
    expect(stores.row(MODEL, logRowKey(idOf(1), 1))).toBeDefined();
    expect(await stores.runs.prune(MODEL, inDays(-1), 5)).toBe(0);
    expect(await stores.runs.prune(MODEL, inDays(1), 5)).toBe(1);
    expect(stores.keys(MODEL)).toEqual([]);
  });

  test('leave the claims that name another run, and rows that name none', async () => {
    await insertRun(stores, MODEL, 1);
    await insertRun(stores, MODEL, 2);
    const stored = await stores.runs.get(MODEL, idOf(1));
    if (stored === null || stored === 'unreadable') throw new Error('It is there.');
    await stores.runs.update(stored, { claim: 'claim_round_classic_2' });
    await stores.runs.write(MODEL, [{ do: 'insert-claim', key: 'claim_day_classic_2026-04-01', runId: idOf(2) }]);
    await stores.put({ partitionKey: MODEL, rowKey: 'run_zzz', mood: 'odd' });
    await stores.put({ partitionKey: MODEL, rowKey: runRowKey(idOf(2)), id: idOf(3) });
    expect(await stores.runs.prune(MODEL, inDays(1), 5)).toBe(2);
    expect(stores.keys(MODEL)).toEqual([
      'claim_day_classic_2026-04-01',
      'claim_round_classic_1',
      'claim_round_classic_2',
      'run_zzz',
    ]);
  });

  test('go a few at a time, and also where they cannot be read', async () => {
    for (const number of [1, 2, 3]) await insertRun(stores, MODEL, number);
    await insertUnreadableRun(stores, MODEL, 4);
    expect(await stores.runs.prune(MODEL, inDays(1), 3)).toBe(3);
    expect(await stores.runs.prune(MODEL, inDays(1), 3)).toBe(1);
    expect(await stores.runs.list(MODEL, { limit: 5 })).toMatchObject({
      records: [],
      unreadable: 0,
    });
  });

  test('go with the logs of all attempts, and with the claim of their day', async () => {
    const { attempt } = acceptedRun('image');
    const run = acceptedRun('image', { id: idOf(1), model: MODEL, claim: 'claim_round_classic_1' }, { number: 2 });
    await stores.runs.write(MODEL, [
      { do: 'insert-run', run },
      { do: 'insert-claim', key: run.claim, runId: run.id },
      { do: 'insert-claim', key: `claim_day_classic_${run.requestedAt.slice(0, 10)}`, runId: run.id },
      { do: 'keep-attempt', runId: run.id, attempt },
    ]);
    for (const number of [1, 2]) await stores.logs.update(MODEL, run.id, number, () => 'Hello.');
    expect(stores.keys(MODEL)).toHaveLength(6);
    expect(await stores.runs.prune(MODEL, inDays(1), 5)).toBe(1);
    expect(stores.keys(MODEL)).toEqual([]);
  });

  test.each([
    ['and that it is the latest, where it still is', 1, []],
    ['and leave that another one is the latest', 2, ['claim_latest']],
  ])('of a job go with the claim of their time, %s', async (_, latest, left) => {
    const claim = 'claim_time_2026-04-01T12:00:00.000Z';
    const run = acceptedRun('image', { id: idOf(1), model: MODEL, tournament: null, claim });
    await stores.runs.write(MODEL, [
      { do: 'insert-run', run },
      { do: 'insert-claim', key: claim, runId: run.id },
      { do: 'insert-claim', key: 'claim_latest', runId: idOf(latest) },
    ]);
    expect(await stores.runs.prune(MODEL, inDays(1), 5)).toBe(1);
    expect(stores.keys(MODEL)).toEqual(left);
  });

  test('are those requested before the moment, to the millisecond', async () => {
    await insertRun(stores, MODEL, 1);
    const at = decodeTime(idOf(1));
    expect(await stores.runs.prune(MODEL, new Date(at), 5)).toBe(0);
    expect(await stores.runs.prune(MODEL, new Date(at + 1), 5)).toBe(1);
  });

  test('are found again by the next sweep where one died half way', async () => {
    await insertRun(stores, MODEL, 1);
    const { attempt } = acceptedRun('image');
    await stores.runs.write(MODEL, [{ do: 'keep-attempt', runId: idOf(1), attempt }]);
    stores.faults.add({ kind: 'status', status: 403, match: { path: `${runRowKey(idOf(1))}_001` } });
    await expect(stores.runs.prune(MODEL, inDays(1), 5)).rejects.toThrow('403');
    expect(stores.row(MODEL, runRowKey(idOf(1)))).toBeDefined();
    stores.faults.clear();
    expect(await stores.runs.prune(MODEL, inDays(1), 5)).toBe(1);
    expect(stores.keys(MODEL)).toEqual([]);
  });

  test('leave a claim that has come to name another run meanwhile', async () => {
    await insertRun(stores, MODEL, 1);
    const { getClaim } = stores.runs;
    stores.runs.getClaim = async (model, key, signal) => {
      const claim = await getClaim(model, key, signal);
      if (claim !== null && key === 'claim_round_classic_1')
        await stores.runs.write(model, [{ do: 'update-claim', key, runId: idOf(2), etag: claim.etag }]);
      return claim;
    };
    await stores.runs.prune(MODEL, inDays(1), 5).catch(() => 'The next sweep goes on.');
    expect(stores.row(MODEL, 'claim_round_classic_1')).toMatchObject({ runId: idOf(2) });
  });
});
