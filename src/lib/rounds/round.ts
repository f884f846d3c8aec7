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
  const open = rounds.filter((round) => isOpen(round, now));
  return open.reduce<Round | null>(
    (newest, round) => (newest === null || round.number > newest.number ? round : newest),
    null,
  );
}

/** Whether a submission made at `now` counts for the round. */
export function isOpen(round: Round, now: Date): boolean {
  return round.openTime <= now && now < round.closeTime;
}

/** Milliseconds until the round closes; negative after. */
export function timeLeftMs(round: Round, now: Date): number {
  return round.closeTime.getTime() - now.getTime();
}

/**
 * The hours in which rounds are open for certain, per Numerai's documentation of spring 2026: Tuesday to
 * Friday 12:00 to 13:00 UTC, the weekend Saturday 12:00 to Sunday 14:00. Used only where Numerai cannot
 * be asked: the actual times vary.
 * @returns the window that `now` lies in, or null.
 */
export function documentedWindow(
  now: Date,
): { readonly opens: Date; readonly closes: Date } | null {
  const at = (dayOffset: number, hour: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + dayOffset, hour));
  const window = (() => {
    switch (now.getUTCDay()) {
      case 2:
      case 3:
      case 4:
      case 5:
        return { opens: at(0, 12), closes: at(0, 13) };
      case 6:
        return { opens: at(0, 12), closes: at(1, 14) };
      case 0:
        return { opens: at(-1, 12), closes: at(0, 14) };
      default:
        return null;
    }
  })();
  return window !== null && window.opens <= now && now < window.closes ? window : null;
}
