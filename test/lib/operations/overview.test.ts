// An overview of all models: what it costs, and that it says what the rows say, in whatever order things are written and processes die.

import { afterEach, describe, expect, test } from 'vitest';
import { pastRecord } from '../../../local/scenes/past-run.ts';
import { readOverview, readStatus, type Status } from '../../../src/lib/operations/status.ts';
import { sumUp } from '../../../src/lib/runs/sum-up.ts';
import { updateEnded } from '../../../src/lib/runs/update-ended.ts';
import { runRowKey } from '../../../src/lib/storage/rows.ts';
import { SUMMARIES } from '../../../src/lib/storage/summary-store.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const MINUTE = 60_000;
const names = (count: number) => Array.from({ length: count }, (_, index) => `m-${index}`);

let app: TestApp;
let calls = 0;
afterEach(() => app.close());

async function open(count: number): Promise<void> {
  app = await openApp(
    names(count).map((name) => ({
      name,
      tournament: 'classic',
      numeraiModels: [name],
      container: { image: 'example.org/model:1' },
    })),
    {},
    ({ url }) => {
      if (app.world.dependencies.get(url.host) === 'tables') calls += 1;
    },
  );
  app.world.runtime.behaviour = ({ env }) => ({
    steps: [{ after: 30_000, line: 'done', effect: () => submit(env.NUMERAI_MODELS ?? '{}') }],
  });
}

function submit(models: string): void {
  for (const modelId of Object.values<string>(JSON.parse(models))) app.world.numerai.submit({ modelId });
}

/** The overview, and the queries that it took. */
async function overview(): Promise<{ readonly status: Status; readonly queries: number }> {
  calls = 0;
  const status = await app.live(app.services.overview());
  return { status, queries: calls };
}

/** What is shown of each model: its runs, with what a row of an overview says of them. */
const shown = ({ models }: Status) =>
  models.map(({ model, records, inFlight, unreadable }) => ({
    name: model.name,
    inFlight: inFlight?.id ?? null,
    unreadable,
    runs: records.map(({ run }) => [run.id, run.state, run.submission, run.round, run.attempt?.number]),
  }));

/** The overview says what the rows say. */
async function expectTruth(): Promise<void> {
  const rows = await app.live(readStatus(app.services, app.services.entries));
  expect(shown((await overview()).status)).toEqual(shown(rows));
}

describe('the queries of an overview', () => {
  test('are three for three models and for thirty that have never run: one says that none has', async () => {
    for (const count of [3, 30]) {
      await open(count);
      for (let turn = 0; turn < 2; turn += 1) {
        const { queries, status } = await overview();
        expect(status.models).toHaveLength(count);
        expect(queries).toBe(3);
      }
      if (count < 30) await app.close();
    }
  });

  test('are two for three models and for thirty that have run', async () => {
    for (const count of [3, 30]) {
      await open(count);
      for (const name of names(count)) await app.start(name);
      await app.ticks(5);
      await expectTruth();
      const { queries, status } = await overview();
      expect(status.models.map(({ records }) => records[0]?.run.submission)).toEqual(Array(count).fill('accepted'));
      expect(queries).toBe(2);
      if (count < 30) await app.close();
    }
  });

  test('are as many after hundreds of rounds', async () => {
    await open(3);
    const [model] = app.services.models;
    if (model === undefined) throw new Error('There are models.');
    const { runs } = app.services;
    for (let round = 0; round < 400; round += 1) {
      const at = new Date(app.world.clock.now().getTime() - (400 - round) * 720 * MINUTE);
      const { run } = pastRecord({ model, round: 1000 + round, at });
      await app.live(runs.write(model.name, [{ do: 'insert-run', run }]));
    }
    // Nobody has summed them up: it is done once.
    await expectTruth();
    expect((await overview()).queries).toBe(2);
    expect((await overview()).status.models[0]?.records).toHaveLength(30);
  });

  test('are one more for each run in flight, which is shown as it is at that moment', async () => {
    await open(10);
    await overview();
    for (const name of ['m-1', 'm-2', 'm-3']) await app.start(name);
    await expectTruth();
    expect((await overview()).queries).toBe(2 + 3);
    await app.tick();
    await expectTruth();
    await app.ticks(4);
    const { queries, status } = await overview();
    expect(queries).toBe(2);
    expect(status.models[1]?.records[0]?.run).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    await expectTruth();
  });

  test('are made once for all who ask at the same time', async () => {
    await open(3);
    await overview();
    calls = 0;
    await app.live(Promise.all(Array.from({ length: 10 }, () => app.services.overview())));
    expect(calls).toBe(3);
  });
});

describe('an overview says what the rows say', () => {
  const ended = async () => {
    await open(2);
    await overview();
    const { run } = await app.start('m-0');
    await app.ticks(4);
    const stored = await app.live(app.services.runs.get('m-0', run.id));
    if (stored === null || stored === 'unreadable') throw new Error('There is such a run.');
    return stored;
  };

  test('after a run was changed that is in flight no more', async () => {
    const stored = await ended();
    await app.live(updateEnded(app.services, stored, { submission: 'late' }));
    await expectTruth();
    // The mark stays for as long as a write may take; then there are as few queries as before.
    expect((await overview()).queries).toBe(4);
    await app.ticks(4);
    await expectTruth();
    expect((await overview()).queries).toBe(3);
  });

  test('where who marked the summary died before the run was written, or writes it late', async () => {
    const stored = await ended();
    const { inFlight, runs } = app.services;
    await app.live(inFlight.markOutdated('m-0'));
    await app.tick();
    await app.live(runs.update(stored, { submission: 'late' }));
    await expectTruth();
    await app.ticks(4);
    await expectTruth();
    expect((await overview()).queries).toBe(3);
  });

  test('where who sums up has read the rows before somebody else did', async () => {
    const stored = await ended();
    const { runs, summaries } = app.services;
    const old = await app.live(runs.list('m-0', { limit: 30 }));
    await app.live(updateEnded(app.services, stored, { submission: 'late' }));
    const slow = sumUp({ runs: { list: async () => old }, summaries }, 'm-0');
    await app.live(Promise.all([slow, sumUp(app.services, 'm-0')]));
    await app.ticks(4);
    await expectTruth();
  });

  test.each([
    ['is of another version', { form: 99 }],
    ['is damaged', { text0: '[{"run":{"id":1}}]' }],
  ])('where a summary %s: it is made anew, once', async (_, columns) => {
    await ended();
    await app.put({ partitionKey: SUMMARIES, rowKey: 'm-0', ...columns }, 'state');
    await expectTruth();
    expect((await overview()).queries).toBe(2);
    await expectTruth();
  });

  test('where a run in flight cannot be read', async () => {
    await open(2);
    await overview();
    const { run } = await app.start('m-0');
    await app.put({ partitionKey: 'm-0', rowKey: runRowKey(run.id), state: 'meditating' });
    expect((await overview()).status.models[0]).toMatchObject({ unreadable: 1, inFlight: null });
    await expectTruth();
  });

  test('but for runs that are older than the history is kept', async () => {
    const { value: run } = await ended();
    await app.pass(401 * 24 * 60);
    const status = await app.live(readOverview(app.services));
    expect(run.state).toBe('succeeded');
    expect(status.models[0]?.records).toEqual([]);
  });
});
