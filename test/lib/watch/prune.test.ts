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
  pruneALittle({ ...app.services, runs: stores.runs, entries, clock: new SimulatedClock(later(day * DAY)) }, note);

test('a sweep looks at one entry a tick, and once a day', async () => {
  let note = await sweep(500, '');
  expect(note).toBe('2027-08-14 1');
  for (let tick = 0; tick < 4; tick += 1) note = await sweep(500, note);
  expect(note).toBe('2027-08-14 3');
  expect(await sweep(501, note)).toBe('2027-08-15 1');
});

test('a sweep that midnight comes upon goes on, so that the last entry has its turn', async () => {
  await insertRun(stores, 'retrain', 1);
  let note = '';
  for (const day of [500, 501, 502]) note = await sweep(day, note);
  expect(stores.keys('retrain')).toEqual([]);
  expect(note).toBe('2027-08-14 3');
  expect(await sweep(502, note)).toBe('2027-08-16 1');
});

test('a job that runs each minute is cleared a hundred runs at a tick', async () => {
  for (let number = 1; number <= 130; number += 1) await insertRun(stores, 'retrain', number);
  let note = await sweep(500, '2027-08-14 2');
  expect(note).toBe('2027-08-14 2');
  expect(await stores.runs.list('retrain', { limit: 50 })).toMatchObject({ records: { length: 30 } });
  note = await sweep(500, note);
  expect(note).toBe('2027-08-14 3');
  expect(stores.keys('retrain')).toEqual([]);
});

test('what is not old enough stays', async () => {
  await insertRun(stores, 'first', 1);
  await sweep(399, '');
  expect(await stores.runs.get('first', idOf(1))).not.toBeNull();
});
