// Whether it is time for a job.

import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../../src/lib/config/schedule.ts';
import { type DueInput, decideOnJob } from '../../../src/lib/jobs/due.ts';
import type { Pause } from '../../../src/lib/runs/pause.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import type { ScheduleMark } from '../../../src/lib/runs/stores.ts';
import { jobOf } from '../../support/runs.ts';

const HOURLY = '0 0 * * * *';
/** On 7 April 2026. */
const at = (time: string) => new Date(`2026-04-07T${time}Z`);
const markAt = (time: string, more: Partial<ScheduleMark> = {}): ScheduleMark => ({
  job: 'retrain',
  schedule: HOURLY,
  since: at(time),
  skipped: null,
  ...more,
});
const pauseAt = (pausedAt: string, resumedAt: string | null = null): Pause => ({
  model: 'retrain',
  pausedAt: at(pausedAt),
  resumedAt: resumedAt === null ? null : at(resumedAt),
  by: 'an operator',
  reason: null,
});
const runOf = (time: string | null, state: Run['state'] = 'running') => ({
  scheduledFor: time === null ? null : at(time).toISOString(),
  state,
});

const decide = (now: string, more: Partial<DueInput> = {}) =>
  decideOnJob({
    job: jobOf({ schedule: HOURLY }),
    mark: markAt('06:00:00'),
    pause: null,
    runs: [],
    now: at(now),
    ...more,
  });

describe('a job is started', () => {
  test('at its time, once: the mark says so', () => {
    expect(decide('06:59:59')).toEqual({ do: 'nothing' });
    const mark = markAt('07:00:00');
    expect(decide('07:00:00')).toEqual({ do: 'start', time: at('07:00:00'), missed: null, mark });
    expect(decide('07:59:59', { mark })).toEqual({ do: 'nothing' });
  });

  test('for the latest time only, where others were missed', () => {
    expect(decide('11:30:00')).toEqual({
      do: 'start',
      time: at('11:00:00'),
      missed: { first: at('07:00:00'), count: 4 },
      mark: markAt('11:00:00'),
    });
  });

  test('beside another run where that is allowed', () => {
    const job = jobOf({ schedule: HOURLY, overlap: 'allow' });
    expect(decide('07:00:00', { job, runs: [runOf('06:00:00')] })).toMatchObject({ do: 'start' });
  });

  test('however many times were missed, of which a hundred are counted', () => {
    const job = jobOf({ schedule: '0 * * * * *' });
    const mark = { ...markAt('00:00:00', { schedule: '0 * * * * *' }), since: new Date('2026-04-01T00:00:00Z') };
    expect(decide('12:00:00', { job, mark })).toMatchObject({ missed: { count: 100 } });
  });

  test('for no time before it was resumed', () => {
    const pause = pauseAt('06:30:00', '09:30:00');
    expect(decide('09:45:00', { pause })).toEqual({ do: 'nothing' });
    expect(decide('10:00:00', { pause })).toMatchObject({ do: 'start', time: at('10:00:00'), missed: null });
  });
});

describe('its times are only noted', () => {
  test('where it is new', () => {
    expect(decide('09:30:00', { mark: null })).toEqual({ do: 'mark', mark: markAt('09:30:00') });
  });

  test.each([
    ['from the deployment on', '03:00:00', '09:28:00'],
    ['from where another version beside this one has come', '09:29:30', '09:29:30'],
    ['never from the future', '09:31:00', '09:30:00'],
  ])('where its schedule was changed: %s', (_, since, from) => {
    const mark = markAt(since, { schedule: '0 30 * * * *', skipped: { count: 2, last: at('02:30:00') } });
    expect(decide('09:30:00', { mark })).toEqual({ do: 'mark', mark: markAt(from) });
  });

  test('while it is paused, by an operator or by models.json', () => {
    const noted = { do: 'mark', mark: markAt('07:00:00') };
    expect(decide('07:00:00', { pause: pauseAt('06:30:00') })).toEqual(noted);
    expect(decide('07:00:00', { job: jobOf({ schedule: HOURLY, paused: true }) })).toEqual(noted);
  });

  test('with what was skipped before, while it is paused', () => {
    const mark = markAt('07:00:00', { skipped: { count: 1, last: at('07:00:00') } });
    expect(decide('08:00:00', { mark, pause: pauseAt('07:30:00') })).toMatchObject({
      do: 'mark',
      mark: { skipped: mark.skipped },
    });
  });
});

describe('where the instance that started a run died before the mark was written', () => {
  test.each(['running', 'succeeded'] as const)('a run that is %s stands for its time', (state) => {
    expect(decide('07:00:30', { runs: [runOf('07:00:00', state)] })).toEqual({ do: 'nothing' });
    const job = jobOf({ schedule: HOURLY, overlap: 'allow' });
    expect(decide('08:00:30', { job, runs: [runOf('07:00:00', state)] })).toMatchObject({ do: 'start', missed: null });
  });
});

describe('a time is skipped', () => {
  test.each([
    ['scheduled', '06:00:00'],
    ['asked for', null],
  ])('while a run is under way that was %s', (_, time) => {
    const skipped = { count: 1, last: at('07:00:00') };
    expect(decide('07:00:00', { runs: [runOf(time)] })).toEqual({
      do: 'skip',
      time: at('07:00:00'),
      mark: markAt('07:00:00', { skipped }),
    });
  });

  test('and counted until the next start', () => {
    const mark = markAt('07:00:00', { skipped: { count: 1, last: at('07:00:00') } });
    const skipped = { count: 2, last: at('08:00:00') };
    expect(decide('08:00:00', { mark, runs: [runOf(null)] })).toMatchObject({ do: 'skip', mark: { skipped } });
    expect(decide('08:00:00', { mark })).toMatchObject({ do: 'start', mark: { skipped: null } });
  });

  test('with those that nobody looked at', () => {
    const skipped = { count: 3, last: at('09:00:00') };
    expect(decide('09:30:00', { runs: [runOf(null)] })).toMatchObject({ do: 'skip', mark: { skipped } });
  });

  test('for no run that has ended', () => {
    expect(decide('07:00:00', { runs: [runOf('06:00:00', 'failed')] })).toMatchObject({ do: 'start' });
  });
});

test('a job without a schedule has no times', () => {
  expect(decide('07:00:00', { job: jobOf(), mark: null })).toEqual({ do: 'nothing' });
});

describe('what a clock has said that was years ahead', () => {
  const wrong = new Date('2031-01-01T00:00:00Z');

  test('of the times that are dealt with is forgotten', () => {
    const mark = { ...markAt('07:00:00'), since: wrong };
    expect(decide('07:30:00', { mark })).toEqual({ do: 'mark', mark: markAt('07:30:00') });
  });

  test('of when the job was resumed is passed over', () => {
    const pause = { ...pauseAt('05:00:00'), resumedAt: wrong };
    expect(decide('07:00:00', { pause })).toMatchObject({ do: 'start', time: at('07:00:00') });
  });
});

test('an hour that comes again, since a clock was set back, starts nothing', () => {
  expect(decide('06:30:00', { mark: markAt('07:00:00') })).toEqual({ do: 'nothing' });
  expect(parseSchedule(HOURLY).last(at('06:30:00'))).toEqual(at('06:00:00'));
});
