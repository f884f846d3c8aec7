// When a submission of a run counts: its round as Numerai has it now; where nobody knows, by the documented hours.

import { documentedWindow } from '../rounds/documented-hours.ts';
import { isOpen } from '../rounds/round.ts';
import type { RoundsKnown } from '../rounds/round-cache.ts';
import { isLongOver } from '../rounds/standing.ts';
import type { Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';

export interface Window {
  /** For sentences. */
  readonly name: string;
  readonly openTime: Date;
  readonly closeTime: Date;
  /** Whether Numerai says so. */
  readonly isKnown: boolean;
}

/** Whether it is closed: what is submitted now does not count. */
export function isOver({ closeTime }: Window, now: Date): boolean {
  return now >= closeTime;
}

/** The window of a run. */
export function windowOf(
  { round: number, requestedAt }: Pick<Run, 'round' | 'requestedAt'>,
  known: RoundsKnown,
): Window {
  const openTime = new Date(requestedAt);
  const rounds = known.kind === 'known' ? known.rounds : [];
  const round = rounds.find((each) => (number === null ? isOpen(each, openTime) : each.number === number));
  if (round !== undefined) return { ...round, name: `round ${round.number}`, isKnown: true };
  // Older than all that Numerai lists.
  if (number !== null && isLongOver(number, rounds))
    return { name: `round ${number}`, openTime, closeTime: openTime, isKnown: true };
  const closeTime = documentedWindow(openTime)?.closes ?? new Date(openTime.getTime() + TIMING.assumedRoundMs);
  return { name: number === null ? 'the round' : `round ${number}`, openTime, closeTime, isKnown: false };
}
