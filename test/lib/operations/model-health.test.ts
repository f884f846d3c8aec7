import { describe, expect, test } from 'vitest';
import { pastRun } from '../../../local/scenes/past-run.ts';
import type { Model } from '../../../src/lib/config/models.ts';
import { type Condition, healthOf } from '../../../src/lib/operations/model-health.ts';
import { type ModelStatus, statusOf } from '../../../src/lib/operations/status.ts';
import type { RoundsKnown } from '../../../src/lib/rounds/round-cache.ts';
import { RUN_STATES, type Run, type RunState } from '../../../src/lib/runs/run.ts';
import { type Slot, type Submission, withSlots } from '../../../src/lib/runs/slots.ts';
import { modelOf } from '../../support/runs.ts';

const NOON = new Date('2026-11-20T12:00:00Z');
const minutes = (count: number) => new Date(NOON.getTime() + count * 60_000);
const OPEN = minutes(30);
const CLOSED = minutes(90);
const LATENESS = { fallbackGraceMinutes: 10, alertBeforeCloseMinutes: 20 };

const model = modelOf('image');
const slot = (submission: Submission): Slot => ({ model: 'a', id: null, submission, submittedAt: null });
const unnamed: Model = { ...model, numeraiModels: [] };

/** Round 100 is open from 12:00 to 13:00, round 99 was a day before. */
const ROUNDS: Extract<RoundsKnown, { readonly kind: 'known' }> = {
  kind: 'known',
  rounds: [99, 100].map((number) => ({
    tournament: 'classic',
    number,
    openTime: minutes((number - 100) * 1440),
    closeTime: minutes((number - 100) * 1440 + 60),
  })),
};
const UNKNOWN: RoundsKnown = { kind: 'unknown', why: 'It does not answer.', isAway: true };

const run = (state: RunState, more: Partial<Run> = {}): Run =>
  pastRun({ model, round: 100, at: minutes(1), state, more });
const before = run('succeeded', { round: 99 });
const why = { failure: 'image', reason: 'There is no such image.' } as const;
const STUCK = pastRun({ model, round: 100, at: minutes(1), state: 'waiting', why });

interface Case {
  readonly runs: readonly Run[];
  readonly now?: Date;
  readonly of?: Model;
  readonly rounds?: RoundsKnown;
  /** What Numerai listed last, while it cannot be asked. */
  readonly last?: typeof ROUNDS;
  readonly deployedAt?: Date;
}

function statusFor({ runs, now = OPEN, of = model, rounds = ROUNDS, ...known }: Case): ModelStatus {
  const records = runs.map((one) => ({ run: one, earlier: [] }));
  const last = known.last === undefined ? null : { rounds: known.last.rounds, at: minutes(20) };
  const { deployedAt = null } = known;
  return statusOf(of, { records, unreadable: 0 }, rounds, now, { last, deployedAt });
}

const health = (one: Case) => healthOf(statusFor(one), one.now ?? OPEN, LATENESS);

