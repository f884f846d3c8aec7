// Which rows a trigger claims.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClaimRequest, claimKeys, dayClaim, roundClaim } from '../../../src/lib/claims/keys.ts';

const keys = (changes: Partial<ClaimRequest> = {}) =>
  claimKeys({
    knowledge: { kind: 'round', round: 1234 },
    model: { tournament: 'classic' },
    scheduledFor: null,
    isTest: false,
    triggerId: 'some-id',
    runId: 'RUN',
    openAt: new Date('2026-04-01T23:59:00Z'),
    ...changes,
  });

const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 200 })
  .map((codes) => String.fromCodePoint(...codes));

describe('for a job is claimed', () => {
  const job = (overlap: 'skip' | 'allow', changes: Partial<ClaimRequest>) =>
    keys({ model: { tournament: null, overlap }, knowledge: { kind: 'unknown' }, ...changes });
  const scheduledFor = '2026-04-12T06:00:00.000Z';

  test.each<[string, 'skip' | 'allow', Partial<ClaimRequest>, string, string | null]>([
    ['its time, and that it is the latest', 'skip', { scheduledFor }, `claim_time_${scheduledFor}`, 'claim_latest'],
    ['its time alone, where another may run', 'allow', { scheduledFor }, `claim_time_${scheduledFor}`, null],
    ['a call', 'skip', { triggerId: 'a/b' }, 'claim_request_a~2f~b', 'claim_latest'],
    ['a call without an id', 'allow', { triggerId: null }, 'claim_request_RUN', null],
    ['a call whose body says that it is a test', 'skip', { isTest: true }, 'claim_request_some-id', 'claim_latest'],
  ])('%s (%s)', (_, overlap, changes, own, alias) => {
    expect(job(overlap, changes)).toEqual({ own, alias });
  });
});

describe('a trigger claims', () => {
  test('the round that it knows, and the day as a way to it', () => {
    expect(keys()).toEqual({ own: 'claim_round_classic_1234', alias: 'claim_day_classic_2026-04-01' });
    expect(keys()).toEqual({ own: roundClaim('classic', 1234), alias: dayClaim('classic', '2026-04-01') });
  });

  test('another round of that number, and another day, for another tournament', () => {
    expect(keys({ model: { tournament: 'signals' } })).toEqual({
      own: 'claim_round_signals_1234',
      alias: 'claim_day_signals_2026-04-01',
    });
  });

  test('the day, in UTC, where it does not know the round', () => {
    expect(keys({ knowledge: { kind: 'unknown' } })).toEqual({
      own: 'claim_day_classic_2026-04-01',
      alias: null,
    });
  });

  test.each(['round', 'unknown'] as const)(
    'its own id where it is a test, whatever is known of the round: %s',
    (kind) => {
      const knowledge = kind === 'round' ? { kind, round: 1234 } : { kind };
      expect(keys({ isTest: true, knowledge })).toEqual({ own: 'claim_test_some-id', alias: null });
    },
  );

  test('nothing that another could want where it is a test without an id', () => {
    expect(keys({ isTest: true, triggerId: null }).own).toBe('claim_test_RUN');
  });

  test('by an id in which nothing is left that a row key may not hold', () => {
    expect(keys({ isTest: true, triggerId: 'a/b?c#d' }).own).toBe('claim_test_a~2f~b~3f~c~23~d');
    fc.assert(
      fc.property(anyText, (triggerId) => {
        const { own } = keys({ isTest: true, triggerId });
        expect(own).toMatch(/^claim_test_[0-9A-Za-z_~-]*$/);
      }),
    );
  });

  test('by a key of bounded length, whatever its id: Azure takes 1 KiB', () => {
    for (const length of [64, 65, 200, 5000]) {
      const { own } = keys({ isTest: true, triggerId: '/'.repeat(length) });
      expect(own.length).toBeLessThanOrEqual(300);
    }
    expect(keys({ isTest: true, triggerId: 'x'.repeat(256) }).own).toBe(`claim_test_${'x'.repeat(256)}`);
  });

  test('by another key for another id, as far as keys go', () => {
    const id = fc.oneof(fc.string({ minLength: 1, maxLength: 30 }), anyText);
    fc.assert(
      fc.property(id, id, (a, b) => {
        fc.pre(a !== b);
        const of = (triggerId: string) => keys({ isTest: true, triggerId }).own;
        expect(of(a)).not.toBe(of(b));
      }),
    );
  });

  test.each([
    ['long ids that differ at the end', `${'x'.repeat(256)}a`, `${'x'.repeat(256)}b`],
    ['long ids of which one goes on', 'x'.repeat(300), 'x'.repeat(301)],
    ['ids that are long only when escaped', `${'/'.repeat(127)}a`, `${'/'.repeat(127)}b`],
    ['an id and its beginning', 'x'.repeat(256), 'x'.repeat(257)],
    ['a character and a shorter one with what follows', '/b', '\u02fb'],
    ['halves of characters', '\ud800', '\ud801'],
    ['long ids with halves of characters', `${'x'.repeat(300)}\ud800`, `${'x'.repeat(300)}\ud801`],
  ])('by another key for %s', (_what, a, b) => {
    expect(keys({ isTest: true, triggerId: a }).own).not.toBe(keys({ isTest: true, triggerId: b }).own);
    expect(keys({ isTest: true, triggerId: a }).own).toBe(keys({ isTest: true, triggerId: a }).own);
  });
});
