// Is there something to report, and when is it sent? The rules as tables.

import { describe, expect, test } from 'vitest';
import { type Alert, alertOf } from '../../../src/lib/alerts/alert.ts';
import {
  DELIVERY,
  decideOnDelivery,
  decideOnEndedRun,
  decideOnSecret,
  decideOnSilence,
  decideOnTimer,
  decideOnTrouble,
  isReportedAlready,
  nextTry,
} from '../../../src/lib/alerts/decisions.ts';
import type { Event } from '../../../src/lib/alerts/event.ts';
import { decideOnKey } from '../../../src/lib/alerts/numerai-key.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import type { Ticks } from '../../../src/lib/runs/stores.ts';
import { acceptedRun, iso, later, runOf } from '../../support/runs.ts';

const NOW = new Date('2026-04-07T12:30:00Z');
const SETTINGS = {
  publicUrl: undefined,
  alertWebhooks: [{ name: 'json:alert-json', format: 'json' as const, secretName: 'alert-json', keySecret: undefined }],
};
const never = (): never => {
  throw new Error('There is an event.');
};
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

test.each<[string, Partial<Run>, Event['kind'] | null]>([
  ['failed', { state: 'failed', failure: 'exit-code' }, 'run-failed'],
  ['timed out', { state: 'timed_out', failure: 'timeout' }, 'run-failed'],
  ['was stopped from outside', { state: 'cancelled', failure: 'stopped-outside' }, 'run-failed'],
  ['was cancelled by an operator', { state: 'cancelled', failure: 'cancelled' }, null],
  ['is the record of a missed round', { state: 'failed', failure: 'round-missed' }, null],
  ['was a test', { state: 'failed', failure: 'exit-code', isTest: true }, null],
  ['was a test that went well', { state: 'succeeded', isTest: true }, null],
  ['has not ended', { state: 'running' }, null],
  ['waits for its next attempt', { state: 'waiting' }, null],
  ['is accepted', { state: 'succeeded', submission: 'accepted' }, 'back-to-normal'],
  ['could not be verified', { state: 'succeeded', submission: 'unknown' }, null],
  ['cannot be verified', { state: 'succeeded', submission: 'unknown', slots: [] }, 'back-to-normal'],
  ['was late', { state: 'succeeded', submission: 'late' }, null],
])('of a run that %s is reported: %s', (_what, changes, kind) => {
  const run = acceptedRun('image', changes);
  expect(decideOnEndedRun(run)?.kind ?? null).toBe(kind);
});

describe('that a job has failed is reported', () => {
  const failed = acceptedRun('image', { state: 'failed', failure: 'exit-code', tournament: null });
  const toldAt = (hoursAgo: number, changes: Partial<Alert> = {}, run: Run = failed): Alert => ({
    ...alertOf({ kind: 'run-failed', run }, minutesAgo(60 * hoursAgo), SETTINGS),
    ...changes,
  });
  test.each<[string, boolean, readonly Alert[]]>([
    ['where nothing was', true, []],
    ['not where it was a while ago', false, [toldAt(1)]],
    ['not where it was last night', false, [toldAt(19.9)]],
    ['where it was yesterday', true, [toldAt(20)]],
    ['where it has recovered since', true, [toldAt(1, { isOpen: false })]],
    ['where another one was', true, [toldAt(1, {}, { ...failed, model: 'other' })]],
  ])('%s: %s', (_, isReported, unsettled) => {
    expect(isReportedAlready('run-failed', failed, unsettled, NOW)).toBe(!isReported);
  });

  test('where only its trouble was, and for a model each time', () => {
    expect(isReportedAlready('run-in-trouble', failed, [toldAt(1)], NOW)).toBe(false);
    const ofModel = acceptedRun('image', { state: 'failed', failure: 'exit-code' });
    expect(isReportedAlready('run-failed', ofModel, [toldAt(1, {}, ofModel)], NOW)).toBe(false);
  });
});

const WAITING = { state: 'waiting' } as const;
const refused = (failure: Run['failure'], more: Partial<Run> = {}) =>
  runOf('image', { ...WAITING, ...more }, { failure });
const ended = (failure: Run['failure'], more: Partial<Run> = {}, attempt: Partial<Attempt> = {}) =>
  acceptedRun('image', { ...WAITING, ...more }, { failure, outcome: 'failed', endSeenAt: iso(60), ...attempt });

