// Which rows a trigger claims.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClaimRequest, claimKeys, dayClaim, roundClaim } from '../../../src/lib/claims/keys.ts';

const keys = (changes: Partial<ClaimRequest> = {}) =>
  claimKeys({
    knowledge: { kind: 'round', round: 1234 },
    isTest: false,
    triggerId: 'some-id',
    runId: 'RUN',
    now: new Date('2026-04-01T23:59:00Z'),
    ...changes,
  });

const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 200 })
  .map((codes) => String.fromCodePoint(...codes));

describe('a trigger claims', () => {
  test('the round that it knows, and the day as a way to it', () => {
    expect(keys()).toEqual({ own: 'claim_round_1234', day: 'claim_day_2026-04-01' });
    expect(keys()).toEqual({ own: roundClaim(1234), day: dayClaim('2026-04-01') });
  });

  test('the day, in UTC, where it does not know the round', () => {
    expect(keys({ knowledge: { kind: 'unknown' } })).toEqual({
      own: 'claim_day_2026-04-01',
      day: null,
    });
  });

  test('neither where no round is open', () => {
    expect(keys({ knowledge: { kind: 'closed' } })).toEqual({
      own: 'claim_closed_2026-04-01',
      day: null,
    });
  });

  test.each(['round', 'unknown', 'closed'] as const)(
    'its own id where it is a test, whatever is known of the round: %s',
    (kind) => {
      const knowledge = kind === 'round' ? { kind, round: 1234 } : { kind };
      expect(keys({ isTest: true, knowledge })).toEqual({ own: 'claim_test_some-id', day: null });
    },
  );

  test('nothing that another could want where it is a test without an id', () => {
    expect(keys({ isTest: true, triggerId: null }).own).toBe('claim_test_RUN');
  });

  test('by an id in which nothing is left that a row key may not hold', () => {
    expect(keys({ isTest: true, triggerId: 'a/b?c#d' }).own).toBe('claim_test_a~2fb~3fc~23d');
    fc.assert(
      fc.property(anyText, (triggerId) => {
        const { own } = keys({ isTest: true, triggerId });
        expect(own).toMatch(/^claim_test_[0-9A-Za-z_~-]*$/);
      }),
    );
  });

  test('by a key of bounded length, whatever its id: Azure takes 1 KiB', () => {
    const { own } = keys({ isTest: true, triggerId: '/'.repeat(200) });
    expect(own.length).toBeLessThanOrEqual(300);
  });

  test('by another key for another id, as far as keys go', () => {
    const id = fc.string({ minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(id, id, (a, b) => {
        fc.pre(a !== b);
        const of = (triggerId: string) => keys({ isTest: true, triggerId }).own;
        expect(of(a)).not.toBe(of(b));
      }),
    );
  });
});
