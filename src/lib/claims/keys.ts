// Row keys of claims: what a trigger claims, by what it knows of the round.

import { createHash } from 'node:crypto';
import { utcDay } from '../util/clock.ts';

/** What a trigger knows of the round it is for. */
export type RoundKnowledge =
  | { readonly kind: 'round'; readonly round: number }
  /** Numerai could not be asked: it may be any round of today. */
  | { readonly kind: 'unknown' }
  /** Numerai says that no round is open. */
  | { readonly kind: 'closed' };

/** Row keys of the claims that a run must hold. The first is the run's own. */
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
  if (isTest) return { own: `claim_test_${triggerId === null ? runId : keyPart(triggerId)}`, day: null };
  const day = utcDay(now);
  switch (knowledge.kind) {
    case 'round':
      return { own: roundClaim(knowledge.round), day: dayClaim(day) };
    case 'unknown':
      return { own: dayClaim(day), day: null };
    case 'closed':
      return { own: closedClaim(day), day: null };
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

/** The row key of the claim of a day (UTC) on which no round was open. */
function closedClaim(day: string): string {
  return `claim_closed_${day}`;
}

/**
 * A trigger id comes from outside: what a row key may not hold is escaped, and of a long one there is the hash.
 * Different ids have different parts.
 */
function keyPart(text: string): string {
  const escaped = text.replace(/[^0-9A-Za-z_-]/g, (character) => `~${character.charCodeAt(0).toString(16)}~`);
  return escaped.length <= 256 ? escaped : `~${createHash('sha256').update(escaped).digest('hex')}`;
}
