// The argument that a start has one owner, in numbers: docs/fault-tolerance.md.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALL_POLICY } from '../../../src/lib/azure/external-call.ts';
import { isLeaseOver, isOverOrWrong, mayStartUnderLease, TIMING } from '../../../src/lib/runs/timing.ts';
import { iso, later } from '../../support/runs.ts';

test('a start is one call, which ends by its deadline', () => {
  expect(CALL_POLICY.once.attempts).toBe(1);
  expect(CALL_POLICY.once.totalMs).toBe(CALL_POLICY.once.attemptMs);
});

test('an instance that may start is done before another takes over, whatever their clocks', () => {
  const skew = fc.integer({ min: -TIMING.clockSkewMs, max: TIMING.clockSkewMs });
  const seconds = fc.double({ min: -120, max: 300, noNaN: true });
  fc.assert(
    fc.property(skew, skew, seconds, seconds, (owners, others, sent, looked) => {
      const until = iso(60);
      const ownersTime = new Date(later(sent).getTime() + owners);
      const othersTime = new Date(later(looked).getTime() + others);
      if (!mayStartUnderLease(until, ownersTime) || !isLeaseOver(until, othersTime)) return;
      const endsAt = later(sent).getTime() + CALL_POLICY.once.attemptMs;
      expect(endsAt).toBeLessThan(later(looked).getTime());
    }),
    { numRuns: 5000 },
  );
});

test('nobody may start without a lease, and anybody may take it over', () => {
  expect(mayStartUnderLease(null, later(0))).toBe(false);
  expect(isLeaseOver(null, later(0))).toBe(true);
  expect(mayStartUnderLease('soon', later(0))).toBe(false);
  expect(isLeaseOver('soon', later(0))).toBe(true);
});

test('there is time for a start in the usual case: what comes before it has its deadlines too', () => {
  const forTheStart = CALL_POLICY.once.attemptMs + TIMING.clockSkewMs;
  expect(TIMING.leaseMs - forTheStart).toBeGreaterThan(CALL_POLICY.usual.totalMs);
});

test.each([
  [-1, true],
  [0, true],
  [60, false],
  // An hour ahead, by a clock that differs a little.
  [70, false],
  [71, true],
  [365 * 24 * 60, true],
])('a time that is %i minutes ahead, and was set an hour ahead, has come: %s', (minutes, has) => {
  expect(isOverOrWrong(later(minutes * 60), 3_600_000, later(0))).toBe(has);
});
