// Is another attempt worth it, and when?

import { describe, expect, test } from 'vitest';
import { FAILURES, type Failure, followUpOf } from '../../../src/lib/runs/failure.ts';
import type { TimeNeeded } from '../../../src/lib/runs/usual-duration.ts';
import {
  decideOnNextAttempt,
  isLastResortDue,
  type NextAttempt,
  type NextAttemptInput,
} from '../../../src/lib/watch/next-attempt.ts';
import type { Window } from '../../../src/lib/watch/window.ts';
import { acceptedRun, iso, later, modelOf } from '../../support/runs.ts';

const MINUTE = 60;
const HOUR: Window = {
  name: 'round 1234',
  openTime: later(-5),
  closeTime: later(60 * MINUTE - 5),
  isKnown: true,
  isDeadline: true,
};
const WEEKEND: Window = { ...HOUR, closeTime: later(26 * 60 * MINUTE - 5) };
const NEEDED: TimeNeeded = { typicalMs: 5 * 60_000, slowMs: 10 * 60_000 };
const LAST_RESORT = { image: 'docker.io/someone/quick:1', minutes: 4 };

interface Given {
  readonly at?: number;
  readonly failed?: number;
  readonly window?: Window;
  readonly needed?: TimeNeeded;
  readonly isTest?: boolean;
  readonly maxAttempts?: number | null;
  readonly hasLastResort?: boolean;
  readonly attempt?: Partial<NextAttemptInput['run']['attempt']>;
}

function decide(failure: Failure | null, given: Given = {}): NextAttempt {
  const { at = 0, failed = 1, window = HOUR, isTest = false, maxAttempts = null, hasLastResort = false } = given;
  const run = acceptedRun('image', { isTest, countedFailures: failed }, { failure, ...given.attempt });
  const lastResort = modelOf('image', { lastResort: LAST_RESORT }).lastResort;
  const model = { maxAttempts, lastResort: hasLastResort ? lastResort : null };
  return decideOnNextAttempt({ run, now: later(at * MINUTE), window, needed: given.needed ?? NEEDED, model });
}

/** Minutes after the request; `last resort at` where it is that; else why there is none. */
function inWords(next: NextAttempt): string {
  if (next.do === 'end') return next.why ?? 'end';
  if (next.at === null) return `when something changes`;
  const minutes = Math.round((next.at.getTime() - later(0).getTime()) / 600) / 100;
  return `${next.lastResort ? 'last resort ' : ''}at ${minutes}`;
}

describe('a container that failed is tried again', () => {
  test.each<[string, Given, string]>([
    ['at once at first', { failed: 1 }, 'at 0'],
    ['after two minutes then', { failed: 2, at: 1 }, 'at 3'],
    ['after five then', { failed: 3, at: 4 }, 'at 9'],
    [
      'counted from its end, which may be seen late',
      { failed: 3, at: 4, attempt: { finishedAt: iso(2 * MINUTE) } },
      'at 7',
    ],
    ['at once where that is long ago', { failed: 2, at: 9, attempt: { finishedAt: iso(2 * MINUTE) } }, 'at 9'],
    [
      'counted from now where Azure has it in the future',
      { failed: 2, at: 1, attempt: { finishedAt: iso(5 * MINUTE) } },
      'at 3',
    ],
    ['for the last time so late that it is in time even if it is slow', { failed: 4, at: 10 }, 'at 49.92'],
    ['at once where that moment has come', { failed: 4, at: 53 }, 'at 53.92'],
    ['no more where all attempts have failed', { failed: 5, at: 10 }, 'This was attempt 1, the last one.'],
    ['at once where that one is the last', { failed: 1, maxAttempts: 2 }, 'at 0'],
    ['not at all where one is all it has', { failed: 1, maxAttempts: 1 }, 'This was attempt 1, the last one.'],
    ['in the last moment rather than not at all', { failed: 3, at: 53 }, 'at 53.92'],
    [
      'not where the model needs longer than the round is open',
      { failed: 1, at: 55 },
      'It is not tried again: round 1234 closes in 5 min, and the model needs about 5 min.',
    ],
    ['not once the round is closed', { at: 60 }, 'It is not tried again, since round 1234 is closed.'],
    ['when the round opens', { window: { ...HOUR, openTime: later(40 * MINUTE) } }, 'at 40'],
  ])('%s', (_, given, expected) => {
    expect(inWords(decide('exit-code', given))).toBe(expected);
  });

  test('more often in a round that is open for hours', () => {
    const times: number[] = [];
    let at = 1 / 3;
    for (let failed = 1; ; failed += 1) {
      const next = decide('exit-code', { window: WEEKEND, at, failed });
      if (next.do === 'end' || next.at === null) break;
      at = (next.at.getTime() - later(0).getTime()) / 60_000;
      times.push(Math.round(at));
    }
    expect(times).toEqual([0, 2, 7, 22, 52, 112, 232, 472, 712, 1550]);
  });

  test.each(FAILURES)('or not, as its kind says: %s', (failure) => {
    expect(decide(failure).do).toBe(followUpOf(failure) === 'nothing' ? 'end' : 'again');
  });

  test('not where nothing failed, or an operator asked for a stop', () => {
    expect(inWords(decide(null))).toBe('end');
    const stop = { because: 'operator', at: iso(20) } as const;
    expect(inWords(decide('exit-code', { attempt: { stop } }))).toBe('end');
    const timeout = { because: 'timeout', at: iso(20) } as const;
    expect(inWords(decide('timeout', { attempt: { stop: timeout } }))).toBe('at 0');
  });
});

