// Rounds as tests list them: of the tournament `classic`, from noon (UTC) on.

import { listedRounds, type Schedule, TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';

/** @param rounds each a number, a day such as `2026-04-07`, and for how many hours it is open: one. */
export function roundsAtNoon(...rounds: readonly (readonly [number: number, day: string, hours?: number])[]): Schedule {
  return listedRounds(
    rounds.map(([number, day, hours = 1]) => {
      const openTime = new Date(`${day}T12:00:00Z`);
      const closeStakingTime = new Date(openTime.getTime() + hours * 3_600_000);
      return { tournament: TOURNAMENTS.classic, number, openTime, closeStakingTime };
    }),
  );
}
