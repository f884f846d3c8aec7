// Rounds of an hour at noon in April 2026, which begins on a Wednesday.

import type { Round } from '../../src/lib/rounds/round.ts';

/** A moment of that month, such as `06T12:00:00`. */
export const at = (time: string) => new Date(`2026-04-${time}Z`);
/** The round of a day of that month. */
export const round = (number: number, day: string): Round => ({
  tournament: 'classic',
  number,
  openTime: at(`${day}T12:00:00`),
  closeTime: at(`${day}T13:00:00`),
});
