import { describe, expect, it } from 'vitest';
import {
  dailySchedule,
  listedRounds,
  numeraiSchedule,
  type Round,
} from '../../../../local/emulators/numerai/schedules.ts';

const week = { from: new Date('2026-05-04T00:00:00Z'), to: new Date('2026-05-11T00:00:00Z') };
const times = ({ number, openTime, closeStakingTime }: Round) =>
  `${number} ${openTime.toISOString().slice(0, 16)} ${closeStakingTime.toISOString().slice(0, 16)}`;

describe("Numerai's week", () => {
  it('opens for an hour from Tuesday to Friday, and for 26 hours on Saturday', () => {
    expect(numeraiSchedule().between(8, week.from, week.to).map(times)).toEqual([
      '1260 2026-05-05T12:00 2026-05-05T13:00',
      '1261 2026-05-06T12:00 2026-05-06T13:00',
      '1262 2026-05-07T12:00 2026-05-07T13:00',
      '1263 2026-05-08T12:00 2026-05-08T13:00',
      '1264 2026-05-09T12:00 2026-05-10T14:00',
    ]);
  });

  it("has Numerai's numbers: 1100 on 2025-09-23, 1343 on 2026-08-28", () => {
    const schedule = numeraiSchedule();
    expect(schedule.byNumber(8, 1100)?.openTime).toEqual(new Date('2025-09-23T12:00:00Z'));
    expect(schedule.byNumber(8, 1343)?.openTime).toEqual(new Date('2026-08-28T12:00:00Z'));
    expect(schedule.byNumber(8, 1094)?.openTime).toEqual(new Date('2025-09-13T12:00:00Z'));
  });

  it('can open at another hour, and change it from one week to the next', () => {
    const from = new Date('2026-05-08T00:00:00Z');
    const schedule = numeraiSchedule({ openingHour: (day) => (day < from ? 13 : 14) });
    const hours = schedule.between(8, week.from, week.to).map((round) => round.openTime.getUTCHours());
    expect(hours).toEqual([13, 13, 13, 14, 14]);
  });

  it('accepts late submissions until an hour before the next opening', () => {
    expect(numeraiSchedule().byNumber(8, 1264)?.closeTime).toEqual(new Date('2026-05-12T11:00:00Z'));
  });

  it('finds by number what it lists', () => {
    const schedule = numeraiSchedule();
    for (const tournament of [8, 11, 12]) {
      for (const round of schedule.between(tournament, week.from, week.to)) {
        expect(schedule.byNumber(tournament, round.number)).toEqual(round);
      }
    }
  });
});

describe('the daily schedule', () => {
  it('has one round at any time', () => {
    const schedule = dailySchedule();
    const rounds = schedule.between(8, week.from, week.to);
    expect(rounds).toHaveLength(7);
    for (const [index, round] of rounds.entries()) {
      expect(round.openTime).toEqual(new Date(Date.UTC(2026, 4, 4 + index)));
      expect(round.closeStakingTime).toEqual(new Date(Date.UTC(2026, 4, 5 + index)));
      expect(schedule.byNumber(8, round.number)).toEqual(round);
    }
  });
});

describe('a list of rounds', () => {
  it('accepts nothing late by default', () => {
    const openTime = new Date('2026-05-04T12:00:00Z');
    const closeStakingTime = new Date('2026-05-04T13:00:00Z');
    const schedule = listedRounds([{ tournament: 8, number: 7, openTime, closeStakingTime }]);
    expect(schedule.byNumber(8, 7)?.closeTime).toEqual(closeStakingTime);
    expect(schedule.byNumber(11, 7)).toBeUndefined();
    expect(schedule.between(8, week.from, week.to)).toHaveLength(1);
  });
});
