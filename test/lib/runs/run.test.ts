import { describe, expect, test } from 'vitest';
import { durationSeconds, newAttempt } from '../../../src/lib/runs/attempt.ts';
import {
  costUsd,
  hasEnded,
  holdsRound,
  isGood,
  RUN_STATES,
  roundedUsd,
  withTriggerId,
} from '../../../src/lib/runs/run.ts';
import { type Slot, SUBMISSIONS } from '../../../src/lib/runs/slots.ts';

const NOW = new Date('2026-04-01T12:00:00Z');
const ATTEMPT = newAttempt({ number: 1, platform: 'somewhere', prepared: null, now: NOW });
const slot = (time: string | null) => ({ model: 'm', id: null, submission: 'unknown', submittedAt: time }) as const;

describe('a run', () => {
  test('has ended in four states, and covers its round in all but three of them', () => {
    expect(RUN_STATES.filter((state) => hasEnded({ state }))).toEqual([
      'succeeded',
      'failed',
      'timed_out',
      'cancelled',
    ]);
    expect(RUN_STATES.filter((state) => !holdsRound({ state }))).toEqual(['failed', 'timed_out', 'cancelled']);
  });

  test('is good where it succeeded, and Numerai has the submission, or nobody can be asked', () => {
    const good = (slots: readonly Slot[]) =>
      RUN_STATES.flatMap((state) =>
        SUBMISSIONS.filter((submission) => isGood({ state, submission, slots: [...slots] })).map(
          (submission) => `${state} ${submission}`,
        ),
      );
    expect(good([slot(null)])).toEqual(['succeeded accepted']);
    expect(good([])).toEqual(['succeeded unknown', 'succeeded accepted']);
  });

  test.each([
    [null, null, null],
    [null, 0.25, 0.25],
    [0.5, null, 0.5],
    [0.5, 0.25, 0.75],
    [0.1, 0.2, 0.3],
  ])('that cost %j before and %j in its attempt costs %j', (before, last, all) => {
    const attempt = { ...ATTEMPT, costUsd: last };
    expect(costUsd({ earlierCostUsd: before, attempt })).toBe(all);
  });

  test('without an attempt costs what the ones before did', () => {
    expect(costUsd({ earlierCostUsd: 0.5, attempt: null })).toBe(0.5);
    expect(costUsd({ earlierCostUsd: null, attempt: null })).toBeNull();
  });

  test('is priced to a millionth of a dollar', () => {
    expect(roundedUsd(0.123_456_78)).toBe(0.123_457);
  });

  test('keeps the trigger ids of its calls, each once, the newest last, and so many at most', () => {
    const { triggerIds } = withTriggerId({ triggerId: 'a', triggerIds: ['a'] }, 'b');
    expect(triggerIds).toEqual(['a', 'b']);
    expect(withTriggerId({ triggerId: 'a', triggerIds }, 'a').triggerIds).toBe(triggerIds);
    expect(withTriggerId({ triggerId: 'a', triggerIds }, null).triggerIds).toBe(triggerIds);
    const many = Array.from({ length: 120 }, (_, index) => String(index));
    const one = { triggerId: null, triggerIds: many };
    expect(withTriggerId(one, 'last').triggerIds).toEqual([...many.slice(1), 'last']);
    // Its container sends that one.
    const given = { triggerId: '0', triggerIds: many };
    expect(withTriggerId(given, 'last').triggerIds).toEqual(['0', ...many.slice(2), 'last']);
  });
});

describe('an attempt', () => {
  test('is recorded with a lease of a minute and nothing else', () => {
    expect(ATTEMPT).toMatchObject({
      number: 1,
      requestedAt: '2026-04-01T12:00:00.000Z',
      leaseUntil: '2026-04-01T12:01:00.000Z',
      outcome: null,
      logKept: false,
    });
  });

  test.each([
    ['none', null, null],
    ['one that has not started', ATTEMPT, null],
    ['one that runs', { startedAt: '2026-04-01T12:00:00Z', finishedAt: null }, null],
    ['one without a start', { startedAt: null, finishedAt: '2026-04-01T12:00:00Z' }, null],
    ['one that ended', { startedAt: '2026-04-01T12:00:00Z', finishedAt: '2026-04-01T12:01:30Z' }, 90],
    ['one with clocks that differ', { startedAt: '2026-04-01T12:00:00Z', finishedAt: '2026-04-01T11:59:00Z' }, 0],
  ])('ran for so long: %s', (_which, attempt, seconds) => {
    expect(durationSeconds(attempt)).toBe(seconds);
  });
});
