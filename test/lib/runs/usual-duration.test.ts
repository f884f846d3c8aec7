import { describe, expect, test } from 'vitest';
import type { Run } from '../../../src/lib/runs/run.ts';
import { usualDurationSeconds } from '../../../src/lib/watch/next-attempt.ts';

type Ended = Pick<Run, 'state' | 'submission' | 'startedAt' | 'finishedAt'>;

/** A run that succeeded after so many minutes. */
const took = (minutes: number, more: Partial<Ended> = {}): Ended => ({
  state: 'succeeded',
  submission: 'accepted',
  startedAt: '2026-03-03T12:00:00.000Z',
  finishedAt: new Date(Date.parse('2026-03-03T12:00:00Z') + minutes * 60_000).toISOString(),
  ...more,
});
const usualMinutes = (...runs: Ended[]) => (usualDurationSeconds(runs) ?? -60) / 60;

describe('how long a model usually takes', () => {
  test('is not known before it has succeeded', () => {
    expect(usualDurationSeconds([])).toBeNull();
    expect(usualDurationSeconds([took(5, { state: 'failed' })])).toBeNull();
  });

  test('is what it takes when all goes well, whatever the slow runs took', () => {
    expect(usualMinutes(took(5))).toBe(5);
    expect(usualMinutes(took(75), took(5))).toBe(5);
    expect(usualMinutes(took(75), took(6), took(75), took(5), took(75))).toBe(6);
  });

  test('is not learnt from submissions that were late', () => {
    expect(usualMinutes(took(75, { submission: 'late' }), took(9))).toBe(9);
    expect(usualDurationSeconds([took(75, { submission: 'late' })])).toBeNull();
  });
});
