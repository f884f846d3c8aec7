// Runs and attempts as rows: what is written is read, and what cannot be read is known as that.

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { TOURNAMENTS } from '../../../src/lib/config/model-schema.ts';
import { type Attempt, attemptSchema, OUTCOMES } from '../../../src/lib/runs/attempt.ts';
import { FAILURES } from '../../../src/lib/runs/failure.ts';
import {
  RUN_STATES,
  type Run,
  runSchema,
  type Slot,
  SUBMISSIONS,
  TRIGGERS,
} from '../../../src/lib/runs/run.ts';
import { reverseOrder } from '../../../src/lib/runs/run-id.ts';
import { logRowKey, runIdOf, runRowKey } from '../../../src/lib/storage/rows.ts';
import { acceptedRun, iso, RUN_ID } from '../../support/runs.ts';
import { openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});

// An empty text is how a row says null.
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
/** Of an object; one key is never kept by any object made from JSON. */
const key = text.filter((name) => name !== '__proto__');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value);
const time = fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString());
const number = fc.oneof(
  fc.integer(),
  // A zero has one sign in a table.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const slot: fc.Arbitrary<Slot> = fc.record({
  model: text,
  id: maybe(text),
  submission: fc.constantFrom(...SUBMISSIONS),
  submittedAt: maybe(time),
});
const attempt: fc.Arbitrary<Attempt> = fc.record({
  number: fc.integer({ min: 1, max: 999 }),
  requestedAt: time,
  platform: text,
  execution: maybe(text),
  location: maybe(text),
  prepared: maybe(fc.dictionary(key, fc.oneof(text, fc.constant(null), fc.array(text)))),
  leaseUntil: maybe(time),
  acceptedAt: maybe(time),
  startedAt: maybe(time),
  finishedAt: maybe(time),
  endSeenAt: maybe(time),
  exitCode: maybe(fc.integer({ min: 0, max: 255 })),
  outcome: maybe(fc.constantFrom(...OUTCOMES)),
  failure: maybe(fc.constantFrom(...FAILURES)),
  reason: maybe(text),
  stop: maybe(fc.record({ because: fc.constantFrom('timeout', 'operator'), at: time })),
  cpu: maybe(number),
  memoryGB: maybe(number),
  costUsd: maybe(number),
  logKept: fc.boolean(),
});
const run: fc.Arbitrary<Run> = fc.record({
  id: fc.stringMatching(/^0[0-9A-HJKMNP-TV-Z]{25}$/),
  model: fc.constantFrom('some-model', 'another-model'),
  tournament: fc.constantFrom(...TOURNAMENTS),
  round: maybe(fc.integer({ min: 0, max: 99_999 })),
  trigger: fc.constantFrom(...TRIGGERS),
  triggerId: maybe(text),
  isTest: fc.boolean(),
  state: fc.constantFrom(...RUN_STATES),
  failure: maybe(fc.constantFrom(...FAILURES)),
  reason: maybe(text),
  startNote: maybe(text),
  submission: fc.constantFrom(...SUBMISSIONS),
  slots: fc.array(slot, { maxLength: 5 }),
  waitingFor: maybe(text),
  nextAttemptAt: maybe(time),
  requestedAt: time,
  finishedAt: maybe(time),
  claim: text,
  attemptsLeft: fc.integer({ min: 0, max: 10 }),
  earlierCostUsd: maybe(number),
  attempt: maybe(attempt),
});

