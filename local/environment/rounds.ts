// The rounds of the local environment: one a day, for a day, so that a round is open whenever a person tries the
// app out.

import { dailySchedule, listedRounds, type Round, type Schedule, TOURNAMENTS } from '../emulators/numerai/schedules.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Rounds of 24 hours that open at the time of day of `openedAt`; one of them opened at that moment. */
export function roundsSince(openedAt: Date): Schedule {
  const daily = dailySchedule();
  const offsetMs = openedAt.getTime() % DAY_MS;
  const earlier = (time: Date) => new Date(time.getTime() - offsetMs);
  const later = (time: Date) => new Date(time.getTime() + offsetMs);
  const shifted = (round: Round): Round => ({
    ...round,
    openTime: later(round.openTime),
    closeStakingTime: later(round.closeStakingTime),
    closeTime: later(round.closeTime),
  });
  return {
    between: (tournament, from, to) => daily.between(tournament, earlier(from), earlier(to)).map(shifted),
    byNumber(tournament, number) {
      const round = daily.byNumber(tournament, number);
      return round === undefined ? undefined : shifted(round);
    },
  };
}

/**
 * Rounds from `first` to `last` that are all open, since an hour and for a day: for measurements and tests that start
 * one model many times.
 */
export function roundsAtOnce(first: number, last: number, now: Date): Schedule {
  const opened = now.getTime() - HOUR_MS;
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return listedRounds(
    Object.values(TOURNAMENTS).flatMap((tournament) =>
      numbers.map((number) => ({
        tournament,
        number,
        openTime: new Date(opened - (last - number)),
        closeStakingTime: new Date(opened + DAY_MS),
      })),
    ),
  );
}
