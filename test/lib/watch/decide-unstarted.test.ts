// What follows from what the platform reports of an attempt whose start nobody has seen accepted.

import { describe, expect, test } from 'vitest';
import { isLeased } from '../../../src/lib/runs/attempt.ts';
import { decideOnAttempt } from '../../../src/lib/watch/decide.ts';
import { iso, later, runOf, seenAs } from '../../support/runs.ts';
import { ABSENT, CREATED, decide, ends, inWords, type Row, RUNNING, trouble, WAITING } from './decisions.ts';

describe('an attempt whose start nobody has seen accepted', () => {
  const run = runOf('image');
  const cancelled = runOf('image', {}, { stop: { because: 'operator', at: iso(5) } });
  const STARTED =
    'update run.state run.reason run.waitingFor run.nextAttemptAt acceptedAt leaseUntil failure reason execution location';
  const rows: Row[] = [
    ['is left to the owner of the lease', run, ABSENT, 60, 'nothing'],
    ['is left for the difference of clocks as well', run, ABSENT, 70, 'nothing'],
    ['is left to the owner whatever is seen', run, RUNNING, 70, 'nothing'],
    ['is started when the lease is over', run, ABSENT, 71, 'start'],
    ['was started: its execution waits', run, WAITING, 80, STARTED],
    ['was started: its execution runs', run, RUNNING, 80, STARTED],
    ['was started and has ended since', run, ends({ outcome: 'ok', exitCode: 0 }), 80, STARTED],
    [
      'does not take what is foreign',
      run,
      seenAs('foreign', { trouble: trouble('provisioning') }),
      80,
      'failed provisioning',
    ],
    [
      'waits while something keeps it from being started',
      run,
      seenAs('absent', { progress: 'a group to be free' }),
      80,
      'wait',
    ],
    [
      'is started whatever an absence would mean later',
      run,
      seenAs('absent', { trouble: trouble('configuration') }),
      80,
      'start',
    ],
    ['is cancelled without a start', cancelled, ABSENT, 80, 'cancelled cancelled'],
    ['is to be stopped where the start did happen', cancelled, RUNNING, 80, STARTED],
    ['is started however long it takes: the round decides', run, ABSENT, 24 * 60 * 60, 'start'],
  ];
  test.each(rows)('%s', (_, subject, seen, seconds, expected) => {
    expect(inWords(decide(subject, seen, seconds))).toBe(expected);
  });

  test('is not started where models.json no longer has its model', () => {
    const decision = decideOnAttempt({
      run,
      seen: ABSENT,
      patience: CREATED,
      now: later(80),
      model: undefined,
    });
    expect(inWords(decision)).toBe('failed configuration');
  });

  test('is on record with what is seen of it', () => {
    const seen = { ...RUNNING, execution: 'some-model-r1234-a1' };
    expect(decide(run, seen, 80)).toEqual({
      do: 'update',
      changes: {
        run: { state: 'starting', reason: null, waitingFor: null, nextAttemptAt: null },
        attempt: {
          acceptedAt: iso(80),
          leaseUntil: null,
          failure: null,
          reason: null,
          execution: 'some-model-r1234-a1',
          location: 'westeurope',
        },
      },
    });
  });
});

test('the platform is not asked while another instance owns the start', () => {
  const { attempt } = runOf('image');
  expect(isLeased(attempt, later(70))).toBe(true);
  expect(isLeased(attempt, later(70.1))).toBe(false);
  expect(isLeased({ ...attempt, leaseUntil: null }, later(0))).toBe(false);
  expect(isLeased({ ...attempt, acceptedAt: iso(2) }, later(10))).toBe(false);
});
