// The rounds of the local environment: one a day, for a day, so that a round is open whenever a person tries the
// app out; for a drill, for an hour.

import { dailySchedule, listedRounds, type Round, type Schedule, TOURNAMENTS } from '../emulators/numerai/schedules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Rounds that open at the time of day of `openedAt`, for `lengthMs` each; one of them opened at that moment. */
export function roundsSince(openedAt: Date, lengthMs = DAY_MS): Schedule {
  const daily = dailySchedule();
  const offsetMs = openedAt.getTime() % DAY_MS;
  const earlier = (time: Date) => new Date(time.getTime() - offsetMs);
  const later = (time: Date) => new Date(time.getTime() + offsetMs);
  const shifted = (round: Round): Round => ({
    ...round,
    openTime: later(round.openTime),
    closeStakingTime: new Date(later(round.openTime).getTime() + lengthMs),
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

/** Rounds of an hour, as on Numerai's weekdays, of which one closes in so many minutes; of more where they are more. */
export function roundsClosingIn(minutes: number, now: Date): Schedule {
  const lengthMs = Math.max(HOUR_MS, minutes * MINUTE_MS);
  return roundsSince(new Date(now.getTime() + minutes * MINUTE_MS - lengthMs), lengthMs);
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
