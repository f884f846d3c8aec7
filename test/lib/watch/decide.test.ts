// What follows from what the platform reports: every combination that is known.

import { describe, expect, test } from 'vitest';
import type { AttemptedRun, Observation, Patience } from '../../../src/lib/compute/platform.ts';
import type { FailureReason } from '../../../src/lib/runs/failure.ts';
import { decideOnAttempt, isLeased, type WatchDecision } from '../../../src/lib/watch/decide.ts';
import { acceptedRun, iso, later, modelOf, runOf, seenAs } from '../../support/runs.ts';

const MINUTE = 60_000;
const CREATED: Patience = { appearMs: 2 * MINUTE, startMs: 20 * MINUTE };
const EXISTING: Patience = { appearMs: 10 * MINUTE, startMs: Number.POSITIVE_INFINITY };

function decide(
  run: AttemptedRun,
  seen: Observation,
  seconds: number,
  patience = CREATED,
): WatchDecision {
  return decideOnAttempt({ run, seen, patience, now: later(seconds), model: modelOf('image') });
}

/** What a decision comes to, in a word or two. */
function inWords(decision: WatchDecision): string {
  switch (decision.do) {
    case 'end':
      return `${decision.ending.outcome} ${decision.ending.failure ?? ''}`.trim();
    case 'update':
    case 'stop': {
      const { run = {}, attempt = {} } = decision.changes;
      const names = [...Object.keys(run).map((name) => `run.${name}`), ...Object.keys(attempt)];
      return `${decision.do} ${names.join(' ')}`.trim();
    }
    default:
      return decision.do;
  }
}

type Row = [name: string, run: AttemptedRun, seen: Observation, seconds: number, expected: string];

const trouble = (failure: FailureReason['failure']): FailureReason => ({
  failure,
  reason: `This is ${failure}.`,
});
const ABSENT = seenAs('absent');
const PLACE = { location: 'westeurope', cpu: 1, memoryGB: 1.5 };
const RUNNING = seenAs('running', { startedAt: iso(30), ...PLACE });
const WAITING = seenAs('waiting', PLACE);
const ends = (facts: Partial<Observation>) =>
  seenAs('ended', { startedAt: iso(30), finishedAt: iso(90), ...PLACE, ...facts });
const operator = { because: 'operator', at: iso(40) } as const;
const timeout = { because: 'timeout', at: iso(40) } as const;

describe('an attempt whose start nobody has seen accepted', () => {
  const run = runOf('image');
  const cancelled = runOf('image', {}, { stop: { because: 'operator', at: iso(5) } });
  const STARTED = 'update run.state acceptedAt leaseUntil execution location';
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
      seenAs('absent', { progress: 'It is busy.' }),
      80,
      'update run.reason',
    ],
    [
      'says only once why it waits',
      runOf('image', { reason: 'It is busy.' }),
      seenAs('absent', { progress: 'It is busy.' }),
      80,
      'nothing',
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
    ['is tried for an hour, whatever its time limit', run, ABSENT, 60 * 60, 'start'],
    ['is given up after that', run, ABSENT, 60 * 60 + 1, 'failed not-started'],
    [
      'is given up after that, though something kept it from being started',
      run,
      seenAs('absent', { progress: 'It is busy.' }),
      60 * 60 + 1,
      'failed not-started',
    ],
    [
      'is tried for an hour from when the attempt began, not the run',
      runOf('image', {}, { number: 3, requestedAt: iso(7200), leaseUntil: iso(7260) }),
      ABSENT,
      7200 + 59 * 60,
      'start',
    ],
  ];
  test.each(rows)('%s', (_, subject, seen, seconds, expected) => {
    expect(inWords(decide(subject, seen, seconds))).toBe(expected);
  });

  test('is tried for as long as its time limit where that is longer', () => {
    const model = modelOf('image', { timeoutMinutes: 90 });
    const at = (seconds: number) =>
      inWords(
        decideOnAttempt({ run, seen: ABSENT, patience: CREATED, now: later(seconds), model }),
      );
    expect(at(90 * 60)).toBe('start');
    expect(at(90 * 60 + 1)).toBe('failed not-started');
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
        run: { state: 'starting' },
        attempt: {
          acceptedAt: iso(80),
          leaseUntil: null,
          execution: 'some-model-r1234-a1',
          location: 'westeurope',
        },
      },
    });
  });

  test('that was given up says what the last try met', () => {
    const reasonOf = (reason: string | null) => {
      const decision = decide(runOf('image', { reason }), ABSENT, 3700);
      return decision.do === 'end' ? decision.ending.reason : null;
    };
    expect(reasonOf('Azure has a bad day.')).toBe(
      'The container could not be started within 60 minutes. Azure has a bad day.',
    );
    expect(reasonOf(null)).toBe(
      'The container could not be started within 60 minutes. Azure did not accept the start.',
    );
  });
});

