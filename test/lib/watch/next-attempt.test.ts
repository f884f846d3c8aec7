// Is another attempt worth it, and when?

import { describe, expect, test } from 'vitest';
import type { AttemptedRun } from '../../../src/lib/compute/platform.ts';
import type { Round } from '../../../src/lib/rounds/round.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import { FAILURES, type Failure } from '../../../src/lib/runs/failure.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { decideOnNextAttempt } from '../../../src/lib/watch/next-attempt.ts';
import { acceptedRun, iso, later } from '../../support/runs.ts';

const HOUR: Round = {
  tournament: 'classic',
  number: 1234,
  openTime: later(-5),
  closeTime: later(3595),
};
/** A run with two more attempts, the present one of which has failed. */
const failedRun = (changes: Partial<Run> = {}, attempt: Partial<Attempt> = {}): AttemptedRun =>
  acceptedRun('image', { attemptsLeft: 2, ...changes }, { failure: 'exit-code', ...attempt });

const decide = (run: AttemptedRun, seconds: number, round: Round | null = HOUR, usualSeconds: number | null = 120) =>
  decideOnNextAttempt({ run, now: later(seconds), round, usualSeconds });

describe('after an attempt that failed', () => {
  const worth: Record<Failure, boolean> = {
    'exit-code': true,
    'out-of-memory': true,
    image: true,
    'no-capacity': true,
    quota: true,
    provisioning: true,
    'not-started': true,
    timeout: true,
    'missing-submission': true,
    secret: false,
    configuration: false,
    'stopped-outside': false,
    cancelled: false,
    'round-missed': false,
  };
  test.each(FAILURES)('for %s', (failure) => {
    expect(decide(failedRun({}, { failure }), 300).retry).toBe(worth[failure]);
  });

  const operator = { because: 'operator', at: iso(20) } as const;
  const timeout = { because: 'timeout', at: iso(20) } as const;
  const rows: [string, AttemptedRun, number, Round | null, boolean][] = [
    ['while the round is open long enough', failedRun(), 3400, HOUR, true],
    ['while it is open just long enough: a minute and the usual time', failedRun(), 3415, HOUR, true],
    ['not when it closes before the model is done', failedRun(), 3416, HOUR, false],
    ['not when it is closed', failedRun(), 3600, HOUR, false],
    ['not before it opens', failedRun(), -10, HOUR, false],
    ['not after the last attempt', failedRun({ attemptsLeft: 0 }), 300, HOUR, false],
    ['after the last but one', failedRun({ attemptsLeft: 1 }), 300, HOUR, true],
    ['not for a test', failedRun({ isTest: true }), 300, HOUR, false],
    ['not where an operator asked for a stop', failedRun({}, { stop: operator }), 300, HOUR, false],
    ['where it was stopped for its time', failedRun({}, { failure: 'timeout', stop: timeout }), 300, HOUR, true],
    ['not where nothing failed', failedRun({}, { failure: null }), 300, HOUR, false],
    ['where nobody knows the round, for an hour', failedRun(), 3600, null, true],
    ['where nobody knows the round, not later', failedRun(), 3601, null, false],
    [
      'where nobody knows the round, for an hour from this attempt on',
      failedRun({}, { requestedAt: iso(7200) }),
      7200 + 3600,
      null,
      true,
    ],
  ];
  test.each(rows)('there is another, or not: %s', (_, run, seconds, round, retry) => {
    expect(decide(run, seconds, round).retry).toBe(retry);
  });

  test('there is another until a minute before the close where no run tells how long the model takes', () => {
    expect(decide(failedRun(), 3535, HOUR, null).retry).toBe(true);
    expect(decide(failedRun(), 3536, HOUR, null).retry).toBe(false);
  });

  test('the record says why there is none, where a person could wonder', () => {
    const why = (run: AttemptedRun, seconds: number, round: Round | null = HOUR) => {
      const decision = decide(run, seconds, round);
      return decision.retry ? undefined : decision.why;
    };
    expect(why(failedRun({ attemptsLeft: 0 }, { number: 3 }), 300)).toBe('This was attempt 3, the last one.');
    expect(why(failedRun(), 3600)).toBe('It is not tried again, since round 1234 is closed.');
    expect(why(failedRun(), 3500)).toBe(
      'It is not tried again: round 1234 closes in 2 min, and the model needs about 3 min.',
    );
    expect(why(failedRun(), 3700, null)).toBe('It is not tried again, since the round is most likely closed by now.');
    expect(why(failedRun({}, { failure: 'secret' }), 300)).toBeNull();
    expect(why(failedRun({ isTest: true }), 300)).toBeNull();
    expect(why(failedRun({}, { stop: operator }), 300)).toBeNull();
    // Said before the round is asked for: it is not even the reason.
    expect(why(failedRun({ attemptsLeft: 0 }, { number: 3 }), 3600)).toBe('This was attempt 3, the last one.');
  });
});

test('the next attempt waits after a start that was refused, longer each time, and not otherwise', () => {
  const waitOf = (attempt: Partial<Attempt>) => {
    const decision = decide(failedRun({}, attempt), 300);
    return decision.retry ? decision.waitMs : undefined;
  };
  expect(waitOf({})).toBe(0);
  expect(waitOf({ number: 3 })).toBe(0);
  expect(waitOf({ acceptedAt: null })).toBe(120_000);
  expect(waitOf({ acceptedAt: null, number: 3 })).toBe(360_000);
});
