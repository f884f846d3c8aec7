// Runs and attempts as rows: what is written is read, and what cannot be read is known as that.

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { TOURNAMENTS } from '../../../src/lib/config/model-schema.ts';
import { type Attempt, attemptSchema, OUTCOMES } from '../../../src/lib/runs/attempt.ts';
import { FAILURES } from '../../../src/lib/runs/failure.ts';
import { RUN_STATES, type Run, runSchema, TRIGGERS } from '../../../src/lib/runs/run.ts';
import { reverseOrder } from '../../../src/lib/runs/run-id.ts';
import { type Slot, SUBMISSIONS } from '../../../src/lib/runs/slots.ts';
import { logRowKey, runIdOf, runRowKey } from '../../../src/lib/storage/rows.ts';
import { acceptedRun, RUN_ID } from '../../support/runs.ts';
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
const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
  .map((date) => date.toISOString());
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
  meteredFrom: maybe(time),
  startedAt: maybe(time),
  finishedAt: maybe(time),
  outOfSightSince: maybe(time),
  endSeenAt: maybe(time),
  exitCode: maybe(fc.integer({ min: 0, max: 255 })),
  outcome: maybe(fc.constantFrom(...OUTCOMES)),
  failure: maybe(fc.constantFrom(...FAILURES)),
  reason: maybe(text),
  stop: maybe(fc.record({ because: fc.constantFrom('timeout', 'operator', 'last-resort'), at: time })),
  cpu: maybe(number),
  memoryGB: maybe(number),
  costUsd: maybe(number),
  logKept: fc.boolean(),
  isDiscarded: fc.boolean(),
  lastResort: fc.boolean(),
  previousFailure: maybe(fc.constantFrom(...FAILURES)),
  refusals: fc.integer({ min: 0, max: 999 }),
  configurationMark: maybe(text),
  secretVersions: fc.array(text, { maxLength: 3 }),
  slots: maybe(fc.array(text, { maxLength: 3 })),
});
const run: fc.Arbitrary<Run> = fc.record({
  id: fc.stringMatching(/^0[0-9A-HJKMNP-TV-Z]{25}$/),
  model: fc.constantFrom('some-model', 'another-model'),
  tournament: maybe(fc.constantFrom(...TOURNAMENTS)),
  scheduledFor: maybe(time),
  round: maybe(fc.integer({ min: 0, max: 99_999 })),
  trigger: fc.constantFrom(...TRIGGERS),
  triggerId: maybe(text),
  triggerIds: fc.array(text, { maxLength: 3 }),
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
  countedFailures: fc.integer({ min: 0, max: 10 }),
  lastResortNext: fc.boolean(),
  isForced: fc.boolean(),
  earlierCostUsd: maybe(number),
  attempt: maybe(attempt),
});

describe('what is written is read', () => {
  test('in every field there is', () => {
    const fieldsOf = (arbitrary: fc.Arbitrary<object>) => fc.sample(arbitrary, 1).flatMap(Object.keys).sort();
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
    const given = acceptedRun('image', { reason: long, startNote: long, waitingFor: long }, { reason: long });
    await stores.runs.write('some-model', [{ do: 'insert-run', run: given }]);
    const stored = await stores.runs.get('some-model', RUN_ID);
    expect(stored).toMatchObject({ value: { attempt: { reason: 'x'.repeat(4_000) } } });
    expect(stored).toMatchObject({ value: { reason: 'x'.repeat(4_000), id: RUN_ID } });
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
