// When is a round claimed? A claim is a row beside the runs of its model; whoever inserts it, together
// with the run, owns the round. This file says which rows a trigger claims, and what it means to lose.

import { holdsRound, type Run } from '../runs/run.ts';
import { utcDay } from '../util/clock.ts';

/** What a trigger knows of the round it is for. */
export type RoundKnowledge =
  | { readonly kind: 'round'; readonly round: number }
  /** Numerai could not be asked: it may be any round of today. */
  | { readonly kind: 'unknown' }
  /** Numerai says that no round is open. */
  | { readonly kind: 'closed' };

/** Row keys of the claims that a run must hold. The first is the run's own; the others only point at it. */
export interface ClaimKeys {
  readonly own: string;
  /**
   * The day of a known round is claimed as well, so that a trigger that cannot learn the round finds the
   * run that there is; and the reverse.
   */
  readonly day: string | null;
}

export interface ClaimRequest {
  readonly knowledge: RoundKnowledge;
  readonly isTest: boolean;
  readonly triggerId: string | null;
  /** The run that claims. */
  readonly runId: string;
  readonly now: Date;
}

/** Which rows to claim. Test triggers claim their trigger id and so never use up a round. */
export function claimKeys({ knowledge, isTest, triggerId, runId, now }: ClaimRequest): ClaimKeys {
  if (isTest)
    return { own: `claim_test_${triggerId === null ? runId : keyPart(triggerId)}`, day: null };
  const day = utcDay(now);
  switch (knowledge.kind) {
    case 'round':
      return { own: roundClaim(knowledge.round), day: dayClaim(day) };
    case 'unknown':
      return { own: dayClaim(day), day: null };
    case 'closed':
      return { own: `claim_closed_${day}`, day: null };
  }
}

/** The row key of the claim of a round; a model has one tournament, so the number is enough. */
export function roundClaim(round: number): string {
  return `claim_round_${round}`;
}

/** The row key of the claim of a day (UTC). */
export function dayClaim(day: string): string {
  return `claim_day_${day}`;
}

/** A trigger id comes from outside: what a row key may not hold is replaced, and its length is bounded. */
function keyPart(text: string): string {
  return text
    .replace(/[^0-9A-Za-z_-]/g, (character) => `~${character.codePointAt(0)?.toString(16)}`)
    .slice(0, 256);
}

export type ClaimDecision =
  /** The round is taken care of by `run`. */
  | { readonly kind: 'duplicate'; readonly run: Run }
  /** The claim is free again: make the attempt after `previous`. */
  | { readonly kind: 'next-attempt'; readonly previous: Run }
  /** An operator forces, but the run is in flight. */
  | { readonly kind: 'refuse'; readonly run: Run };

/** What follows when the claim exists already and belongs to `holder`. */
export function decideOnHolder(holder: Run, force: boolean): ClaimDecision {
  const inFlight = holdsRound(holder) && holder.state !== 'succeeded';
  if (force)
    return inFlight ? { kind: 'refuse', run: holder } : { kind: 'next-attempt', previous: holder };
  return holdsRound(holder)
    ? { kind: 'duplicate', run: holder }
    : { kind: 'next-attempt', previous: holder };
}

/**
 * Whether the run that claimed the day stands for `round`: it does when it is for that round, and while
 * it is in flight for a round that nobody knew. One that ended without learning its round proves nothing.
 */
export function dayRunCovers(dayRun: Run, round: number): boolean {
  if (dayRun.round !== null) return dayRun.round === round && holdsRound(dayRun);
  return holdsRound(dayRun) && dayRun.state !== 'succeeded';
}
