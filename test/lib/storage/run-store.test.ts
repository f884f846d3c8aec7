// The store of runs: lists, and what becomes of rows that cannot be read.

import { beforeEach, describe, expect, test } from 'vitest';
import { listRuns } from '../../../src/lib/operations/list-runs.ts';
import { type RunRecord, StaleRunError } from '../../../src/lib/runs/stores.ts';
import { type Row, runRowKey } from '../../../src/lib/storage/rows.ts';
import { acceptedRun, modelOf, RUN_ID } from '../../support/runs.ts';
import { idOf, insertRun, insertUnreadableRun, openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});

const MODEL = 'some-model';
const ANOTHER = 'another-model';
const insert = (number: number, model = MODEL) => insertRun(stores, model, number);
const insertUnreadable = (number: number, model = MODEL) => insertUnreadableRun(stores, model, number);

const numbersOf = (records: readonly RunRecord[]): number[] => records.map(({ run }) => Number(run.id.slice(-4)));

/** All pages, one by one. */
async function pages(limit: number, models = [MODEL]): Promise<number[][]> {
  const found: number[][] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listRuns>> = await listRuns(stores, {
      models: models.map((name) => modelOf('image', { name })),
      state: null,
      limit,
      after,
    });
    found.push(numbersOf(page.records));
    after = page.next;
  } while (after !== null && found.length < 20);
  return found;
}

describe('a list of runs', () => {
  test('is newest first, as many as asked for, and says where the next one begins', async () => {
    for (const number of [1, 2, 3, 4, 5]) await insert(number);
    const first = await stores.runs.list(MODEL, { limit: 2 });
    expect(numbersOf(first.records)).toEqual([5, 4]);
    expect(first.next).toBe(idOf(4));
    const rest = await stores.runs.list(MODEL, { limit: 3, after: idOf(4) });
    expect(numbersOf(rest.records)).toEqual([3, 2, 1]);
    expect(rest.next).toBeNull();
  });

  test('has the earlier attempts of each run, also of the last one', async () => {
    for (const number of [1, 2, 3]) {
      await insert(number);
      for (const attemptNumber of [1, 2, 3, 4]) {
        const { attempt } = acceptedRun('image', {}, { number: attemptNumber });
        await stores.runs.write(MODEL, [{ do: 'keep-attempt', runId: idOf(number), attempt }]);
      }
      const stored = await stores.runs.get(MODEL, idOf(number));
      if (stored === null || stored === 'unreadable') throw new Error('It is there.');
      const { attempt } = acceptedRun('image', {}, { number: 5 });
      await stores.runs.update(stored, { attempt });
    }
    for (const limit of [1, 2, 3]) {
      const { records } = await stores.runs.list(MODEL, { limit });
      expect(records.map(({ earlier }) => earlier.map(({ number }) => number))).toEqual(
        Array.from({ length: limit }, () => [1, 2, 3, 4]),
      );
    }
  });

  test('shows no attempt twice that is read while its run moves on', async () => {
    await insert(1);
    const { attempt } = acceptedRun('image');
    await stores.runs.write(MODEL, [{ do: 'keep-attempt', runId: idOf(1), attempt }]);
    expect(await stores.runs.getRecord(MODEL, idOf(1))).toMatchObject({ earlier: [] });
  });

  test('leaves out an attempt that cannot be read, and counts it', async () => {
    await insert(1);
    await stores.put({
      partitionKey: MODEL,
      rowKey: `${runRowKey(idOf(1))}_001`,
      number: { type: 'Double', value: '0.5' },
    });
    const { records, unreadable } = await stores.runs.list(MODEL, { limit: 5 });
    expect(records).toMatchObject([{ earlier: [] }]);
    expect(unreadable).toBe(1);
    await stores.put({ partitionKey: MODEL, rowKey: `${runRowKey(idOf(1))}_abc`, mood: 'good' });
    expect(await stores.runs.list(MODEL, { limit: 5 })).toMatchObject({ records: [{}], unreadable: 2 });
  });

  test.each<[string, string]>([
    ['id', idOf(9)],
    ['id', 'nonsense'],
    ['model', ANOTHER],
  ])('does not believe a column %s that says %s against the key of its row', async (column, value) => {
    await insert(1);
    await insert(2);
    await stores.put({ partitionKey: MODEL, rowKey: runRowKey(idOf(2)), [column]: value });
    const list = await stores.runs.list(MODEL, { limit: 5 });
    expect(numbersOf(list.records)).toEqual([1]);
    expect(list.unreadable).toBe(1);
    expect(await stores.runs.get(MODEL, idOf(2))).toBe('unreadable');
  });

  test('skips and counts what cannot be read', async () => {
    await insert(1);
    await insertUnreadable(2);
    await insert(3);
    const list = await stores.runs.list(MODEL, { limit: 10 });
    expect(numbersOf(list.records)).toEqual([3, 1]);
    expect(list).toMatchObject({ unreadable: 1, next: null });
  });

  test('leaves out what only takes the place of a run', async () => {
    await insert(1);
    expect(await stores.runs.voidRun(MODEL, idOf(2))).toBe(true);
    await insert(3);
    const list = await stores.runs.list(MODEL, { limit: 2 });
    expect(numbersOf(list.records)).toEqual([3, 1]);
    expect(list).toMatchObject({ unreadable: 0, next: null });
  });
});