describe('an attempt whose start was accepted', () => {
  const size = { cpu: 1, memoryGB: 1.5 };
  const run = acceptedRun('image', {}, size);
  const running = acceptedRun('image', { state: 'running' }, { ...size, startedAt: iso(30) });
  const asked = (stop: NonNullable<AttemptedRun['attempt']['stop']>): AttemptedRun => ({
    ...running,
    attempt: { ...running.attempt, stop },
  });
  const endSeen: AttemptedRun = {
    ...running,
    attempt: { ...running.attempt, endSeenAt: iso(90) },
  };
  const RUNS = 'update run.state startedAt endSeenAt location cpu memoryGB';
  const rows: Row[] = [
    ['waits', run, WAITING, 60, 'nothing'],
    ['waits while it is repaired', running, WAITING, 300, 'nothing'],
    [
      'waits while the image may yet be pulled',
      run,
      { ...WAITING, trouble: trouble('image') },
      242,
      'nothing',
    ],
    [
      'fails where the image cannot be had',
      run,
      { ...WAITING, trouble: trouble('image') },
      242.1,
      'failed image',
    ],
    ['is given time to come up', run, WAITING, 1202, 'nothing'],
    ['is given up where it never comes up', run, WAITING, 1202.1, 'failed provisioning'],
    [
      'is not given up for coming up late where it had come up before',
      running,
      WAITING,
      1202,
      'nothing',
    ],
    [
      'is over its time where it is repaired for long',
      running,
      WAITING,
      1202.1,
      'timed_out timeout',
    ],
    ['was seen ended, and waits after all', endSeen, WAITING, 300, 'update endSeenAt'],
    [
      'fails where there is no room',
      run,
      seenAs('ended', { outcome: 'failed', trouble: trouble('no-capacity') }),
      90,
      'failed no-capacity',
    ],
    [
      'fails where provisioning fails',
      run,
      seenAs('ended', { outcome: 'failed', trouble: trouble('provisioning') }),
      90,
      'failed provisioning',
    ],
    ['runs', run, RUNNING, 60, RUNS],
    ['goes on running', running, RUNNING, 90, 'nothing'],
    ['runs until its time is over', running, RUNNING, 1202, 'nothing'],
    ['is stopped past its time', running, RUNNING, 1202.1, 'stop stop'],
    ['is restarted by the platform', running, { ...RUNNING, startedAt: iso(80) }, 90, RUNS],
    ['runs, and its start is not shown', running, { ...RUNNING, startedAt: null }, 90, 'nothing'],
    ['ends well', running, ends({ outcome: 'ok', exitCode: 0 }), 90, 'succeeded'],
    ['ends badly', running, ends({ outcome: 'failed', exitCode: 1 }), 90, 'failed exit-code'],
    [
      'ends before it was ever seen running',
      run,
      ends({ outcome: 'ok', exitCode: 0 }),
      60,
      'succeeded',
    ],
    [
      'was killed for memory',
      running,
      ends({ outcome: 'failed', exitCode: 137, trouble: trouble('out-of-memory') }),
      90,
      'failed out-of-memory',
    ],
    [
      'asks not to be tried again',
      running,
      ends({ outcome: 'failed', exitCode: 78 }),
      90,
      'failed configuration',
    ],
    ['ends without an exit code', running, ends({ outcome: 'failed' }), 90, 'failed exit-code'],
    [
      'was stopped by hand',
      running,
      ends({ outcome: 'stopped', exitCode: 143 }),
      90,
      'cancelled stopped-outside',
    ],
    [
      'was stopped as an operator asked',
      asked(operator),
      ends({ outcome: 'stopped', exitCode: 143 }),
      90,
      'cancelled cancelled',
    ],
    [
      'was stopped for its time',
      asked(timeout),
      ends({ outcome: 'stopped', exitCode: 143 }),
      90,
      'timed_out timeout',
    ],
    [
      'failed while it was to be stopped',
      asked(timeout),
      ends({ outcome: 'failed', exitCode: 1 }),
      90,
      'timed_out timeout',
    ],
    ['is stopped again where that has not happened', asked(operator), RUNNING, 90, 'stop'],
    ['is stopped for ten minutes', asked(operator), RUNNING, 640, 'stop'],
    ['is given up where it will not stop', asked(operator), RUNNING, 640.1, 'cancelled cancelled'],
    ['is cancelled before it came up', asked(operator), WAITING, 60, 'cancelled cancelled'],
    ['is looked for twice before it counts as gone', running, ABSENT, 90, 'update endSeenAt'],
    ['is looked for a while', endSeen, ABSENT, 209.9, 'nothing'],
    [
      'was deleted by hand',
      endSeen,
      seenAs('absent', { trouble: trouble('stopped-outside') }),
      210,
      'cancelled stopped-outside',
    ],
    ['never appeared', endSeen, ABSENT, 210, 'failed not-started'],
    ['was there after all', endSeen, RUNNING, 150, RUNS],
    ['was stopped and is gone', asked(operator), ABSENT, 90, 'cancelled cancelled'],
    [
      'had ended before it went',
      {
        ...running,
        submission: 'pending',
        attempt: { ...running.attempt, endSeenAt: iso(90), exitCode: 0 },
      },
      ABSENT,
      150,
      'succeeded',
    ],
    [
      'had failed before it went, though it was to be stopped',
      { ...running, attempt: { ...asked(operator).attempt, endSeenAt: iso(90), exitCode: 3 } },
      ABSENT,
      150,
      'failed exit-code',
    ],
    [
      'waits where the platform contradicts itself',
      running,
      ends({ outcome: 'ok', isClear: false }),
      90,
      'update endSeenAt',
    ],
    [
      'does not believe a contradiction for a while',
      endSeen,
      ends({ outcome: 'ok', isClear: false }),
      390,
      'nothing',
    ],
    [
      'believes it after that',
      endSeen,
      ends({ outcome: 'ok', isClear: false }),
      390.1,
      'succeeded',
    ],
    [
      'was stopped by hand, though the platform contradicts itself',
      endSeen,
      ends({ outcome: 'stopped', isClear: false }),
      400,
      'cancelled stopped-outside',
    ],
    [
      'believes at once in a stop that it asked for',
      asked(operator),
      ends({ outcome: 'stopped', isClear: false }),
      90,
      'cancelled cancelled',
    ],
    [
      'does not believe at once in another end where it asked for a stop',
      asked(operator),
      ends({ outcome: 'ok', isClear: false }),
      90,
      'update endSeenAt',
    ],
    [
      'was replaced',
      running,
      seenAs('foreign', { trouble: trouble('stopped-outside') }),
      90,
      'cancelled stopped-outside',
    ],
    [
      'does not believe a stop by hand at once, where the platform contradicts itself',
      running,
      ends({ outcome: 'stopped', isClear: false }),
      90,
      'update endSeenAt',
    ],
    [
      'is looked for again where what stands in its place says nothing',
      running,
      seenAs('foreign'),
      90,
      'update endSeenAt',
    ],
    [
      'runs, and only its record does not say so yet',
      { ...running, state: 'starting' },
      RUNNING,
      90,
      RUNS,
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
      'update location cpu memoryGB',
    ],
  ];
  test.each(rows)('%s', (_, subject, seen, seconds, expected) => {
    expect(inWords(decide(subject, seen, seconds))).toBe(expected);
  });

  const existing: Row[] = [
    [
      'is not there yet',
      run,
      seenAs('absent', { trouble: trouble('not-started') }),
      90,
      'update endSeenAt',
    ],
    [
      'is not there for a while',
      endSeen,
      seenAs('absent', { trouble: trouble('not-started') }),
      689.9,
      'nothing',
    ],
    [
      'is given up where it does not start',
      endSeen,
      seenAs('absent', { trouble: trouble('not-started') }),
      690,
      'failed not-started',
    ],
    [
      'fails where the image cannot be had',
      run,
      { ...WAITING, trouble: trouble('image') },
      260,
      'failed image',
    ],
    ['may pull for as long as its time limit', run, WAITING, 1202, 'nothing'],
    ['is over its time then', run, WAITING, 1202.1, 'timed_out timeout'],
    ['is cancelled while it waits', asked(operator), WAITING, 60, 'cancelled cancelled'],
  ];
  test.each(existing)(
    'in a place that exists already: %s',
    (_, subject, seen, seconds, expected) => {
      expect(inWords(decide(subject, seen, seconds, EXISTING))).toBe(expected);
    },
  );

  test.each([
    ['its time limit where that is shorter', 10, 10],
    ['the platform’s patience where its time limit is longer', 45, 20],
  ])('is given to come up: %s', (_, timeoutMinutes, minutes) => {
    const model = modelOf('image', { timeoutMinutes });
    const at = (seconds: number) =>
      inWords(
        decideOnAttempt({ run, seen: WAITING, patience: CREATED, now: later(seconds), model }),
      );
    expect(at(2 + minutes * 60)).toBe('nothing');
    expect(at(2.1 + minutes * 60)).toBe('failed provisioning');
  });

  test('has an hour where models.json no longer has its model', () => {
    const at = (seconds: number) =>
      inWords(
        decideOnAttempt({
          run: running,
          seen: RUNNING,
          patience: CREATED,
          now: later(seconds),
          model: undefined,
        }),
      );
    expect(at(3602)).toBe('nothing');
    expect(at(3602.1)).toBe('stop stop');
  });

  test('is on record as running since the platform says so, there and of that size', () => {
    expect(decide(acceptedRun('image'), RUNNING, 60)).toEqual({
      do: 'update',
      changes: {
        run: { state: 'running' },
        attempt: {
          startedAt: iso(30),
          endSeenAt: null,
          location: 'westeurope',
          cpu: 1,
          memoryGB: 1.5,
        },
      },
    });
    const elsewhere = acceptedRun('image', {}, { cpu: 2, memoryGB: 8, location: 'eastus' });
    const bare = seenAs('running', { startedAt: iso(30) });
    expect(decide(elsewhere, bare, 60)).toMatchObject({
      changes: { attempt: { location: 'eastus', cpu: 2, memoryGB: 8 } },
    });
  });

  test('has the times of the container, else those that the app saw', () => {
    const endingOf = (subject: AttemptedRun, seen: Observation) => {
      const decision = decide(subject, seen, 400);
      return decision.do === 'end' ? decision.ending : null;
    };
    expect(endingOf(running, ends({ outcome: 'ok', exitCode: 0 }))).toMatchObject({
      startedAt: iso(30),
      finishedAt: iso(90),
      exitCode: 0,
    });
    const bare = seenAs('ended', { outcome: 'failed', exitCode: 1, ...PLACE });
    expect(endingOf(endSeen, bare)).toMatchObject({ startedAt: iso(30), finishedAt: iso(90) });
    expect(endingOf(running, bare)).toMatchObject({ finishedAt: iso(400) });
    const known: AttemptedRun = {
      ...endSeen,
      attempt: { ...endSeen.attempt, exitCode: 0, finishedAt: iso(80) },
    };
    expect(endingOf(known, ABSENT)).toMatchObject({
      exitCode: 0,
      startedAt: iso(30),
      finishedAt: iso(80),
    });
    const gone = endingOf(endSeen, seenAs('absent', { trouble: trouble('stopped-outside') }));
    expect(gone).toMatchObject({ startedAt: iso(30), finishedAt: iso(90) });
  });

  test('that ended well on a stop is what Numerai says: done, or stopped', () => {
    const decision = decide(asked(operator), ends({ outcome: 'stopped', exitCode: 0 }), 90);
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
    expect(decide(running, ends({ outcome: 'stopped', exitCode: 0 }), 90)).toMatchObject({
      ending: { outcome: 'succeeded', unverified: { failure: 'stopped-outside' } },
    });
  });

  test('that ended by itself is what its exit code says, whatever Numerai has', () => {
    for (const exitCode of [0, 1]) {
      const outcome = exitCode === 0 ? 'ok' : 'failed';
      expect(decide(running, ends({ outcome, exitCode }), 90)).toMatchObject({
        ending: { unverified: null, exitCode },
      });
    }
  });

  test('that will not stop has no other attempt beside it, and says where to look', () => {
    const decision = decide(asked(operator), RUNNING, 700);
    expect(decision).toMatchObject({ do: 'end', ending: { mayRetry: false } });
    expect(decision.do === 'end' ? decision.ending.reason : '').toBe(
      'An operator cancelled the run. Azure has not stopped the execution some-model-r1234-a1 in 10 minutes; check it in the portal.',
    );
  });

  test('that was seen to end may have another attempt', () => {
    for (const [, subject, seen, seconds] of rows) {
      const decision = decide(subject, seen, seconds);
      if (decision.do === 'end' && seen.phase === 'ended')
        expect(decision.ending.mayRetry).toBe(true);
    }
  });

  test('is stopped past its time, and its record says why and since when', () => {
    expect(decide(running, RUNNING, 1300)).toEqual({
      do: 'stop',
      changes: { attempt: { stop: { because: 'timeout', at: iso(1300) } } },
    });
  });

  test('tells how long it had not come up', () => {
    const decision = decide(run, WAITING, 1262);
    expect(decision.do === 'end' ? decision.ending.reason : '').toMatch(
      /^The container had not started 21 minutes after Azure had accepted the start/,
    );
  });

  test('gives the reason of every end but a good one', () => {
    const endings = [...rows, ...existing]
      .map(([, subject, seen, seconds]) => decide(subject, seen, seconds))
      .filter((decision) => decision.do === 'end')
      .map(({ ending }) => ending)
      .filter(({ outcome }) => outcome !== 'succeeded');
    expect(endings.length).toBeGreaterThan(20);
    for (const { reason } of endings) expect(reason).toMatch(/\.$/);
  });

  test('that succeeds without an exit code says so', () => {
    expect(decide(endSeen, ends({ outcome: 'ok', isClear: false }), 400)).toMatchObject({
      ending: {
        outcome: 'succeeded',
        exitCode: null,
        reason: 'Azure reports no exit code, but that the container succeeded.',
        finishedAt: iso(90),
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
