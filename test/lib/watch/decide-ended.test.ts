// What follows where the platform reports the end of an attempt, or nothing of it any more.

import { describe, expect, test } from 'vitest';
import type { AttemptedRun, Observation } from '../../../src/lib/compute/platform.ts';
import { acceptedRun, iso, seenAs } from '../../support/runs.ts';
import {
  ABSENT,
  asked,
  decide,
  END_SEEN,
  ends,
  inWords,
  PLACE,
  type Row,
  RUNS,
  STARTING,
  trouble,
} from './decisions.ts';

describe('an attempt whose start was accepted', () => {
  const rows: Row[] = [
    [
      'fails where there is no room',
      STARTING,
      seenAs('ended', { outcome: 'failed', trouble: trouble('no-capacity') }),
      90,
      'failed no-capacity',
    ],
    [
      'fails where provisioning fails',
      STARTING,
      seenAs('ended', { outcome: 'failed', trouble: trouble('provisioning') }),
      90,
      'failed provisioning',
    ],
    ['ends well', RUNS, ends({ outcome: 'ok', exitCode: 0 }), 90, 'succeeded'],
    ['ends badly', RUNS, ends({ outcome: 'failed', exitCode: 1 }), 90, 'failed exit-code'],
    ['ends before it was ever seen running', STARTING, ends({ outcome: 'ok', exitCode: 0 }), 60, 'succeeded'],
    [
      'was killed for memory',
      RUNS,
      ends({ outcome: 'failed', exitCode: 137, trouble: trouble('out-of-memory') }),
      90,
      'failed out-of-memory',
    ],
    ['asks not to be tried again', RUNS, ends({ outcome: 'failed', exitCode: 78 }), 90, 'failed configuration'],
    ['ends without an exit code', RUNS, ends({ outcome: 'failed' }), 90, 'failed exit-code'],
    ['was stopped by hand', RUNS, ends({ outcome: 'stopped', exitCode: 143 }), 90, 'cancelled stopped-outside'],
    [
      'was stopped as an operator asked',
      asked('operator'),
      ends({ outcome: 'stopped', exitCode: 143 }),
      90,
      'cancelled cancelled',
    ],
    [
      'was stopped for its time',
      asked('timeout'),
      ends({ outcome: 'stopped', exitCode: 143 }),
      90,
      'timed_out timeout',
    ],
    [
      'failed while it was to be stopped',
      asked('timeout'),
      ends({ outcome: 'failed', exitCode: 1 }),
      90,
      'timed_out timeout',
    ],
    ['is looked for twice before it counts as gone', RUNS, ABSENT, 90, 'update endSeenAt'],
    ['is looked for a while', END_SEEN, ABSENT, 209.9, 'nothing'],
    [
      'was deleted by hand',
      END_SEEN,
      seenAs('absent', { trouble: trouble('stopped-outside') }),
      210,
      'cancelled stopped-outside',
    ],
    ['never appeared', END_SEEN, ABSENT, 210, 'failed not-started'],
    ['was stopped and is gone', asked('operator'), ABSENT, 90, 'cancelled cancelled'],
    [
      'had ended before it went',
      {
        ...RUNS,
        submission: 'pending',
        attempt: { ...RUNS.attempt, endSeenAt: iso(90), exitCode: 0 },
      },
      ABSENT,
      150,
      'succeeded',
    ],
    [
      'had failed before it went, though it was to be stopped',
      { ...RUNS, attempt: { ...asked('operator').attempt, endSeenAt: iso(90), exitCode: 3 } },
      ABSENT,
      150,
      'failed exit-code',
    ],
    [
      'waits where the platform contradicts itself',
      RUNS,
      ends({ outcome: 'ok', isClear: false }),
      90,
      'update endSeenAt',
    ],
    ['does not believe a contradiction for a while', END_SEEN, ends({ outcome: 'ok', isClear: false }), 390, 'nothing'],
    ['believes it after that', END_SEEN, ends({ outcome: 'ok', isClear: false }), 390.1, 'succeeded'],
    [
      'was stopped by hand, though the platform contradicts itself',
      END_SEEN,
      ends({ outcome: 'stopped', isClear: false }),
      400,
      'cancelled stopped-outside',
    ],
    [
      'believes at once in a stop that it asked for',
      asked('operator'),
      ends({ outcome: 'stopped', isClear: false }),
      90,
      'cancelled cancelled',
    ],
    [
      'does not believe at once in another end where it asked for a stop',
      asked('operator'),
      ends({ outcome: 'ok', isClear: false }),
      90,
      'update endSeenAt',
    ],
    ['was replaced', RUNS, seenAs('foreign', { trouble: trouble('stopped-outside') }), 90, 'cancelled stopped-outside'],
    [
      'does not believe a stop by hand at once, where the platform contradicts itself',
      RUNS,
      ends({ outcome: 'stopped', isClear: false }),
      90,
      'update endSeenAt',
    ],
    [
      'is looked for again where what stands in its place says nothing',
      RUNS,
      seenAs('foreign'),
      90,
      'update endSeenAt',
    ],
    [
      'ends without anybody knowing its size',
      acceptedRun('image'),
      ends({ outcome: 'ok', exitCode: 0, cpu: null, memoryGB: null }),
      60,
      'succeeded',
    ],
    [
      'has its size on record before its end',
      acceptedRun('image'),
      ends({ outcome: 'ok', exitCode: 0 }),
      60,
      'update location cpu memoryGB meteredFrom',
    ],
  ];
  test.each(rows)('%s', (_, subject, seen, seconds, expected) => {
    expect(inWords(decide(subject, seen, seconds))).toBe(expected);
  });

  test('has the times of the container, else those that the app saw', () => {
    const endingOf = (subject: AttemptedRun, seen: Observation) => {
      const decision = decide(subject, seen, 400);
      return decision.do === 'end' ? decision.ending : null;
    };
    expect(endingOf(RUNS, ends({ outcome: 'ok', exitCode: 0 }))).toMatchObject({
      startedAt: iso(30),
      finishedAt: iso(90),
      exitCode: 0,
    });
    const bare = seenAs('ended', { outcome: 'failed', exitCode: 1, ...PLACE });
    expect(endingOf(END_SEEN, bare)).toMatchObject({ startedAt: iso(30), finishedAt: iso(90) });
    expect(endingOf(RUNS, bare)).toMatchObject({ finishedAt: iso(400) });
    const known: AttemptedRun = {
      ...END_SEEN,
      attempt: { ...END_SEEN.attempt, exitCode: 0, finishedAt: iso(80) },
    };
    expect(endingOf(known, ABSENT)).toMatchObject({
      exitCode: 0,
      startedAt: iso(30),
      finishedAt: iso(80),
    });
    const gone = endingOf(END_SEEN, seenAs('absent', { trouble: trouble('stopped-outside') }));
    expect(gone).toMatchObject({ startedAt: iso(30), finishedAt: iso(90) });
  });

  test('that ended well on a stop is what Numerai says: done, or stopped', () => {
    const decision = decide(asked('operator'), ends({ outcome: 'stopped', exitCode: 0 }), 90);
    expect(decision).toMatchObject({
      do: 'end',
      ending: {
        outcome: 'succeeded',
        exitCode: 0,
        unverified: { outcome: 'cancelled', failure: 'cancelled', exitCode: 0 },
      },
    });
  });

  test('that ended well in a stop by hand is what Numerai says as well', () => {
    expect(decide(RUNS, ends({ outcome: 'stopped', exitCode: 0 }), 90)).toMatchObject({
      ending: { outcome: 'succeeded', unverified: { failure: 'stopped-outside' } },
    });
  });

  test('that ended by itself is what its exit code says, whatever Numerai has', () => {
    for (const exitCode of [0, 1]) {
      const outcome = exitCode === 0 ? 'ok' : 'failed';
      expect(decide(RUNS, ends({ outcome, exitCode }), 90)).toMatchObject({
        ending: { unverified: null, exitCode },
      });
    }
  });

  test('that was seen to end may have another attempt', () => {
    for (const [, subject, seen, seconds] of rows) {
      const decision = decide(subject, seen, seconds);
      if (decision.do === 'end' && seen.phase === 'ended') expect(decision.ending.mayRetry).toBe(true);
    }
  });

  test('that succeeds without an exit code says so', () => {
    expect(decide(END_SEEN, ends({ outcome: 'ok', isClear: false }), 400)).toMatchObject({
      ending: {
        outcome: 'succeeded',
        exitCode: null,
        reason: 'Azure reports no exit code, but that the container succeeded.',
        finishedAt: iso(90),
      },
    });
  });

  test('gives the reason of every end but a good one', () => {
    const endings = rows
      .map(([, subject, seen, seconds]) => decide(subject, seen, seconds))
      .filter((decision) => decision.do === 'end')
      .map(({ ending }) => ending)
      .filter(({ outcome }) => outcome !== 'succeeded');
    expect(endings.length).toBeGreaterThan(12);
    for (const { reason } of endings) expect(reason).toMatch(/\.$/);
  });
});