describe('a list of runs with odd rows', () => {
  test('goes on past many rows that only take the place of a run', async () => {
    await insert(1);
    for (let number = 2; number <= 7; number += 1) await stores.runs.voidRun(MODEL, idOf(number));
    await insert(8);
    expect(numbersOf((await stores.runs.list(MODEL, { limit: 2 })).records)).toEqual([8, 1]);
  });

  test('takes no row of an attempt for a run, whatever its columns', async () => {
    await insert(1);
    const { etag: _, ...columns } = { etag: '', ...stores.row(MODEL, runRowKey(idOf(1))) };
    const rowKey = `${runRowKey(idOf(2))}_001`;
    await stores.put({ ...(columns as Partial<Row>), partitionKey: MODEL, rowKey, id: idOf(2) });
    const list = await stores.runs.list(MODEL, { limit: 5 });
    expect(numbersOf(list.records)).toEqual([1]);
    expect(list.unreadable).toBe(1);
  });
});

describe('pages of runs', () => {
  test('go through the runs of all models in the order of time', async () => {
    for (const number of [1, 3, 4, 7]) await insert(number);
    for (const number of [2, 5, 6]) await insert(number, ANOTHER);
    expect(await pages(3, [MODEL, ANOTHER])).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
    expect(await pages(7, [MODEL, ANOTHER])).toEqual([[7, 6, 5, 4, 3, 2, 1]]);
  });

  test.each([1, 2, 3, 4, 10])('of %d reach the runs behind many that cannot be read', async (limit) => {
    await insert(1);
    for (const number of [2, 3, 4, 5, 6]) await insertUnreadable(number);
    await insert(7);
    await insert(8, ANOTHER);
    await insertUnreadable(9);
    expect((await pages(limit)).flat()).toEqual([7, 1]);
    expect((await pages(limit, [MODEL, ANOTHER])).flat()).toEqual([8, 7, 1]);
  });

  test.each([1, 2, 3, 10])('of %d go past keys that name no run, and count each once', async (limit) => {
    for (const number of [1, 2, 3]) await insert(number);
    const keys = ['run_', 'run_0', 'run_0!', 'run_zzz', `run_${'a'.repeat(26)}`, `${runRowKey(idOf(2)).slice(0, -1)}_`];
    for (const rowKey of [...keys, 'run_ÄÖ']) await stores.put({ partitionKey: MODEL, rowKey, mood: 'odd' });
    expect((await pages(limit)).flat()).toEqual([3, 2, 1]);
    let unreadable = 0;
    for (let after: string | null | undefined; after !== null; ) {
      const page: Awaited<ReturnType<typeof stores.runs.list>> = await stores.runs.list(MODEL, { limit, after });
      expect(page.next ?? idOf(1)).toMatch(/^01KN4ENXVQQ2T3KWT8RWJ0000[123]$/);
      unreadable += page.unreadable;
      after = page.next;
    }
    expect(unreadable).toBe(keys.length);
  });

  test('say how many runs are left out', async () => {
    await insert(1);
    await insertUnreadable(2);
    await insertUnreadable(3, ANOTHER);
    const models = [MODEL, ANOTHER].map((name) => modelOf('image', { name }));
    const page = await listRuns(stores, { models, state: null, limit: 10, after: null });
    expect(page).toMatchObject({ unreadable: 2, next: null });
  });

  test('of one state reach them behind many others', async () => {
    await insert(1);
    const stored = await stores.runs.get(MODEL, idOf(1));
    if (stored === null || stored === 'unreadable') throw new Error('It is there.');
    await stores.runs.update(stored, { state: 'failed' });
    for (let number = 2; number < 12; number += 1) await insert(number);
    const models = [modelOf('image')];
    const page = await listRuns(stores, { models, state: 'failed', limit: 1, after: null });
    expect(numbersOf(page.records)).toEqual([1]);
  });
});