describe('what costs no attempt is tried again', () => {
  test.each<[string, Failure, Given, string]>([
    ['a minute later where it passes', 'no-capacity', { failed: 5 }, 'at 1'],
    ['less often later', 'provisioning', { at: 20 }, 'at 22'],
    ['in the last moment', 'quota', { at: 53.5 }, 'at 53.92'],
    ['at once where that has come', 'quota', { at: 54 }, 'at 54'],
    ['after minutes where the data is not ready', 'not-ready', { failed: 5, at: 12 }, 'at 16'],
    ['counted from its end', 'not-ready', { at: 12, attempt: { finishedAt: iso(9 * MINUTE) } }, 'at 13'],
    ['before the close where only a person can fix it', 'image', {}, 'at 49.92'],
    [
      'at once where that moment came while it ran',
      'configuration',
      { at: 52, attempt: { previousFailure: 'configuration' } },
      'at 52',
    ],
    ['at once where that moment has come', 'image', { at: 52, attempt: { acceptedAt: iso(50 * MINUTE) } }, 'at 52'],
    [
      'only when something changes after that',
      'image',
      { at: 52, attempt: { acceptedAt: iso(50 * MINUTE), previousFailure: 'configuration' } },
      'when something changes',
    ],
    [
      'only when something changes where it never began',
      'secret',
      { at: 50, attempt: { acceptedAt: null, previousFailure: 'secret' } },
      'when something changes',
    ],
  ])('%s', (_, failure, given, expected) => {
    expect(inWords(decide(failure, given))).toBe(expected);
  });
});

describe('a test', () => {
  test.each<[string, Failure, Given, string]>([
    ['waits a little for what passes', 'no-capacity', { at: 3 }, 'at 4'],
    ['and no longer', 'no-capacity', { at: 15 }, 'end'],
    ['is not repeated for its container', 'exit-code', {}, 'end'],
    ['is not repeated for what a person has to fix', 'secret', {}, 'end'],
  ])('%s', (_, failure, given, expected) => {
    expect(inWords(decide(failure, { ...given, isTest: true }))).toBe(expected);
  });
});

