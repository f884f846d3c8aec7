import { describe, expect, it } from 'vitest';
import {
  closingOf,
  covers,
  isPastGrace,
  openingOf,
  roundsToReview,
  runThatCounts,
} from '../../../src/lib/fallback/decide.ts';
import { newestClosed, type Round } from '../../../src/lib/rounds/round.ts';
import { hasEnded, type Run, type RunState } from '../../../src/lib/runs/run.ts';
import { acceptedRun } from '../../support/runs.ts';

const at = (time: string) => new Date(`2026-11-${time}:00Z`);
const round = (number: number, opens: string, closes: string): Round => ({
  tournament: 'classic',
  number,
  openTime: at(opens),
  closeTime: at(closes),
});
const wednesday = round(1234, '18T12:00', '18T13:00');
/** @param ended when the run ended; within a minute where it has ended. */
const run = (state: RunState, requested: string, ended?: string): Run => {
  const requestedAt = at(requested);
  const finishedAt = ended === undefined ? new Date(requestedAt.getTime() + 60_000) : at(ended);
  const changes = { state, requestedAt: requestedAt.toISOString() };
  return hasEnded({ state })
    ? acceptedRun('image', { ...changes, finishedAt: finishedAt.toISOString() })
    : acceptedRun('image', changes);
};

describe('The fallback', () => {
  it.each([
    ['waits before the grace time is over', '18T12:09', false],
    ['looks after it', '18T12:10', true],
    ['waits before the opening', '18T11:59', false],
  ])('%s', (_name, now, expected) => {
    expect(isPastGrace(wednesday.openTime, at(now), 10)).toBe(expected);
  });

  it.each([
    ['leaves a running one alone', run('running', '18T12:00'), true],
    ['leaves a good one alone', run('succeeded', '18T12:00'), true],
    ['leaves one alone that failed in the round', run('failed', '18T12:01'), true],
    ['leaves a cancelled one alone', run('cancelled', '18T12:01'), true],
    ['starts where a run failed before the round opened', run('failed', '18T11:40'), false],
    ['leaves one alone that was requested before and failed in the round', run('failed', '18T11:59', '18T12:04'), true],
    ['leaves one alone that it opened again, and that failed once more', run('failed', '18T11:40', '18T12:20'), true],
    ['leaves one alone that waits for its next attempt', run('waiting', '18T11:40'), true],
    ['leaves one alone that is under way since before', run('running', '18T11:58'), true],
    ['leaves one alone that ended as the round opened', run('failed', '18T11:59'), true],
  ])('%s', (_name, found, expected) => {
    expect(covers(found, wednesday.openTime)).toBe(expected);
  });
});

describe('What is open', () => {
  it('is the round that Numerai says is open, with its claim', () => {
    const rounds = [round(1233, '17T12:00', '17T13:00'), wednesday];
    expect(openingOf('classic', { kind: 'known', rounds }, at('18T12:30'))).toMatchObject({
      round: wednesday,
      openTime: wednesday.openTime,
      closeTime: wednesday.closeTime,
      claims: ['claim_round_classic_1234'],
    });
    expect(openingOf('classic', { kind: 'known', rounds }, at('18T13:00'))).toBeNull();
  });

  it('is nothing while Numerai says so, whatever the documented hours are', () => {
    expect(openingOf('classic', { kind: 'known', rounds: [] }, at('18T12:30'))).toBeNull();
  });
});

describe('What closes next', () => {
  const last = { rounds: [wednesday], at: at('18T12:41') };
  const away = { kind: 'unknown', why: 'It does not answer.', isAway: true } as const;

  it.each([
    ['as Numerai says', { kind: 'known', rounds: [wednesday] } as const, null, '18T12:50', 1234, '18T13:00', null],
    ['as it said last', away, last, '18T12:50', 1234, '18T13:00', last.at],
    [
      'as it said last, outside the documented hours',
      away,
      { rounds: [round(1234, '18T12:00', '18T15:00')], at: last.at },
      '18T14:50',
      1234,
      '18T15:00',
      last.at,
    ],
    ['by the documented hours, where the last list is old', away, last, '19T12:50', null, '19T13:00', null],
    ['by the documented hours, where there is no list', away, null, '18T12:50', null, '18T13:00', null],
  ])('is known %s', (_name, known, list, now, number, closes, asOf) => {
    const found = closingOf('classic', openingOf('classic', known, at(now)), list, at(now));
    expect(found).toMatchObject({ number, closeTime: at(closes), asOf });
  });

  it('is nothing where nothing is open', () => {
    expect(closingOf('classic', null, last, at('18T13:00'))).toBeNull();
  });

  it('has the run of the round, and that of the day', () => {
    const found = closingOf('classic', openingOf('classic', away, at('18T12:50')), last, at('18T12:50'));
    expect(found?.claims).toEqual(['claim_round_classic_1234', 'claim_day_classic_2026-11-18']);
  });
});

describe('Without Numerai, the documented hours say', () => {
  it.each([
    ['nothing on a Monday', '16T12:30', []],
    ['nothing before the opening', '18T11:59', []],
    ['nothing within the grace time', '18T12:05', []],
    ['today, on a weekday within the hour', '18T12:10', ['2026-11-18']],
    ['nothing after the hour', '18T13:00', []],
    ['today, on a Saturday afternoon', '21T18:00', ['2026-11-21']],
    ['today and the day of the opening, on a Sunday', '22T09:00', ['2026-11-22', '2026-11-21']],
    ['nothing once the weekend round has closed', '22T14:00', []],
  ])('%s', (_name, time, days) => {
    const now = at(time);
    const opening = openingOf('classic', { kind: 'unknown', why: 'It is down.', isAway: true }, now);
    const isTime = opening !== null && isPastGrace(opening.openTime, now, 10);
    expect(isTime ? opening.claims : []).toEqual(days.map((day) => `claim_day_classic_${day}`));
  });

  it('why the round is not known, and when they end', () => {
    const opening = openingOf('classic', { kind: 'unknown', why: 'It is down.', isAway: true }, at('22T09:00'));
    expect(opening).toMatchObject({
      round: null,
      openTime: at('21T12:00'),
      closeTime: at('22T14:00'),
      why: 'It is down.',
    });
  });
});

describe('Of the runs of today and of the day of the opening counts', () => {
  const good = run('succeeded', '21T12:10');
  const running = run('running', '21T12:10');
  const failed = run('failed', '21T12:10');
  const failedToday = run('failed', '22T00:05');
  it.each([
    ['none where there is none', [null, null], null],
    ['a good one of the day before', [null, good], good],
    ['one of the day before that is under way', [failedToday, running], running],
    ['not one of the day before that failed: today has its own start', [null, failed], null],
    ["today's, whatever became of it", [failedToday, failed], failedToday],
  ] as const)('%s', (_name, runs, expected) => {
    expect(runThatCounts(runs)).toBe(expected);
  });
});

describe('Closed rounds are reviewed', () => {
  const rounds = [
    round(3, '18T12:00', '18T13:00'),
    round(1, '16T12:00', '16T13:00'),
    round(2, '17T12:00', '17T13:00'),
    round(4, '19T12:00', '19T13:00'),
  ];

  it('in their order, from the last one reviewed on, once they have closed', () => {
    const numbers = roundsToReview(rounds, 1, at('18T13:00')).map(({ number }) => number);
    expect(numbers).toEqual([2, 3]);
  });

  it('not those that had closed at the very first look: what was before the app is not its business', () => {
    expect(newestClosed(rounds, at('18T12:59'))?.number).toBe(2);
    expect(newestClosed([], at('18T12:59'))).toBeNull();
  });
});
