// Logs in several rows: all of a change or nothing, also where writers meet, die or lose an answer.

import { beforeEach, describe, expect, test } from 'vitest';
import { createExternalCaller } from '../../../src/lib/azure/external-call.ts';
import { createLogStore } from '../../../src/lib/storage/log-store.ts';
import { logRowKey } from '../../../src/lib/storage/rows.ts';
import { createTables } from '../../../src/lib/storage/tables.ts';
import { httpClientPastTheGate } from '../../simulation/world/clients.ts';
import { startWorld } from '../../simulation/world/world.ts';
import { idOf, openStores, type Stores } from './stores.ts';

const MODEL = 'some-model';
const RUN = idOf(1);
const MIB = 1024 * 1024;

let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});

const keep = (text: string, attempt = 1) => stores.logs.update(MODEL, RUN, attempt, () => text);
const load = (attempt = 1) => stores.logs.load(MODEL, RUN, attempt);
const rowsOf = (attempt: number) => stores.keys(MODEL).filter((key) => key.startsWith(logRowKey(RUN, attempt)));

/** Texts of a MiB, but for one character: those of the largest rows, of the smallest characters, and of both. */
const LARGE = {
  ascii: `${'x'.repeat(99)}\n`.repeat(MIB / 100),
  'pairs that no column may part': `a${'🦄'.repeat(MIB / 4 - 1)}`,
  'text that is longer in JSON': '"\\\n'.repeat(MIB / 3),
};

test.each(Object.entries(LARGE))(
  'a MiB of %s comes back as it was, beside that of another attempt',
  async (_, text) => {
    expect(await load()).toBeNull();
    await keep('another', 2);
    expect((await keep(text)) === text).toBe(true);
    expect((await load()) === text).toBe(true);
    expect(await load(2)).toBe('another');
    await keep('less', 1);
    expect(await load()).toBe('less');
  },
);

test('of what no transaction takes, the end is kept', async () => {
  const text = '\u001b'.repeat(MIB);
  await keep(text);
  const kept = await load();
  expect(kept !== null && kept.length >= MIB / 4 && text.endsWith(kept)).toBe(true);
});

test('what does not change is not written', async () => {
  await keep('one');
  const before = stores.row(MODEL, logRowKey(RUN, 1));
  await stores.logs.update(MODEL, RUN, 1, (kept) => kept);
  expect(stores.row(MODEL, logRowKey(RUN, 1))).toEqual(before);
  await stores.logs.update(MODEL, RUN, 2, (kept) => kept);
  expect(await load(2)).toBeNull();
});

describe('where a change does not come through', () => {
  test.each(['drop-before', 'hang'] as const)('(%s) all is as before', async (kind) => {
    await keep(LARGE.ascii);
    stores.faults.add({ kind, match: { method: 'POST' } });
    const late = keep(LARGE.ascii.replaceAll('x', 'y')).catch((error: unknown) => error);
    for (let second = 0; second < 30; second += 1) await stores.clock.advance(1_000);
    expect(await late).toMatchObject({ code: 'external-unavailable' });
    expect((await load()) === LARGE.ascii).toBe(true);
  });

  test('only its answer is lost: it counts once', async () => {
    await keep('one\n');
    stores.faults.add({ kind: 'drop-after', match: { method: 'POST' }, times: 1 });
    const add = (kept: string) => (kept.endsWith('two\n') ? kept : `${kept}two\n`);
    const done = stores.logs.update(MODEL, RUN, 1, add);
    for (let second = 0; second < 5; second += 1) await stores.clock.advance(1_000);
    expect(await done).toBe('one\ntwo\n');
    expect(await load()).toBe('one\ntwo\n');
  });
});

test('of two who add at the same time both are heard', async () => {
  await Promise.all(['a', 'b', 'c'].map((letter) => stores.logs.update(MODEL, RUN, 1, (kept) => kept + letter)));
  expect([...((await load()) ?? '')].sort()).toEqual(['a', 'b', 'c']);
});

test('a row that is missing, or of another change, hides no other, and what is kept next makes it whole', async () => {
  await keep(LARGE.ascii);
  expect(rowsOf(1)).toHaveLength(3);
  await stores.put({ partitionKey: MODEL, rowKey: logRowKey(RUN, 1, 1), change: 'of another', text0: 'mixed' });
  const kept = await load();
  expect(kept).toContain('[the app] A part of this log cannot be read any more.');
  expect(kept).not.toContain('mixed');
  expect(kept?.length).toBeGreaterThan(MIB / 2);
  await keep(LARGE.ascii);
  expect((await load()) === LARGE.ascii).toBe(true);
});

test('Azurite takes the same, and finds its keys', async () => {
  const world = await startWorld({ start: '2026-04-01T12:00:00Z', numerai: { accounts: [] }, overSockets: true });
  try {
    const tables = createTables({
      access: { kind: 'identity', url: world.tables.endpoint },
      credential: world.credential,
      call: createExternalCaller({ clock: world.clock, random: () => 0.5 }),
      httpClient: httpClientPastTheGate(world.carrier),
    });
    const logs = createLogStore(tables);
    for (const text of ['earlier', LARGE['pairs that no column may part']]) {
      await logs.update(MODEL, RUN, 1, () => text);
      expect((await logs.load(MODEL, RUN, 1)) === text).toBe(true);
    }
    const filter = `PartitionKey eq '${MODEL}'`;
    expect(await tables.runs.keys('look', filter)).toEqual([0, 1].map((part) => logRowKey(RUN, 1, part)));
  } finally {
    await world.close();
  }
});