test.each<[string, Run, minutes: number, isReported: boolean, deployed?: number]>([
  ['exits with what only a person can fix', ended('configuration'), 1, true],
  ['exits so after a deployment', ended('configuration'), 1, true, 0],
  ['has an image that is not there, after a deployment', ended('image'), 1, true, 0],
  ['lacks a permission', refused('permission'), 1, true],
  ['lacks a permission, which a deployment may just have given', refused('permission'), 9, false, -49],
  ['lacks it for ten minutes', refused('permission'), 10, true, -40],
  ['lacks it an hour after the deployment', refused('permission'), 1, true, -59],
  ['has a group that a deployment may just have made', refused('configuration'), 1, false, 0],
  ['has a secret that may not be read yet', refused('secret'), 1, false, 0],
  ['finds no room', refused('no-capacity'), 9, false],
  ['finds no room for ten minutes', refused('no-capacity'), 10, true],
  ['failed once', ended('exit-code', { countedFailures: 1 }), 30, false],
  ['failed twice', ended('exit-code', { countedFailures: 2 }), 3, true],
  ['failed once, with its last resort', ended('exit-code', {}, { lastResort: true }), 3, true],
  ['comes to its last resort', ended('timeout', { lastResortNext: true }), 3, true],
  ['is a test', refused('permission', { isTest: true }), 30, false],
  ['waits for its round', { ...runOf('image', WAITING), attempt: null }, 30, false],
  ['has begun its next attempt', { ...ended('exit-code', { countedFailures: 2 }), state: 'starting' }, 30, false],
])('of a run that %s, after %d minutes, trouble is reported: %s', (_what, run, minutes, isReported, deployed) => {
  const deployedAt = deployed === undefined ? null : later(deployed * 60);
  const event = decideOnTrouble(run, later(minutes * 60), deployedAt);
  expect(event).toEqual(isReported ? { kind: 'run-in-trouble', run } : null);
});

test('a run that went well says whether it brought in the submission of a round', () => {
  const run = acceptedRun('image', { state: 'succeeded', submission: 'accepted' });
  const { model: subject } = run;
  const because = 'The submission for round 1234 is in.';
  expect(decideOnEndedRun(run)).toEqual({ kind: 'back-to-normal', subject, because, run });
  expect(decideOnEndedRun({ ...run, round: null })).toMatchObject({
    because: 'A run has succeeded.',
  });
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
  expect(text).toMatch(
    /^Fix the cause; while the round is open, press Retry on the dashboard, or submit by hand\. No other attempt/,
  );
  expect(text.endsWith(` ${'x'.repeat(1_499)}…`)).toBe(true);
  expect(text).not.toContain('x'.repeat(1_500));
  expect(messageOf({ ...run, reason: null }).text).toMatch(/No reason is known\.$/);
  const neverStarted = messageOf({ ...run, attempt: null });
  expect(neverStarted.id).toBe(`run-failed:${run.id}:0`);
  expect(neverStarted.facts.map(({ name }) => name)).not.toContain('Attempt');
});

test.each<[string, number | null, number | null, Event['kind'] | null, deployed?: number]>([
  ['both run', 1, 1, 'back-to-normal'],
  ['the other is late', 1, 17, 'fallback-late'],
  ['the other is just not late', 1, 15.9, 'back-to-normal'],
  ['the other is just late', 1, 16, 'fallback-late'],
  ['both are late', 17, 17, null],
  ['the other never ran', 1, null, null],
  ['the other never ran, and the app is new', 1, null, null, 15.9],
  ['the other never ran, and the app is not new', 1, null, 'fallback-late', 16],
  ['nobody ever ran, and the app is not new', null, null, null, 60],
  ['the other is late, and the app is new', 1, 17, 'fallback-late', 2],
  ['nobody ever ran', null, null, null],
  ['only the other runs', null, 1, 'back-to-normal'],
  ['only the other ran', null, 17, null],
])('where %s', (_what, own, other, kind, deployed) => {
  const tick = (minutes: number | null) => (minutes === null ? undefined : { at: minutesAgo(minutes), note: '' });
  const [watcher, fallback] = [tick(own), tick(other)];
  const ticks = { ...(watcher && { watcher }), ...(fallback && { fallback }) };
  const deployedAt = deployed === undefined ? null : minutesAgo(deployed);
  expect(decideOnTimer({ ticks, deployedAt }, 'watcher', NOW)?.kind ?? null).toBe(kind);
});

test('each timer looks after the other', () => {
  const [now, then] = [1, 20].map((minutes) => ({ at: minutesAgo(minutes), note: '' }));
  if (now === undefined || then === undefined) throw new Error('Both are there.');
  const known = (ticks: Ticks) => ({ ticks, deployedAt: null });
  expect(decideOnTimer(known({ watcher: then, fallback: now }), 'fallback', NOW)).toEqual({
    kind: 'watcher-late',
    since: then.at,
    hasRun: true,
  });
  expect(decideOnTimer(known({ watcher: now, fallback: now }), 'fallback', NOW)).toMatchObject({
    subject: 'The watcher',
  });
  expect(decideOnTimer(known({ watcher: now, fallback: now }), 'watcher', NOW)).toMatchObject({
    subject: 'The fallback',
  });
});

