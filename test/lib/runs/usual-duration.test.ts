import { describe, expect, test } from 'vitest';
import type { Run } from '../../../src/lib/runs/run.ts';
import { RUNS_FOR_DURATION, usualSeconds } from '../../../src/lib/runs/usual-duration.ts';
import { acceptedRun, iso } from '../../support/runs.ts';

/** A run whose last attempt succeeded after so many minutes. */
const took = (minutes: number, more: Partial<Run> = {}): Run =>
  acceptedRun(
    'image',
    { state: 'succeeded', submission: 'accepted', ...more },
    { startedAt: iso(0), finishedAt: iso(minutes * 60), outcome: 'succeeded' },
  );
const usualMinutes = (...runs: Run[]) => (usualSeconds(runs) ?? -60) / 60;

describe('how long a model usually takes', () => {
  test('is not known before it has succeeded', () => {
    expect(usualSeconds([])).toBeNull();
    expect(usualSeconds([took(5, { state: 'failed' })])).toBeNull();
    expect(usualSeconds([took(5, { state: 'running' })])).toBeNull();
  });

  test('is what it takes when all goes well, whatever the slow runs took', () => {
    expect(usualMinutes(took(5))).toBe(5);
    expect(usualMinutes(took(75), took(5))).toBe(5);
    expect(usualMinutes(took(75), took(6), took(75), took(5), took(75))).toBe(6);
  });

  test('is the lower quartile, and not the quickest run', () => {
    expect(usualMinutes(...[9, 8, 7, 6, 5, 4, 3, 2, 1].map((minutes) => took(minutes)))).toBe(3);
  });

  test('is not learnt from submissions that were late', () => {
    expect(usualMinutes(took(75, { submission: 'late' }), took(9))).toBe(9);
    expect(usualSeconds([took(75, { submission: 'late' })])).toBeNull();
  });

  test('is not learnt from rounds in which this app ran nothing', () => {
    expect(usualSeconds([{ ...took(1), attempt: null }])).toBeNull();
  });

  test('is not learnt from a run that stands by an earlier submission, while its last attempt failed', () => {
    const forced = acceptedRun(
      'image',
      { state: 'succeeded', submission: 'accepted' },
      { startedAt: iso(0), finishedAt: iso(2), outcome: 'failed', failure: 'exit-code' },
    );
    expect(usualMinutes(forced, took(9))).toBe(9);
  });

  test('is of the newest runs only', () => {
    const newest = Array.from({ length: RUNS_FOR_DURATION }, () => took(10));
    const older = Array.from({ length: 3 * RUNS_FOR_DURATION }, () => took(1));
    expect(usualMinutes(...newest, ...older)).toBe(10);
  });
});