describe('the condition of a model', () => {
  test.each<[string, Condition, Case]>([
    ['Numerai has the submission', 'submitted', { runs: [run('succeeded')] }],
    ['it was late', 'late', { runs: [run('succeeded', { submission: 'late' })] }],
    ['Numerai has none', 'failed', { runs: [run('succeeded', { submission: 'missing' })] }],
    ['nobody knows', 'unconfirmed', { runs: [run('succeeded', { submission: 'unknown' })] }],
    [
      'one is late, and nobody knows of another',
      'unconfirmed',
      { runs: [run('succeeded', withSlots([slot('accepted'), slot('late'), slot('unknown')]))] },
    ],
    ['nobody is asked', 'unchecked', { of: unnamed, runs: [run('succeeded', { submission: 'unknown', slots: [] })] }],
    ['the run was requested', 'running', { runs: [run('requested')] }],
    ['the run is starting', 'running', { runs: [run('starting')] }],
    ['the run is in flight', 'running', { runs: [run('running')] }],
    ['another attempt is forced', 'running', { runs: [run('running', { submission: 'accepted' })] }],
    ['the next attempt is planned', 'retrying', { runs: [run('waiting')] }],
    ['none is planned before somebody fixes the cause', 'stuck', { runs: [STUCK] }],
    ['it waits for its round to open', 'retrying', { runs: [{ ...STUCK, waitingFor: 'round 101 to open' }] }],
    ['the run failed', 'failed', { runs: [run('failed')] }],
    ['the run failed, and brought some of its slots', 'partial', { runs: [run('failed', { submission: 'partial' })] }],
    ['some slots were late', 'late', { runs: [run('succeeded', withSlots([slot('accepted'), slot('late')]))] }],
    [
      'some slots are not known',
      'unconfirmed',
      { runs: [run('succeeded', withSlots([slot('accepted'), slot('unknown')]))] },
    ],
    ['the run timed out', 'failed', { runs: [run('timed_out')] }],
    ['the run was cancelled', 'failed', { runs: [run('cancelled')] }],
    ['it is early in the round', 'expected', { now: minutes(16), runs: [before] }],
    ['grace and slack are over', 'overdue', { now: minutes(16.1), runs: [before] }],
    ['the round is open and the model new', 'overdue', { runs: [] }],
    ['the round has closed without a run', 'missed', { now: CLOSED, runs: [before] }],
    ['the round has closed and the model is new', 'new', { now: CLOSED, runs: [] }],
    ['the round has closed and there was only a later one', 'new', { now: minutes(-1), runs: [run('succeeded')] }],
    ['the round has closed after a failure', 'failed', { now: CLOSED, runs: [run('failed')] }],
    ['the round has closed while it ran', 'running', { now: CLOSED, runs: [run('running')] }],
    ['there is no run and Numerai cannot be asked', 'new', { rounds: UNKNOWN, runs: [] }],
    [
      'Numerai cannot be asked, and the newest run succeeded',
      'submitted',
      { rounds: UNKNOWN, runs: [run('succeeded'), run('failed', { round: 99 })] },
    ],
    [
      'Numerai cannot be asked, and the newest run does not know its round',
      'unconfirmed',
      { rounds: UNKNOWN, runs: [run('succeeded', { round: null, submission: 'unknown' }), before] },
    ],
    [
      'Numerai went away, and the model was never started',
      'overdue',
      { rounds: UNKNOWN, last: ROUNDS, runs: [before] },
    ],
    [
      'Numerai went away early in the round, and the model was never started',
      'expected',
      { rounds: UNKNOWN, last: ROUNDS, now: minutes(12), runs: [] },
    ],
    [
      'Numerai went away after the submission',
      'submitted',
      { rounds: UNKNOWN, last: ROUNDS, runs: [run('succeeded')] },
    ],
    ['Numerai went away after a failure', 'failed', { rounds: UNKNOWN, last: ROUNDS, runs: [run('failed'), before] }],
    [
      'Numerai is away, and a run of a round that nobody knows came of it',
      'unconfirmed',
      { rounds: UNKNOWN, last: ROUNDS, runs: [run('succeeded', { round: null, submission: 'unknown' }), before] },
    ],
    [
      'Numerai has been away for a day, and a run came since',
      'unconfirmed',
      {
        rounds: UNKNOWN,
        last: ROUNDS,
        now: minutes(1460),
        runs: [pastRun({ model, round: null, at: minutes(1441), more: { submission: 'unknown' } }), run('succeeded')],
      },
    ],
    ['the app is there only now', 'expected', { now: minutes(30), deployedAt: minutes(29), runs: [before] }],
    // Somebody is told then, whatever the reason.
    [
      'the app is there only now, and the close is near',
      'overdue',
      { now: minutes(41), deployedAt: minutes(40), runs: [] },
    ],
    ['the app has been there long enough', 'overdue', { now: minutes(30), deployedAt: minutes(23), runs: [before] }],
    ['a run of an unknown round is in flight', 'running', { runs: [run('running', { round: null })] }],
    [
      'a run of an unknown round is in flight after a failure',
      'running',
      { runs: [run('running', { round: null }), run('failed')] },
    ],
    ['a run of an unknown round has ended', 'overdue', { runs: [run('failed', { round: null }), before] }],
    ['the run of the round before is still in flight', 'overdue', { runs: [run('running', { round: 99 })] }],
    [
      'the next round has a run before Numerai shows it',
      'running',
      { now: CLOSED, runs: [run('running', { round: 101 }), run('failed')] },
    ],
    ['a test runs beside it', 'retrying', { runs: [run('running', { isTest: true }), run('waiting')] }],
    ['only a test succeeded', 'overdue', { runs: [run('succeeded', { isTest: true })] }],
  ])('where %s: %s', (_name, condition, one) => {
    expect(health(one).condition).toBe(condition);
  });

  test.each<[Condition, Run[]]>([
    ['stuck', [STUCK]],
    ['retrying', [run('waiting')]],
    ['running', [run('running')]],
    ['submitted', [run('succeeded')]],
    ['paused', [run('failed')]],
    ['paused', [before]],
  ])('is %s where it is paused, as far as what is done, or under way, needs no start', (condition, runs) => {
    const paused = { since: null, by: 'models.json', reason: null };
    expect(healthOf({ ...statusFor({ runs }), paused }, OPEN, LATENESS).condition).toBe(condition);
  });
});

