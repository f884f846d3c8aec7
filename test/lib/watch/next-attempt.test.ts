// Is another attempt worth it, and when?

import { describe, expect, test } from 'vitest';
import type { Round } from '../../../src/lib/rounds/round.ts';
import { FAILURES, type Failure, nextAttempt, type Run } from '../../../src/lib/runs/run.ts';
import { decideOnRetry, retryWaitMs } from '../../../src/lib/watch/next-attempt.ts';
import { iso, later, modelOf, runOf } from '../../support/runs.ts';

const HOUR: Round = {
  tournament: 'classic',
  number: 1234,
  openTime: later(-5),
  closeTime: later(3595),
};
const failedRun = (changes: Partial<Run> = {}): Run =>
  runOf('image', { state: 'failed', failure: 'exit-code', acceptedAt: iso(2), ...changes });

const decide = (
  run: Run,
  seconds: number,
  round: Round | null = HOUR,
  usualSeconds: number | null = 120,
) => decideOnRetry({ run, now: later(seconds), round, usualSeconds });

describe('a run that failed', () => {
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
    expect(decide(failedRun({ failure }), 300).retry).toBe(worth[failure]);
  });

  const rows: [string, Run, number, Round | null, boolean][] = [
    ['while the round is open long enough', failedRun(), 3400, HOUR, true],
    ['not when it closes before the model is done', failedRun(), 3500, HOUR, false],
    ['not when it is closed', failedRun(), 3600, HOUR, false],
    ['not after the last attempt', failedRun({ retriesLeft: 0 }), 300, HOUR, false],
    ['not for a test', failedRun({ isTest: true }), 300, HOUR, false],
    [
      'not where an operator wanted it to stop',
      failedRun({ stopRequest: { because: 'operator', at: iso(20) } }),
      300,
      HOUR,
      false,
    ],
    [
      'where it was stopped for its time',
      failedRun({ failure: 'timeout', stopRequest: { because: 'timeout', at: iso(20) } }),
      300,
      HOUR,
      true,
    ],
    ['where nobody knows the round, for an hour', failedRun(), 3500, null, true],
    ['where nobody knows the round, not later', failedRun(), 3700, null, false],
  ];
  test.each(rows)('is tried again, or not: %s', (_, run, seconds, round, retry) => {
    expect(decide(run, seconds, round).retry).toBe(retry);
  });

  test('is tried again early where no run tells how long the model takes', () => {
    expect(decide(failedRun(), 3500, HOUR, null).retry).toBe(true);
  });
});

describe('the next attempt', () => {
  const request = {
    id: '01KN4ENXVQQ2T3KWT8RWJ87V10',
    model: modelOf('image', { locations: ['westeurope', 'northeurope', 'eastus'] }),
    round: 1234,
    trigger: 'retry' as const,
    triggerId: 'a-trigger',
    isTest: false,
    reason: null,
    claim: 'claim_round_1234',
    now: later(100),
    leaseUntil: later(160),
  };

  test('has the next number, one retry less, and a group of its own', () => {
    expect(nextAttempt(failedRun(), request)).toMatchObject({
      attempt: 2,
      retriesLeft: 1,
      previousRunId: '01KN4ENXVQQ2T3KWT8RWJ87V09',
      containerGroup: 'some-model-r1234-a2',
    });
  });

  test.each(['no-capacity', 'quota', 'provisioning'] as const)(
    'goes elsewhere after %s',
    (failure) => {
      expect(nextAttempt(failedRun({ failure }), request).locationIndex).toBe(1);
      expect(nextAttempt(failedRun({ failure, locationIndex: 2 }), request).locationIndex).toBe(0);
    },
  );

  test('stays where the container came up', () => {
    expect(nextAttempt(failedRun({ locationIndex: 1 }), request).locationIndex).toBe(1);
  });

  test('waits after a start that was refused, longer each time, and not otherwise', () => {
    expect(retryWaitMs(failedRun())).toBe(0);
    expect(retryWaitMs(failedRun({ acceptedAt: null }))).toBe(120_000);
    expect(retryWaitMs(failedRun({ acceptedAt: null, attempt: 3 }))).toBe(360_000);
  });
});
