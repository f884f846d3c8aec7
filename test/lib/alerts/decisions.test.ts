// Is there something to report, and when is it sent? The rules as tables.

import { describe, expect, test } from 'vitest';
import { type Alert, alertOf } from '../../../src/lib/alerts/alert.ts';
import {
  DELIVERY,
  decideOnDelivery,
  decideOnEndedRun,
  decideOnTimer,
  isAboutToClose,
  isExpiring,
  nextTry,
} from '../../../src/lib/alerts/decisions.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { acceptedRun } from '../../support/runs.ts';

const NOW = new Date('2026-04-07T12:30:00Z');
const SETTINGS = {
  publicUrl: undefined,
  alertWebhooks: [{ name: 'json:alert-json', format: 'json' as const, secretName: 'alert-json' }],
};
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
  const messageOf = (of: Run) => alertOf({ kind: 'run-failed', run: of }, NOW, SETTINGS).message;
  const { id, facts, text } = messageOf(run);
  expect(id).toBe(`run-failed:${run.id}:3`);
  expect(facts).toContainEqual({ name: 'Attempt', value: '3' });
  expect(text).toContain(`${'x'.repeat(1_499)}… No other attempt`);
  expect(text).not.toContain('x'.repeat(1_500));
  expect(messageOf({ ...run, reason: null }).text).toMatch(/^No reason is known\./);
  const neverStarted = messageOf({ ...run, attempt: null });
  expect(neverStarted.id).toBe(`run-failed:${run.id}:0`);
  expect(neverStarted.facts.map(({ name }) => name)).not.toContain('Attempt');
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
  expect(decideOnTimer(ticks, 'watcher', NOW)).toBe(expected);
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
  const fresh = alertOf({ kind: 'watcher-late', lastTickAt: minutesAgo(17) }, NOW, SETTINGS);
  const expiry = new Date(NOW.getTime() + DELIVERY.giveUpAfterMs);
  const justBefore = (time: Date) => new Date(time.getTime() - 1);
  const inMinutes = (minutes: number) => minutesAgo(-minutes).toISOString();

  test.each<[string, Partial<Alert>, Date, ReturnType<typeof decideOnDelivery>]>([
    ['is sent at once', {}, NOW, 'send'],
    ['waits after a failure', { notBefore: inMinutes(1) }, NOW, 'wait'],
    ['is sent again when it has waited', { notBefore: inMinutes(0) }, NOW, 'send'],
    ['is sent until it is too old', {}, justBefore(expiry), 'send'],
    ['is given up when it is too old', {}, expiry, 'give-up'],
    [
      'is given up when it is too old, even while it waits',
      { notBefore: inMinutes(3000) },
      expiry,
      'give-up',
    ],
    ['is left alone once delivered, or given up', { waiting: [] }, NOW, 'done'],
    ['is left alone once delivered, or given up, for good', { waiting: [] }, expiry, 'done'],
  ])('%s', (_what, changes, now, decision) => {
    expect(decideOnDelivery({ ...fresh, ...changes }, now)).toBe(decision);
  });

  const waitOf = (next: ReturnType<typeof nextTry>) =>
    (Date.parse(next.notBefore) - NOW.getTime()) / 60_000;

  test('waits twice as long after each failure, up to a bound', () => {
    const waits: number[] = [];
    for (let failures = 0; failures < 20; failures += 1) {
      const next = nextTry(failures, NOW);
      expect(next.failures).toBe(failures + 1);
      waits.push(waitOf(next));
    }
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(Math.max(...waits)).toBe(30);
  });

  test('waits as long as the receiver asks for, where that is longer', () => {
    expect(waitOf(nextTry(0, NOW, 600_000))).toBe(10);
    expect(waitOf(nextTry(4, NOW, 600_000))).toBe(16);
  });

  test('of a closing round ends with the round', () => {
    const closeTime = new Date('2026-04-07T13:00:00.000Z');
    const event = { kind: 'round-closing', model: 'm', round: 1, closeTime, run: null } as const;
    const closing = alertOf(event, NOW, SETTINGS);
    expect(decideOnDelivery(closing, justBefore(closeTime))).toBe('send');
    expect(decideOnDelivery(closing, closeTime)).toBe('give-up');
  });
});
