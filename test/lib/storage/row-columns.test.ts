// Columns of rows: what a person reads in them, what may be missing, and what makes a row unreadable.

import { beforeAll, describe, expect, test } from 'vitest';
import { runRowKey } from '../../../src/lib/storage/rows.ts';
import { acceptedRun, iso, RUN_ID } from '../../support/runs.ts';
import { openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});

describe('a row', () => {
  let key = '';
  const read = async () => stores.runs.get('m', RUN_ID);
  beforeAll(async () => {
    key = runRowKey(RUN_ID);
    const given = acceptedRun('image', { model: 'm' }, { exitCode: 3 });
    await stores.runs.write('m', [{ do: 'insert-run', run: given }]);
  });

  test('has a column for each field, which a person can read', () => {
    const row = stores.row('m', key);
    expect(row).toMatchObject({
      id: RUN_ID,
      state: 'starting',
      round: 1234,
      isTest: false,
      attempt_number: 1,
      attempt_acceptedAt: iso(2),
      attempt_exitCode: 3,
    });
  });

  test('says null by an empty text, since a merge removes no column', () => {
    expect(stores.row('m', key)).toMatchObject({
      reason: '',
      failure: '',
      nextAttemptAt: '',
      attempt_outcome: '',
      attempt_stop: '',
    });
  });

  test.each<[string, object, object]>([
    ['a time that is a number', { finishedAt: 5 }, { finishedAt: null }],
    ['a time that is a word', { nextAttemptAt: 'soon' }, { nextAttemptAt: null }],
    ['a round that is no whole number', { round: 1.5 }, { round: null }],
    ['a round without an end', { round: { type: 'Double', value: 'Infinity' } }, { round: null }],
    ['fewer failures than none', { countedFailures: -1 }, { countedFailures: 0 }],
    ['a failure that this version does not know', { failure: 'meteorite' }, { failure: null }],
    ['no sentence for a reason', { reason: true }, { reason: null }],
    ['slots that are no JSON', { slots: '[{' }, { slots: [] }],
    ['slots of another kind', { slots: '[{"name":"x"}]' }, { slots: [] }],
    [
      'a slot of another kind',
      { slots: '[5,{"model":"x","id":"y","submission":"framed","extra":1},{"name":"x"}]' },
      { slots: [{ model: 'x', id: 'y', submission: 'unknown', submittedAt: null, extra: 1 }] },
    ],
    ['failures that are no whole number', { countedFailures: 'many' }, { countedFailures: 0 }],
  ])('is read without %s', async (_, columns, expected) => {
    const partitionKey = `optional ${JSON.stringify(columns).length} ${Object.keys(columns)}`;
    await stores.runs.write(partitionKey, [{ do: 'insert-run', run: acceptedRun('image', { model: partitionKey }) }]);
    await stores.put({ partitionKey, rowKey: key, ...columns });
    expect(await stores.runs.get(partitionKey, RUN_ID)).toMatchObject({ value: expected });
  });

  test.each<[string, object, object]>([
    ['an outcome that this version does not know', { attempt_outcome: 'vanished' }, { outcome: null }],
    ['a stop that is no JSON', { attempt_stop: '{' }, { stop: null }],
    ['a stop for no known reason', { attempt_stop: '{"because":"fun","at":"x"}' }, { stop: null }],
    ['a note of the platform that is no JSON', { attempt_prepared: 'x{' }, { prepared: null }],
    ['an exit code that is a text', { attempt_exitCode: 'three' }, { exitCode: null }],
    ['an exit code that is no whole number', { attempt_exitCode: 1.5 }, { exitCode: null }],
    ['a start that is no time', { attempt_startedAt: 'yesterday' }, { startedAt: null }],
    ['an end on a day that never was', { attempt_finishedAt: '2026-02-30T12:00:00Z' }, { finishedAt: null }],
    ['a mark of its log', { attempt_logKept: 'perhaps' }, { logKept: false }],
  ])('of an attempt is read without %s', async (_, columns, expected) => {
    const partitionKey = `attempt ${JSON.stringify(columns).length} ${Object.keys(columns)}`;
    await stores.runs.write(partitionKey, [{ do: 'insert-run', run: acceptedRun('image', { model: partitionKey }) }]);
    await stores.put({ partitionKey, rowKey: key, ...columns });
    expect(await stores.runs.get(partitionKey, RUN_ID)).toMatchObject({
      value: { attempt: expected },
    });
  });

  const damages: [string, object][] = [
    ['in a state that this version does not know', { state: 'meditating' }],
    ['without a state', { state: '' }],
    ['of an unknown tournament', { tournament: 'chess' }],
    ['of an unknown trigger', { trigger: 'cosmic ray' }],
    ['with a submission of an unknown kind', { submission: 'framed' }],
    ['without its id', { id: '' }],
    ['without its claim', { claim: '' }],
    ['without the time of its request', { requestedAt: '' }],
    ['that was requested at no time', { requestedAt: 'yesterday' }],
    ['that does not say whether it is a test', { isTest: 'no' }],
    ['with an attempt that has no number', { attempt_number: 'first' }],
    ['with half an attempt', { attempt_number: { type: 'Double', value: '1.5' } }],
    ['with an attempt before the first', { attempt_number: 0 }],
    ['with more attempts than can be', { attempt_number: { type: 'Double', value: '1e15' } }],
    ['with an attempt on no platform', { attempt_platform: '' }],
    ['with an attempt that was requested at no time', { attempt_requestedAt: '' }],
  ];
  test.each(damages)('%s cannot be read', async (what, columns) => {
    const partitionKey = `damaged ${what}`;
    await stores.runs.write(partitionKey, [{ do: 'insert-run', run: acceptedRun('image', { model: partitionKey }) }]);
    await stores.put({ partitionKey, rowKey: key, ...columns });
    expect(await stores.runs.get(partitionKey, RUN_ID)).toBe('unreadable');
    expect(await stores.runs.getRecord(partitionKey, RUN_ID)).toBe('unreadable');
    expect(await stores.runs.list(partitionKey, { limit: 10 })).toMatchObject({
      records: [],
      unreadable: 1,
    });
  });

  test('keeps the columns of a newer version when it is updated', async () => {
    const newer = { attempt_memoryBoost: 'of a newer version', mood: 'good', warmth: 36.6 };
    await stores.put({ partitionKey: 'm', rowKey: key, ...newer });
    const stored = await read();
    if (stored === null || stored === 'unreadable') throw new Error('It can be read.');
    const updated = await stores.runs.update(stored, { state: 'running', reason: 'It runs.' });
    expect(stores.row('m', key)).toMatchObject({ ...newer, state: 'running', reason: 'It runs.' });

    await stores.runs.write('m', [{ do: 'update-run', run: { ...updated.value, state: 'waiting' }, known: updated }]);
    expect(stores.row('m', key)).toMatchObject({ ...newer, state: 'waiting' });
    expect(await read()).toMatchObject({ value: { state: 'waiting' } });
  });

  test('keeps what it cannot read in the columns that an update leaves alone', async () => {
    const partitionKey = 'unknown values';
    const run = acceptedRun('image', { model: partitionKey, state: 'waiting' });
    await stores.runs.write(partitionKey, [{ do: 'insert-run', run }]);
    const slots = JSON.stringify([{ model: 'a', submission: 'framed' }, { name: 'b' }]);
    const newer = { failure: 'meteorite', slots, nextAttemptAt: 'soon' };
    await stores.put({ partitionKey, rowKey: key, ...newer, attempt_outcome: 'vanished' });
    const stored = await stores.runs.get(partitionKey, RUN_ID);
    if (stored === null || stored === 'unreadable') throw new Error('It can be read.');
    const updated = await stores.runs.update(stored, {
      ...stored.value,
      reason: 'It runs.',
      attempt: { ...run.attempt, exitCode: 4 },
    });
    expect(updated.etag).not.toBe(stored.etag);
    const written = { ...newer, reason: 'It runs.', attempt_exitCode: 4 };
    expect(stores.row(partitionKey, key)).toMatchObject({ ...written, attempt_outcome: 'vanished' });

    const next = { ...updated.value, attempt: { ...run.attempt, number: 2, exitCode: null } };
    await stores.runs.write(partitionKey, [{ do: 'update-run', run: next, known: updated }]);
    const another = { attempt_number: 2, attempt_outcome: '', attempt_exitCode: '' };
    expect(stores.row(partitionKey, key)).toMatchObject({ ...newer, ...another });
  });

  test('gets another ETag by an update that changes nothing', async () => {
    const stored = await read();
    if (stored === null || stored === 'unreadable') throw new Error('It can be read.');
    expect((await stores.runs.update(stored, {})).etag).not.toBe(stored.etag);
  });

  test('of a claim, or of an attempt that is kept again, keeps them as well', async () => {
    const partitionKey = 'claims';
    const { attempt: first } = acceptedRun('image');
    const keep = { do: 'keep-attempt', runId: RUN_ID, attempt: first } as const;
    await stores.runs.write(partitionKey, [{ do: 'insert-claim', key: 'claim_round_1', runId: 'A' }, keep]);
    const rowKey = `${key}_001`;
    await stores.put({ partitionKey, rowKey, mood: 'good' });
    await stores.put({ partitionKey, rowKey: 'claim_round_1', mood: 'good' });
    const claim = await stores.runs.getClaim(partitionKey, 'claim_round_1');
    await stores.runs.write(partitionKey, [
      { do: 'update-claim', key: 'claim_round_1', runId: 'B', etag: claim?.etag ?? '' },
      { ...keep, attempt: { ...first, exitCode: 7 } },
    ]);
    expect(stores.row(partitionKey, 'claim_round_1')).toMatchObject({ runId: 'B', mood: 'good' });
    expect(stores.row(partitionKey, rowKey)).toMatchObject({ exitCode: 7, mood: 'good' });
  });

  test('of a run without an attempt says so, also where it had one', async () => {
    const partitionKey = 'without';
    const given = acceptedRun('image', { model: partitionKey });
    const etag = await stores.runs.write(partitionKey, [{ do: 'insert-run', run: given }]);
    const { value } = await stores.runs.update({ value: given, etag: etag ?? '' }, { attempt: null });
    expect(value.attempt).toBeNull();
    expect(await stores.runs.get(partitionKey, RUN_ID)).toMatchObject({ value: { attempt: null } });
  });
});
