// The rounds of the local environment: one a day, for a day, so that a round is open whenever a person tries the
// app out.

import { dailySchedule, type Round, type Schedule } from '../emulators/numerai/schedules.ts';

const DAY_MS = 24 * 3600 * 1000;

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
