// How an attempt ended: what an exit code, a stop and a failure mean.

import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/lib/runs/attempt.ts';
import { FAILURES, type Failure } from '../../../src/lib/runs/failure.ts';
import { ended, endOfExitCode, endOfStop, failedBy, NO_TIMES, stoppedOutside } from '../../../src/lib/watch/ending.ts';
import { iso } from '../../support/runs.ts';

const TIMES = { startedAt: iso(30), finishedAt: iso(90) };

describe('an exit code', () => {
  test.each<[number | null, Outcome, Failure | null, string | null]>([
    [0, 'succeeded', null, null],
    [1, 'failed', 'exit-code', 'The container ended with exit code 1; its log says why.'],
    [143, 'failed', 'exit-code', 'The container ended with exit code 143; its log says why.'],
    [
      78,
      'failed',
      'configuration',
      'The container ended with exit code 78; it reports that its configuration is wrong (EX_CONFIG); change env or secrets in models.json, or the program.',
    ],
    [null, 'failed', 'exit-code', 'The container ended, and Azure does not report its exit code. Look at its log.'],
  ])('%s means that the attempt %s: %s', (exitCode, outcome, failure, reason) => {
    expect(endOfExitCode(exitCode, null, TIMES)).toEqual({
      outcome,
      failure,
      reason,
      exitCode,
      ...TIMES,
      isByItself: exitCode !== null && exitCode !== 0,
      mayRetry: true,
      unverified: null,
    });
  });

  test.each([0, 137, null])('%s counts less than what the platform says is wrong', (exitCode) => {
    const trouble = { failure: 'out-of-memory', reason: 'It was killed.' } as const;
    expect(endOfExitCode(exitCode, trouble, TIMES)).toMatchObject({
      outcome: 'failed',
      ...trouble,
      exitCode,
      ...TIMES,
    });
  });
});

describe('a failure that is not of the container', () => {
  test.each(FAILURES)('%s', (failure) => {
    const outcome = failure === 'stopped-outside' || failure === 'cancelled' ? 'cancelled' : 'failed';
    expect(failedBy({ failure, reason: 'So it is.' })).toEqual({
      outcome,
      failure,
      reason: 'So it is.',
      exitCode: null,
      ...NO_TIMES,
      isByItself: false,
      mayRetry: true,
      unverified: null,
    });
  });
});

describe('a stop', () => {
  test('for its time is no fault of anybody, and tells what to change', () => {
    expect(endOfStop('some-model', 'timeout', TIMES)).toMatchObject({
      outcome: 'timed_out',
      failure: 'timeout',
      reason:
        'The container did not end within its time limit, so the app told Azure to stop it. Raise timeoutMinutes of some-model, or make it faster.',
      ...TIMES,
      mayRetry: true,
    });
  });

  test('by an operator is a cancellation', () => {
    expect(endOfStop('some-model', 'operator', TIMES)).toMatchObject({
      outcome: 'cancelled',
      failure: 'cancelled',
      reason: 'An operator cancelled the run.',
      ...TIMES,
      mayRetry: true,
    });
  });

  test.each(['timeout', 'operator'] as const)(
    'for %s that had no effect leaves no room for another attempt',
    (because) => {
      expect(endOfStop('some-model', because, NO_TIMES, false).mayRetry).toBe(false);
    },
  );

  test('by somebody else names what was stopped', () => {
    expect(stoppedOutside('some-model-r1234-a1', TIMES)).toMatchObject({
      outcome: 'cancelled',
      failure: 'stopped-outside',
      reason:
        'The execution some-model-r1234-a1 was stopped by somebody outside of this app. Start it again if that was a mistake.',
      ...TIMES,
    });
  });
});

test('an ending has what is given, and what is usual for the rest', () => {
  expect(ended({ outcome: 'succeeded', failure: null, reason: null })).toEqual({
    outcome: 'succeeded',
    failure: null,
    reason: null,
    exitCode: null,
    startedAt: null,
    finishedAt: null,
    isByItself: false,
    mayRetry: true,
    unverified: null,
  });
  expect(ended({ outcome: 'failed', failure: 'image', reason: 'x', exitCode: 1, mayRetry: false })).toMatchObject({
    exitCode: 1,
    mayRetry: false,
  });
});
