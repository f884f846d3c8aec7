// The summaries in their partition: written whole, only over what was read, and all read in one query.

import { beforeEach, expect, test } from 'vitest';
import { pastRecord } from '../../../local/scenes/past-run.ts';
import type { Summary } from '../../../src/lib/runs/stores.ts';
import { summaryOf } from '../../../src/lib/runs/summary.ts';
import { SUMMARIES } from '../../../src/lib/storage/summary-store.ts';
import { later, modelOf } from '../../support/runs.ts';
import { idOf, openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});

const model = modelOf('image', { numeraiModels: Array.from({ length: 60 }, (_, index) => `slot_${index}`) });

/** Of so many runs; all kinds of values are in them. */
function summary(count: number): Summary {
  const records = Array.from({ length: count }, (_, index) =>
    pastRecord({
      model,
      round: 100 - index,
      at: later(-index * 86_400),
      failedBefore: index % 3,
      ...(index % 4 === 1 && { state: 'failed', slots: { slot_7: { submission: 'accepted' } } }),
      more: { id: idOf(900 - index), ...(index % 5 === 4 && { isTest: true, round: null, isForced: true }) },
      attempt: index % 6 === 5 ? { slots: ['slot_7'], exitCode: 0, costUsd: 0 } : {},
    }),
  );
  return summaryOf({ records, unreadable: count });
}

test('what is written is read, whatever was there before', async () => {
  const { summaries } = stores;
  for (const count of [30, 2, 0, 30]) {
    const known = await summaries.getEtag(model.name);
    expect(await summaries.write(model.name, summary(count), known)).toBe(true);
    expect(await summaries.readAll()).toEqual(new Map([[model.name, summary(count)]]));
  }
});

test('nobody writes over what they have not seen', async () => {
  const { summaries } = stores;
  await summaries.write(model.name, summary(1), null);
  const old = await summaries.getEtag(model.name);
  expect(await summaries.write(model.name, summary(2), null)).toBe(false);
  expect(await summaries.write(model.name, summary(3), old)).toBe(true);
  expect(await summaries.write(model.name, summary(4), old)).toBe(false);
  expect((await summaries.readAll()).get(model.name)).toEqual(summary(3));
});

test('one that cannot be read hides no other', async () => {
  const { summaries, put } = stores;
  for (const name of ['a', 'b', 'c']) await summaries.write(name, summary(0), null);
  await put({ partitionKey: SUMMARIES, rowKey: 'a', form: 99 }, 'state');
  await put({ partitionKey: SUMMARIES, rowKey: 'b', text0: '[{"run":{"slots":7}}]' }, 'state');
  expect([...(await summaries.readAll()).keys()]).toEqual(['c']);
  expect(await summaries.getEtag('a')).not.toBeNull();
});

test('of hundreds, all are read', async () => {
  const { summaries } = stores;
  for (let index = 0; index < 250; index += 1) await summaries.write(`m-${index}`, summary(0), null);
  expect((await summaries.readAll()).size).toBe(250);
});

test.each<[string, object]>([
  ['as many slots as no entry has', { times: 1_000_000_000_000 }],
  ['fewer slots than none', { times: -1 }],
  ['half a slot', { times: 1.5 }],
  ['slots that are no number', { times: 'many' }],
])('one that says %s hides no other', async (_, slot) => {
  const { summaries, put } = stores;
  for (const name of ['a', 'b']) await summaries.write(name, summary(1), null);
  const run = { id: idOf(1), requestedAt: later(0).toISOString(), slots: [{ submission: 'accepted', ...slot }] };
  await put({ partitionKey: SUMMARIES, rowKey: 'a', text0: JSON.stringify([{ run }]) }, 'state');
  expect([...(await summaries.readAll()).keys()]).toEqual(['b']);
});

test.each([-5, 1.5, 'x'])('one with %j runs that cannot be read is none', async (unreadable) => {
  const { summaries, put } = stores;
  await summaries.write('a', summary(1), null);
  await put({ partitionKey: SUMMARIES, rowKey: 'a', unreadable }, 'state');
  expect([...(await summaries.readAll()).keys()]).toEqual([]);
});