describe('what is written is read', () => {
  test('in every field there is', () => {
    const fieldsOf = (arbitrary: fc.Arbitrary<object>) =>
      fc.sample(arbitrary, 1).flatMap(Object.keys).sort();
    expect(fieldsOf(run)).toEqual(Object.keys(runSchema.shape).sort());
    expect(fieldsOf(attempt)).toEqual(Object.keys(attemptSchema.shape).sort());
  });

  test('of a run that is inserted, and of one that takes its place', async () => {
    await fc.assert(
      fc.asyncProperty(run, run, async (first, second) => {
        const { runs } = await openStores();
        const etag = await runs.write(first.model, [{ do: 'insert-run', run: first }]);
        expect(await runs.get(first.model, first.id)).toEqual({ value: first, etag });

        const changed: Run = { ...second, id: first.id, model: first.model };
        const updated = await runs.update({ value: first, etag: etag ?? '' }, changed);
        expect(updated.value).toEqual(changed);
        expect(await runs.get(first.model, first.id)).toEqual(updated);
      }),
      { numRuns: 150 },
    );
  });

  test('of the attempts before the current one', async () => {
    await fc.assert(
      fc.asyncProperty(run, attempt, attempt, async (of, first, second) => {
        const { runs } = await openStores();
        const earlier = [
          { ...first, number: 1 },
          { ...second, number: 2 },
        ];
        const current: Run = { ...acceptedRun('image', of, { number: 3 }) };
        await runs.write(of.model, [
          { do: 'insert-run', run: current },
          ...earlier.map((each) => ({ do: 'keep-attempt', runId: of.id, attempt: each }) as const),
        ]);
        expect(await runs.getRecord(of.model, of.id)).toEqual({ run: current, earlier });
      }),
      { numRuns: 75 },
    );
  });

  test('but the end of a sentence that no column can hold', async () => {
    const long = 'x'.repeat(100_000);
    const given = acceptedRun(
      'image',
      { reason: long, startNote: long, waitingFor: long },
      { reason: long },
    );
    await stores.runs.write('some-model', [{ do: 'insert-run', run: given }]);
    const stored = await stores.runs.get('some-model', RUN_ID);
    expect(stored).toMatchObject({ value: { attempt: { reason: 'x'.repeat(4_000) } } });
    expect(stored).toMatchObject({ value: { reason: 'x'.repeat(4_000), id: RUN_ID } });
  });
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
    ['a failure that this version does not know', { failure: 'meteorite' }, { failure: null }],
    ['no sentence for a reason', { reason: true }, { reason: null }],
    ['slots that are no JSON', { slots: '[{' }, { slots: [] }],
    ['slots of another kind', { slots: '[{"name":"x"}]' }, { slots: [] }],
    ['attempts left that are no whole number', { attemptsLeft: 'many' }, { attemptsLeft: 0 }],
  ])('is read without %s', async (_, columns, expected) => {
    const partitionKey = `optional ${JSON.stringify(columns).length} ${Object.keys(columns)}`;
    await stores.runs.write(partitionKey, [
      { do: 'insert-run', run: acceptedRun('image', { model: partitionKey }) },
    ]);
    await stores.put({ partitionKey, rowKey: key, ...columns });
    expect(await stores.runs.get(partitionKey, RUN_ID)).toMatchObject({ value: expected });
  });

  test.each<[string, object, object]>([
    [
      'an outcome that this version does not know',
      { attempt_outcome: 'vanished' },
      { outcome: null },
    ],
    ['a stop that is no JSON', { attempt_stop: '{' }, { stop: null }],
    ['a stop for no known reason', { attempt_stop: '{"because":"fun","at":"x"}' }, { stop: null }],
    ['a note of the platform that is no JSON', { attempt_prepared: 'x{' }, { prepared: null }],
    ['an exit code that is a text', { attempt_exitCode: 'three' }, { exitCode: null }],
    ['a mark of its log', { attempt_logKept: 'perhaps' }, { logKept: false }],
  ])('of an attempt is read without %s', async (_, columns, expected) => {
    const partitionKey = `attempt ${JSON.stringify(columns).length} ${Object.keys(columns)}`;
    await stores.runs.write(partitionKey, [
      { do: 'insert-run', run: acceptedRun('image', { model: partitionKey }) },
    ]);
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
    ['that does not say whether it is a test', { isTest: 'no' }],
    ['with an attempt that has no number', { attempt_number: 'first' }],
    ['with half an attempt', { attempt_number: { type: 'Double', value: '1.5' } }],
    ['with an attempt on no platform', { attempt_platform: '' }],
    ['with an attempt that was requested at no time', { attempt_requestedAt: '' }],
  ];
  test.each(damages)('%s cannot be read', async (what, columns) => {
    const partitionKey = `damaged ${what}`;
    await stores.runs.write(partitionKey, [
      { do: 'insert-run', run: acceptedRun('image', { model: partitionKey }) },
    ]);
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

    await stores.runs.write('m', [
      { do: 'update-run', run: { ...updated.value, state: 'waiting' }, etag: updated.etag },
    ]);
    expect(stores.row('m', key)).toMatchObject({ ...newer, state: 'waiting' });
    expect(await read()).toMatchObject({ value: { state: 'waiting' } });
  });

  test('of a claim, or of an attempt that is kept again, keeps them as well', async () => {
    const partitionKey = 'claims';
    const { attempt: first } = acceptedRun('image');
    const keep = { do: 'keep-attempt', runId: RUN_ID, attempt: first } as const;
    await stores.runs.write(partitionKey, [
      { do: 'insert-claim', key: 'claim_round_1', runId: 'A' },
      keep,
    ]);
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
    const { value } = await stores.runs.update(
      { value: given, etag: etag ?? '' },
      { attempt: null },
    );
    expect(value.attempt).toBeNull();
    expect(await stores.runs.get(partitionKey, RUN_ID)).toMatchObject({ value: { attempt: null } });
  });
});

describe('row keys', () => {
  const id = fc.stringMatching(/^0[0-9A-HJKMNP-TV-Z]{25}$/);

  test('put the newest run first, with its attempts behind it and before the next run', () => {
    fc.assert(
      fc.property(id, id, fc.integer({ min: 1, max: 999 }), (a, b, attemptNumber) => {
        fc.pre(a !== b);
        const [older, newer] = a < b ? [a, b] : [b, a];
        const behind = `${runRowKey(newer)}_${String(attemptNumber).padStart(3, '0')}`;
        expect([runRowKey(older), behind, runRowKey(newer)].sort()).toEqual([
          runRowKey(newer),
          behind,
          runRowKey(older),
        ]);
      }),
    );
  });

  test('of logs stand apart, so that no list of runs reads a log', () => {
    fc.assert(
      fc.property(id, (runId) => {
        expect(logRowKey(runId, 1).startsWith('log_')).toBe(true);
        expect(logRowKey(runId, 1) < 'run_').toBe(true);
      }),
    );
  });

  test('are the ids turned round, and back', () => {
    fc.assert(
      fc.property(id, (runId) => {
        expect(reverseOrder(reverseOrder(runId))).toBe(runId);
        expect(runIdOf({ rowKey: runRowKey(runId) })).toBe(runId);
        expect(runIdOf({ rowKey: `${runRowKey(runId)}_001` })).toBe(runId);
      }),
    );
  });
});
