// The rounds of the scenes.

import { listedRounds, type Schedule } from '../emulators/numerai/schedules.ts';

export const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const ROUND = 1234;
/** How long ago the open round opened, and when it closes. */
const OPENED_AGO = 37 * MINUTE;
const CLOSES_IN = 24 * MINUTE;

/** A round of an hour each day; number {@link ROUND} is open now. */
export function roundsAround(now: Date): Schedule {
  return listedRounds(
    [8, 11, 12].flatMap((tournament) =>
      Array.from({ length: 40 }, (_, index) => {
        const opened = openingOf(ROUND - index, now);
        const closed = new Date(opened.getTime() + OPENED_AGO + CLOSES_IN);
        return {
          tournament,
          number: ROUND - index,
          openTime: opened,
          closeStakingTime: closed,
          closeTime: new Date(closed.getTime() + 20 * 60 * MINUTE),
        };
      }),
    ),
  );
}

export function openingOf(round: number, now: Date): Date {
  return new Date(now.getTime() - OPENED_AGO - (ROUND - round) * DAY);
}