describe('what else is known of a model', () => {
  test('it is about the open round, else the last one, else that of the newest run', () => {
    expect(health({ runs: [before] })).toMatchObject({ round: 100, run: null, isOpen: true });
    expect(health({ runs: [before], now: CLOSED })).toMatchObject({ round: 100, isOpen: false });
    expect(health({ runs: [before], rounds: UNKNOWN })).toMatchObject({
      round: 99,
      run: { round: 99 },
      isOpen: false,
    });
    expect(health({ runs: [], rounds: UNKNOWN })).toMatchObject({ round: null, run: null });
    const away = { rounds: UNKNOWN, last: ROUNDS };
    expect(health({ runs: [before], ...away })).toMatchObject({ round: 100, run: null, isOpen: true });
    expect(health({ runs: [before], ...away, now: CLOSED })).toMatchObject({ round: 100, isOpen: false });
    expect(statusFor({ runs: [], ...away }).roundsAsOf).toEqual(minutes(20));
    expect(statusFor({ runs: [] }).roundsAsOf).toBeNull();
  });

  test.each<[RunState, Run['submission'], boolean]>(
    RUN_STATES.flatMap((state) => [
      [state, 'accepted', true],
      [state, 'unknown', false],
      [state, 'late', false],
      [state, 'missing', false],
    ]),
  )('a run that is %s with a submission that is %s has submitted: %s', (state, submission, is) => {
    const runs = [run(state, { submission })];
    expect(health({ runs }).hasSubmitted).toBe(is);
    expect(health({ runs, now: CLOSED }).hasSubmitted).toBe(false);
  });

  test('the next attempt is that of a run that waits', () => {
    const nextAttemptAt = minutes(45).toISOString();
    expect(health({ runs: [run('waiting', { nextAttemptAt })] }).nextAttemptAt).toEqual(minutes(45));
    expect(health({ runs: [run('waiting', { nextAttemptAt: null })] }).nextAttemptAt).toBeNull();
    expect(health({ runs: [run('running', { nextAttemptAt })] }).nextAttemptAt).toBeNull();
    expect(health({ runs: [] }).nextAttemptAt).toBeNull();
  });

  test('the last good run is the newest that brought a submission in on time, tests left out', () => {
    const runs = [
      run('succeeded', { isTest: true }),
      run('failed'),
      run('succeeded', { round: 98, submission: 'late' }),
      run('succeeded', { round: 97 }),
      run('succeeded', { round: 96 }),
    ];
    expect(health({ runs }).lastGood).toMatchObject({ round: 97 });
    expect(health({ runs: [run('failed')] }).lastGood).toBeNull();
  });

  test('the usual duration is that of its runs, tests left out', () => {
    expect(health({ runs: [] }).usualSeconds).toBeNull();
    expect(health({ runs: [run('succeeded', { isTest: true })] }).usualSeconds).toBeNull();
    expect(health({ runs: [run('succeeded')] }).usualSeconds).toBe(61);
  });
});
