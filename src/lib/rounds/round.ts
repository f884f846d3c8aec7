// Rounds: what is known of a submission window, and how much of it is left.

import type { Tournament } from '../config/models.ts';

export interface Round {
  readonly tournament: Tournament;
  readonly number: number;
  readonly openTime: Date;
  /** Submissions before this moment count: `closeStakingTime`, which numerapi checks as well. */
  readonly closeTime: Date;
}

/** The round that is open at `now`, the newest where several are. */
export function openRound(rounds: readonly Round[], now: Date): Round | null {
  return newest(rounds.filter((round) => isOpen(round, now)));
}

/** The newest round that has closed at `now`, or null. */
export function newestClosed(rounds: readonly Round[], now: Date): Round | null {
  return newest(rounds.filter((round) => round.closeTime <= now));
}

function newest(rounds: readonly Round[]): Round | null {
  return rounds.reduce<Round | null>(
    (latest, round) => (latest === null || round.number > latest.number ? round : latest),
    null,
  );
}

/** Whether a submission made at `now` counts for the round. */
export function isOpen(round: Round, now: Date): boolean {
  return round.openTime <= now && now < round.closeTime;
}

/** Whether it is still open, and so near its close that somebody is told where it has no good submission. */
export function isAboutToClose(round: Pick<Round, 'closeTime'>, now: Date, minutesBefore: number): boolean {
  const leftMs = timeLeftMs(round, now);
  return leftMs > 0 && leftMs < minutesBefore * 60_000;
}

/** Milliseconds until the round closes; negative after. */
export function timeLeftMs(round: Pick<Round, 'closeTime'>, now: Date): number {
  return round.closeTime.getTime() - now.getTime();
}