describe('one run', () => {
  test('that is not there is null, in whatever way it is asked for', async () => {
    expect(await stores.runs.get(MODEL, RUN_ID)).toBeNull();
    expect(await stores.runs.getRecord(MODEL, RUN_ID)).toBeNull();
    await stores.runs.voidRun(MODEL, RUN_ID);
    expect(await stores.runs.get(MODEL, RUN_ID)).toBeNull();
    expect(await stores.runs.getRecord(MODEL, RUN_ID)).toBeNull();
  });

  test.each(['a/b#c?\\%', 'nonsense'])(
    'with the id %s is not asked for: no row of a run has such a key',
    async (id) => {
      await stores.put({ partitionKey: MODEL, rowKey: 'run_nonsense', mood: 'odd' });
      expect(await stores.runs.get(MODEL, id)).toBeNull();
    },
  );

  test('can never be written any more once its place is taken, and its place is taken once', async () => {
    expect(await stores.runs.voidRun(MODEL, RUN_ID)).toBe(true);
    expect(await stores.runs.voidRun(MODEL, RUN_ID)).toBe(true);
    const run = acceptedRun('image');
    const written = await stores.runs.write(MODEL, [
      { do: 'insert-run', run },
      { do: 'insert-claim', key: run.claim, runId: run.id },
    ]);
    expect(written).toBeNull();
    expect(await stores.runs.getClaim(MODEL, run.claim)).toBeNull();
  });

  test('is not displaced where it exists, even where it cannot be read', async () => {
    await insert(1);
    await insertUnreadable(2);
    expect(await stores.runs.voidRun(MODEL, idOf(1))).toBe(false);
    expect(await stores.runs.voidRun(MODEL, idOf(2))).toBe(false);
  });

  test('is changed by one of two', async () => {
    await insert(1);
    const stored = await stores.runs.get(MODEL, idOf(1));
    if (stored === null || stored === 'unreadable') throw new Error('It is there.');
    await stores.runs.update(stored, { state: 'running' });
    await expect(stores.runs.update(stored, { state: 'failed' })).rejects.toThrow(StaleRunError);
    const writes = [
      { do: 'update-run', run: stored.value, known: stored },
      { do: 'insert-claim', key: 'claim_round_99', runId: idOf(1) },
    ] as const;
    await expect(stores.runs.write(MODEL, writes)).rejects.toThrow(StaleRunError);
    // All or nothing.
    expect(await stores.runs.getClaim(MODEL, 'claim_round_99')).toBeNull();
  });

  test('quotes no secret in any sentence', async () => {
    const redacting = await openStores((text) => text.replaceAll('sesame', '[secret]'));
    const quote = 'It said: sesame.';
    const run = acceptedRun('image', { reason: quote, startNote: quote, waitingFor: quote }, { reason: quote });
    const etag = await redacting.runs.write(MODEL, [{ do: 'insert-run', run }]);
    const text = () => JSON.stringify(redacting.row(MODEL, runRowKey(run.id)));
    expect(text()).not.toContain('sesame');
    expect(text()).toContain('It said: [secret].');
    const known = { value: run, etag: etag ?? '' };
    await redacting.runs.write(MODEL, [{ do: 'update-run', run: { ...run, startNote: `${quote} Twice.` }, known }]);
    expect(text()).not.toContain('sesame');
    expect(text()).toContain('It said: [secret]. Twice.');
    const again = { value: run, etag: String(redacting.row(MODEL, runRowKey(run.id))?.['odata.etag'] ?? '*') };
    const { value } = await redacting.runs.update(again, { reason: quote });
    expect(text()).not.toContain('sesame');
    expect(JSON.stringify(value)).not.toContain('sesame');
  });
});
