// How does a round that somebody names stand, by what Numerai lists? Only what is certain keeps a container from
// being started: the round matters more than a submission too many.

import { TIMING } from '../runs/timing.ts';
import { utcMinute, utcMinuteFrom } from '../util/clock.ts';
import { openRound, type Round } from './round.ts';

/** A round that has yet to open; `openTime` null where it is not listed yet. */
export interface Upcoming {
  /** Whether it is the one that opens next. */
  readonly kind: 'next' | 'later';
  readonly number: number;
  readonly openTime: Date | null;
}

export type Standing =
  | { readonly kind: 'open' }
  | Upcoming
  | { readonly kind: 'closed' }
  /** Nothing is certain. */
  | { readonly kind: 'unknown' };

/** How the round of this number stands at `now`; clocks may differ a little. */
export function standingOf(number: number, rounds: readonly Round[], now: Date): Standing {
  if (rounds.length === 0) return { kind: 'unknown' };
  const own = rounds.find((round) => round.number === number);
  const next = nextRound(rounds, now);
  if (own !== undefined) {
    if (!hasOpened(own, now)) return { kind: own === next ? 'next' : 'later', number, openTime: own.openTime };
    return { kind: hasClosed(own, now) ? 'closed' : 'open' };
  }
  if (isLongOver(number, rounds)) return { kind: 'closed' };
  const newest = Math.max(...rounds.map((round) => round.number));
  // One between those that are listed is missing from the list.
  if (number < newest) return { kind: 'unknown' };
  return { kind: number === newest + 1 && next === null ? 'next' : 'later', number, openTime: null };
}

/** Whether a round is older than all that are listed: numbers grow with time. */
export function isLongOver(number: number, rounds: readonly Round[]): boolean {
  return rounds.length > 0 && rounds.every((round) => number < round.number);
}

/** The round that is open at `now`, or by a clock that is a little ahead: a round that has just opened is open. */
export function openOrJustOpening(rounds: readonly Round[], now: Date): Round | null {
  return openRound(rounds, now) ?? openRound(rounds, new Date(now.getTime() + TIMING.clockSkewMs));
}

/** What is open, or opens next, as a sentence. */
export function roundsInWords(rounds: readonly Round[], now: Date): string {
  const open = openOrJustOpening(rounds, now);
  if (open !== null) return `Round ${open.number} is open, until ${utcMinute(open.closeTime)}.`;
  const next = nextRound(rounds, now);
  return next === null
    ? 'No round is open, and Numerai lists none that opens next.'
    : `No round is open; round ${next.number} opens at ${utcMinute(next.openTime)}.`;
}

/** What the record of a run says until its round opens. */
export function untilOpening(
  { number, openTime }: Upcoming,
  now: Date,
): { readonly waitingFor: string; readonly nextAttemptAt: string | null } {
  const at = openTime === null ? '' : ` at ${utcMinuteFrom(now, openTime)}`;
  return { waitingFor: `round ${number} to open${at}`, nextAttemptAt: openTime?.toISOString() ?? null };
}

/** The listed round that has not opened and opens first. */
function nextRound(rounds: readonly Round[], now: Date): Round | null {
  return rounds
    .filter((round) => !hasOpened(round, now))
    .reduce<Round | null>((first, round) => (first === null || round.openTime < first.openTime ? round : first), null);
}

/** Whether it has, by a clock that is a little ahead. */
export const hasOpened = ({ openTime }: Round, now: Date) => openTime.getTime() <= now.getTime() + TIMING.clockSkewMs;
const hasClosed = ({ closeTime }: Round, now: Date) => closeTime.getTime() <= now.getTime() - TIMING.clockSkewMs;