describe('the last resort', () => {
  const STOPPED = { stop: { because: 'last-resort', at: iso(29 * MINUTE) } } as const;
  /** Less than the last resort needs. */
  const QUICK: TimeNeeded = { typicalMs: 60_000, slowMs: 10 * 60_000 };

  test.each<[string, Failure, Given, string]>([
    ['begins at once where only a person can fix it', 'configuration', {}, 'last resort at 0'],
    ['does not for a permission, which may be on its way', 'permission', {}, 'at 49.92'],
    ['does not for what no container could submit', 'numerai-models', {}, 'at 49.92'],
    ['begins where no attempt is left', 'exit-code', { failed: 5, at: 10 }, 'last resort at 10'],
    ['begins where an ordinary attempt would be too late', 'exit-code', { at: 55.5 }, 'last resort at 55.5'],
    [
      'does not where it would be too late as well',
      'exit-code',
      { at: 57 },
      'It is not tried again: round 1234 closes in 3 min, and the model needs about 5 min.',
    ],
    ['waits while an ordinary attempt may do', 'exit-code', { failed: 2 }, 'at 2'],
    [
      'begins where an ordinary attempt was stopped for it',
      'timeout',
      { at: 30, attempt: STOPPED },
      'last resort at 30',
    ],
    [
      'begins after that also where the stop took longer than it was to',
      'timeout',
      { at: 57, attempt: STOPPED },
      'last resort at 57',
    ],
    ['waits while it could still begin after the next one', 'not-ready', { at: 50, needed: QUICK }, 'at 52'],
    ['begins where it could not', 'not-ready', { at: 54, needed: QUICK }, 'last resort at 54'],
  ])('%s', (_, failure, given, expected) => {
    expect(inWords(decide(failure, { ...given, hasLastResort: true }))).toBe(expected);
  });

  const attempt = { lastResort: true };
  test.each<[string, Failure, Given, string]>([
    ['is repeated where nothing of it ran', 'no-capacity', { at: 40 }, 'last resort at 41'],
    ['gives way to the ordinary container before the close where it failed early', 'exit-code', { at: 40 }, 'at 49.92'],
    ['does so where a person has to fix it as well', 'image', { at: 10 }, 'at 49.92'],
    ['is the end where it failed late', 'exit-code', { at: 50 }, 'It was the last resort.'],
    ['is the end where no attempt is left', 'exit-code', { at: 40, failed: 5 }, 'It was the last resort.'],
    [
      'is not where the time is over',
      'no-capacity',
      { at: 56 },
      'It is not tried again: round 1234 closes in 4 min, and the model needs about 4 min.',
    ],
  ])('%s', (_, failure, given, expected) => {
    expect(inWords(decide(failure, { ...given, attempt, hasLastResort: true }))).toBe(expected);
  });

  test.each<[Failure, string]>([
    ['exit-code', 'somebody to fix the ordinary container'],
    ['numerai-models', 'somebody to fix numeraiModels, or the key of the account'],
  ])('says who is waited for after it: %s', (failure, waitingFor) => {
    expect(decide(failure, { at: 10, attempt, hasLastResort: true })).toMatchObject({ waitingFor, lastResort: false });
  });

  const isDue = (minutes: number, begun: number | null, { has = true, needed = NEEDED, isRunning = true } = {}) => {
    const lastResort = has ? modelOf('image', { lastResort: LAST_RESORT }).lastResort : null;
    const model = { maxAttempts: 5, lastResort };
    const accepted = begun === null ? null : { at: later(begun * MINUTE), isRunning };
    return isLastResortDue({ now: later(minutes * MINUTE), window: HOUR, needed, model }, accepted);
  };
  test.each<[string, number, number | null, boolean]>([
    ['not while a start that is still refused may do', 54, null, false],
    ['where it may not', 55, null, true],
    ['not where it is too late for the last resort', 56, null, false],
    ['not while the attempt may end in time', 54, 49, false],
    ['where it began too late for that', 54, 56 - 1, true],
    ['where it takes more than twice as long as ever', 54, 30, true],
    ['not earlier than it has to', 50, 20, false],
  ])('takes the place of an attempt that is not over: %s', (_, minutes, begun, expected) => {
    expect(isDue(minutes, begun)).toBe(expected);
  });

  test('takes the place of a start that is still refused while it still can, however quick the model is', () => {
    expect([54, 55, 56].map((minutes) => isDue(minutes, null, { needed: QUICK }))).toEqual([false, true, false]);
  });

  test('takes the place of an attempt whose image is still pulled when it should have ended', () => {
    expect([48, 50].map((begun) => isDue(54, begun, { isRunning: false }))).toEqual([true, false]);
    expect(isDue(54, 48)).toBe(false);
  });

  test('never does where there is none', () => {
    expect(isDue(55, null, { has: false })).toBe(false);
  });
});