test.each<[string, number | undefined, Date, boolean]>([
  ['that ran a while ago', 20, minutesAgo(20), true],
  ['that has never run', undefined, minutesAgo(60), false],
  ['of whose tick a wrong clock has written that it is to come', -600, minutesAgo(60), false],
])('of a timer %s is told what it has been silent since', (_what, tickAgo, since, hasRun) => {
  const ticks = tickAgo === undefined ? {} : { watcher: { at: minutesAgo(tickAgo), note: '' } };
  const event = decideOnSilence({ ticks, deployedAt: minutesAgo(60) }, 'watcher', NOW);
  expect(event).toEqual({ kind: 'watcher-late', since, hasRun });
  const { title } = alertOf(event ?? never(), NOW, SETTINGS).message;
  expect(title.includes('since the app was deployed')).toBe(!hasRun);
});

test.each<[string, Date | null, Event['kind']]>([
  ['never', null, 'back-to-normal'],
  ['in eight days', new Date('2026-04-15T12:31:00Z'), 'back-to-normal'],
  ['in just seven days', new Date('2026-04-14T12:30:00Z'), 'back-to-normal'],
  ['in six days', new Date('2026-04-13T12:00:00Z'), 'secret-expiring'],
  ['yesterday', new Date('2026-04-06T12:00:00Z'), 'secret-expiring'],
])('a secret that expires %s', (_what, expiresOn, kind) => {
  expect(decideOnSecret('a-key', expiresOn, NOW).kind).toBe(kind);
});

test.each<[string, Event, Event]>([
  [
    'a timer',
    { kind: 'fallback-late', since: NOW, hasRun: true },
    decideOnTimer({ ticks: { fallback: { at: NOW, note: '' } }, deployedAt: null }, 'watcher', NOW) ?? never(),
  ],
  [
    'a key',
    { kind: 'key-refused', secret: 'a-key', why: 'It was revoked.', since: NOW },
    decideOnKey({ secret: 'a-key', refused: null }, [], NOW) ?? never(),
  ],
  ['a secret', { kind: 'secret-expiring', secret: 'a-key', expiresOn: NOW }, decideOnSecret('a-key', null, NOW)],
  [
    'a model',
    { kind: 'run-failed', run: acceptedRun('image', { state: 'failed' }) },
    decideOnEndedRun(acceptedRun('image', { state: 'succeeded', submission: 'accepted' })) ?? never(),
  ],
])('what is over with %s is what was wrong with it', (_what, problem, recovery) => {
  const subjectOf = (event: Event) => alertOf(event, NOW, SETTINGS).subject;
  expect(subjectOf(recovery)).toBe(subjectOf(problem));
  expect(alertOf(problem, NOW, SETTINGS).isOpen).toBe(true);
  expect(alertOf(recovery, NOW, SETTINGS).isOpen).toBe(false);
});

describe('a delivery', () => {
  const fresh = alertOf({ kind: 'watcher-late', since: minutesAgo(17), hasRun: true }, NOW, SETTINGS);
  const expiry = new Date(NOW.getTime() + DELIVERY.giveUpAfterMs);
  const justBefore = (time: Date) => new Date(time.getTime() - 1);
  const inMinutes = (minutes: number) => minutesAgo(-minutes).toISOString();

  test.each<[string, Partial<Alert>, Date, ReturnType<typeof decideOnDelivery>]>([
    ['is sent at once', {}, NOW, 'send'],
    ['waits after a failure', { notBefore: inMinutes(1) }, NOW, 'wait'],
    ['is sent again when it has waited', { notBefore: inMinutes(0) }, NOW, 'send'],
    ['is sent until it is too old', {}, justBefore(expiry), 'send'],
    ['is given up when it is too old', {}, expiry, 'give-up'],
    ['is given up when it is too old, even while it waits', { notBefore: inMinutes(3000) }, expiry, 'give-up'],
    ['is left alone once delivered, or given up', { waiting: [] }, NOW, 'done'],
    ['is left alone once delivered, or given up, for good', { waiting: [] }, expiry, 'done'],
  ])('%s', (_what, changes, now, decision) => {
    expect(decideOnDelivery({ ...fresh, ...changes }, now)).toBe(decision);
  });

  const waitOf = (next: ReturnType<typeof nextTry>) => (Date.parse(next.notBefore) - NOW.getTime()) / 60_000;

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
