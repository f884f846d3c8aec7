// Is there something to report, and when is it sent? The rules as tables.

import { describe, expect, test } from 'vitest';
import {
  decideOnEndedRun,
  decideOnTimer,
  isAboutToClose,
  isExpiring,
  runFacts,
} from '../../../src/lib/alerts/decisions.ts';
import {
  afterFailure,
  DELIVERY,
  type Delivery,
  decideOnDelivery,
  expiryOf,
} from '../../../src/lib/alerts/delivery.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { acceptedRun, runOf } from '../../support/runs.ts';

const NOW = new Date('2026-04-07T12:30:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

test.each<[string, Partial<Run>, ReturnType<typeof decideOnEndedRun>]>([
  ['failed', { state: 'failed', failure: 'exit-code' }, 'failure'],
  ['timed out', { state: 'timed_out', failure: 'timeout' }, 'failure'],
  ['was stopped from outside', { state: 'cancelled', failure: 'stopped-outside' }, 'failure'],
  ['was cancelled by an operator', { state: 'cancelled', failure: 'cancelled' }, 'nothing'],
  ['is the record of a missed round', { state: 'failed', failure: 'round-missed' }, 'nothing'],
  ['was a test', { state: 'failed', failure: 'exit-code', isTest: true }, 'nothing'],
  ['was a test that went well', { state: 'succeeded', isTest: true }, 'nothing'],
  ['has not ended', { state: 'running' }, 'nothing'],
  ['waits for its next attempt', { state: 'waiting' }, 'nothing'],
  ['is accepted', { state: 'succeeded', submission: 'accepted' }, 'recovery'],
  ['cannot be verified', { state: 'succeeded', submission: 'unknown' }, 'recovery'],
  ['was late', { state: 'succeeded', submission: 'late' }, 'nothing'],
])('of a run that %s is reported: %s', (_what, changes, decision) => {
  expect(decideOnEndedRun(acceptedRun('image', changes))).toBe(decision);
});

test('an alert carries the attempt that ended, and a reason of bounded length', () => {
  const run = acceptedRun(
    'image',
    { state: 'failed', reason: 'x'.repeat(9_000) },
    { number: 3, reason: 'not this one' },
  );
  expect(runFacts(run)).toEqual({
    id: run.id,
    attempt: 3,
    state: 'failed',
    reason: 'x'.repeat(1_500),
  });
  expect(runFacts({ ...run, reason: null }).reason).toBeNull();
  expect(runFacts({ ...runOf('image'), attempt: null }).attempt).toBe(0);
});

test.each([
  [21, false],
  [20, false],
  [19.9, true],
  [0.1, true],
  [0, false],
  [-1, false],
])('a round that closes in %d minutes is about to close: %s', (minutes, expected) => {
  expect(isAboutToClose(minutesAgo(-minutes), NOW, 20)).toBe(expected);
});

test.each<[string, number | null, number | null, string]>([
  ['both run', 1, 1, 'recent'],
  ['the other is late', 1, 17, 'late'],
  ['both are late', 17, 17, 'unclear'],
  ['the other never ran', 1, null, 'unclear'],
  ['nobody ever ran', null, null, 'unclear'],
  ['only the other runs', null, 1, 'recent'],
])('where %s', (_what, own, other, expected) => {
  const tick = (minutes: number | null) =>
    minutes === null ? undefined : { at: minutesAgo(minutes), note: '' };
  const [watcher, fallback] = [tick(own), tick(other)];
  const ticks = { ...(watcher && { watcher }), ...(fallback && { fallback }) };
  expect(decideOnTimer(ticks, 'watcher', NOW).kind).toBe(expected);
});

test.each([
  ['never', null, false],
  ['in eight days', new Date('2026-04-15T12:31:00Z'), false],
  ['in six days', new Date('2026-04-13T12:00:00Z'), true],
  ['yesterday', new Date('2026-04-06T12:00:00Z'), true],
])('a secret that expires %s', (_what, expiresOn, expected) => {
  expect(isExpiring(expiresOn, NOW)).toBe(expected);
});

describe('a delivery', () => {
  const fresh: Delivery = {
    webhook: 'json:alert-json',
    failures: 0,
    notBefore: null,
    outcome: 'waiting',
  };
  const expiry = new Date('2026-04-08T12:00:00Z');

  test.each<[string, Partial<Delivery>, Date, ReturnType<typeof decideOnDelivery>]>([
    ['is sent at once', {}, NOW, 'send'],
    ['waits after a failure', { notBefore: minutesAgo(-1) }, NOW, 'wait'],
    ['is sent again when it has waited', { notBefore: minutesAgo(0) }, NOW, 'send'],
    ['is given up when it is too old', {}, expiry, 'give-up'],
    ['is left alone once delivered', { outcome: 'delivered' }, NOW, 'done'],
    ['is left alone once given up', { outcome: 'given-up' }, expiry, 'done'],
  ])('%s', (_what, changes, now, decision) => {
    expect(decideOnDelivery({ ...fresh, ...changes }, expiry, now)).toBe(decision);
  });

  test('waits twice as long after each failure, up to a bound', () => {
    const waits: number[] = [];
    let delivery = fresh;
    for (let failure = 0; failure < 20; failure += 1) {
      delivery = afterFailure(delivery, 0, NOW);
      waits.push(((delivery.notBefore?.getTime() ?? 0) - NOW.getTime()) / 60_000);
    }
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(Math.max(...waits)).toBe(30);
  });

  test('waits as long as the receiver asks for', () => {
    const delivery = afterFailure(fresh, 600_000, NOW);
    expect(delivery.notBefore).toEqual(minutesAgo(-10));
  });

  test('of a closing round ends with the round', () => {
    const closeTime = '2026-04-07T13:00:00.000Z';
    const alert = { kind: 'round-closing', model: 'm', round: 1, closeTime, run: null } as const;
    expect(expiryOf(alert, NOW)).toEqual(new Date(closeTime));
    const late = { kind: 'watcher-late', lastTickAt: closeTime } as const;
    expect(expiryOf(late, NOW).getTime() - NOW.getTime()).toBe(DELIVERY.giveUpAfterMs);
  });
});
