// How old history is removed, tick by tick.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { pruneALittle } from '../../../src/lib/watch/prune.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { jobOf, later, modelOf } from '../../support/runs.ts';
import { idOf, insertRun, openStores, type Stores } from '../storage/stores.ts';

let app: TestApp;
let stores: Stores;
beforeEach(async () => {
  app = await openApp([{ name: 'model', tournament: 'classic', container: { image: 'example.org/some:1' } }]);
  stores = await openStores();
});
afterEach(() => app.close());

const DAY = 24 * 3600;
const entries = [{ ...modelOf('image'), name: 'first' }, { ...modelOf('image'), name: 'second' }, jobOf()];

/** @param day after that on which all runs were requested, with a history of 400 days. */
const sweep = (day: number, note: string) =>
  pruneALittle(
    {
      ...app.services,
      runs: stores.runs,
      summaries: stores.summaries,
      entries,
      clock: new SimulatedClock(later(day * DAY)),
    },
    note,
  );

test('a sweep looks at one of those on record a tick, and once a day', async () => {
  for (const [index, name] of ['second', 'retrain', 'first-b', 'first'].entries()) {
    await insertRun(stores, name, index);
    // One row that is not removed.
    await stores.put({ partitionKey: name, rowKey: 'run_zzz', mood: 'odd' });
  }
  let note = '';
  const notes: string[] = [];
  for (let tick = 0; tick < 6; tick += 1) {
    note = await sweep(500, note);
    notes.push(note);
  }
  const looked = ['first', 'first-b', 'retrain', 'second', '~', '~'];
  expect(notes).toEqual(looked.map((name) => `2027-08-14 ${name}`));
  expect(await sweep(501, note)).toBe('2027-08-15 first');
});

test.each(['', 'nonsense', '2027-08-14', "2027-08-14 a'b c"])(
  'a note that is damaged (%j) ends nothing',
  async (note) => {
    await insertRun(stores, 'first', 1);
    // A row of somebody else's in the same table.
    await stores.put({ partitionKey: "O'Neil or 1 eq 1", rowKey: 'run_zzz' });
    let next = note;
    for (let tick = 0; tick < 8; tick += 1) next = await sweep(tick < 4 ? 500 : 501, next);
    expect(next).toBe('2027-08-15 ~');
    expect(stores.keys('first')).toEqual([]);
    expect(stores.keys("O'Neil or 1 eq 1")).toEqual(['run_zzz']);
  },
);

test('a sweep that midnight comes upon goes on, so that the last one has its turn', async () => {
  await insertRun(stores, 'first', 1);
  await insertRun(stores, 'retrain', 1);
  let note = '';
  for (const day of [500, 501, 502]) note = await sweep(day, note);
  expect(stores.keys('retrain')).toEqual([]);
  expect(note).toBe('2027-08-14 ~');
  expect(await sweep(502, note)).toBe('2027-08-16 ~');
});

test('a job that runs each minute is cleared a hundred runs at a tick', async () => {
  for (let number = 1; number <= 130; number += 1) await insertRun(stores, 'retrain', number);
  let note = await sweep(500, '2027-08-14 first');
  expect(note).toBe('2027-08-14 first');
  expect(await stores.runs.list('retrain', { limit: 50 })).toMatchObject({ records: { length: 30 } });
  note = await sweep(500, note);
  expect(note).toBe('2027-08-14 retrain');
  expect(stores.keys('retrain')).toEqual([]);
});

test('what is not old enough stays', async () => {
  await insertRun(stores, 'first', 1);
  await sweep(399, '');
  expect(await stores.runs.get('first', idOf(1))).not.toBeNull();
});

test('what models.json no longer has is removed as well, its summary once a day whatever its age', async () => {
  for (const name of ['first', 'removed']) {
    await insertRun(stores, name, 1);
    await stores.summaries.write(name, { records: [], unreadable: 0 }, null);
  }
  await stores.put({ partitionKey: 'summaries', rowKey: 'long-gone', text: 'no summary' }, 'state');
  let note = '';
  for (let tick = 0; tick < 3; tick += 1) note = await sweep(399, note);
  expect([...(await stores.summaries.readAll()).keys()]).toEqual(['first']);
  expect(stores.row('summaries', 'long-gone', 'state')).toBeUndefined();
  expect(await stores.runs.get('removed', idOf(1))).not.toBeNull();
  for (let tick = 0; tick < 3; tick += 1) note = await sweep(500, note);
  expect(stores.keys('removed')).toEqual([]);
});
