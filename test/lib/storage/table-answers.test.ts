// Answers of the Table service that lack the ETag, as what stands in between may take it out: what is changed by such a row
// would be changed whatever is there.

import { beforeEach, describe, expect, test } from 'vitest';
import { acceptedRun } from '../../support/runs.ts';
import { idOf, insertRun, openStores, type Stores } from './stores.ts';

const MODEL = 'some-model';
let areTaken = false;
let stores: Stores;
beforeEach(async () => {
  areTaken = false;
  stores = await openStores(undefined, ({ status, headers, body }) => ({
    status,
    headers: areTaken
      ? Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'etag'))
      : headers,
    body: areTaken
      ? body.replaceAll(/"odata\.etag":"(?:[^"\\]|\\.)*",?/g, '').replaceAll(/^etag:.*\r?\n/gim, '')
      : body,
  }));
  await insertRun(stores, MODEL, 1);
});

/** With the answers as they come without ETags; the app asks again and again, so that time has to pass. */
async function withoutEtags(ask: () => Promise<unknown>): Promise<unknown> {
  areTaken = true;
  let isOver = false;
  const asked = ask().finally(() => {
    isOver = true;
  });
  asked.catch(() => undefined);
  while (!isOver) await stores.clock.advance(1000);
  return asked;
}

describe('without its ETag', () => {
  test.each<[string, (stores: Stores) => Promise<unknown>]>([
    ['a row', ({ runs }) => runs.get(MODEL, idOf(1))],
    ['a list of rows', ({ runs }) => runs.list(MODEL, { limit: 5 })],
    ['the index of the runs in flight', ({ inFlight }) => inFlight.read()],
    ['a page of summaries', ({ summaries }) => summaries.readAll()],
  ])('%s is no answer', async (_what, ask) => {
    await stores.summaries.write(MODEL, { records: [], unreadable: 0 }, null);
    await stores.inFlight.recordTick('watcher', { at: stores.clock.now(), note: '' });
    await expect(withoutEtags(() => ask(stores))).rejects.toMatchObject({ failure: 'unavailable' });
  });

  test('a transaction may have been carried out: it is sent again, and what it was to insert is there', async () => {
    const run = acceptedRun('image', { id: idOf(2), model: MODEL });
    expect(await withoutEtags(() => stores.runs.write(MODEL, [{ do: 'insert-run', run }]))).toBeNull();
  });
});
