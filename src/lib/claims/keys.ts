// Row keys of claims: what a trigger claims, by what it knows of the round.

import { createHash } from 'node:crypto';
import type { Tournament } from '../config/models.ts';
import { utcDay } from '../util/clock.ts';

/** What a trigger knows of the round it is for. */
export type RoundKnowledge =
  | { readonly kind: 'round'; readonly round: number }
  /** Numerai could not be asked: it may be any round of today. A test needs none. */
  | { readonly kind: 'unknown' };

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
  readonly tournament: Tournament;
  readonly isTest: boolean;
  readonly triggerId: string | null;
  /** The run that claims. */
  readonly runId: string;
  /** When the round is open: now, or when it opens. */
  readonly openAt: Date;
}

/** Which rows to claim. Test triggers claim their trigger id and so never use up a round. */
export function claimKeys({ knowledge, tournament, isTest, triggerId, runId, openAt }: ClaimRequest): ClaimKeys {
  if (isTest) return { own: `claim_test_${triggerId === null ? runId : keyPart(triggerId)}`, day: null };
  const day = dayClaim(tournament, utcDay(openAt));
  return knowledge.kind === 'round' ? { own: roundClaim(tournament, knowledge.round), day } : { own: day, day: null };
}

/** The row key of the claim of a round. A model may change its tournament, and tournaments share their numbers. */
export function roundClaim(tournament: Tournament, round: number): string {
  return `claim_round_${tournament}_${round}`;
}

/** The row key of the claim of a day (UTC). */
export function dayClaim(tournament: Tournament, day: string): string {
  return `claim_day_${tournament}_${day}`;
}

/**
 * A text from outside as a part of a row key: what a row key may not hold is escaped, and of a long one there is the hash.
 * Different texts have different parts.
 */
export function keyPart(text: string): string {
  const escaped = text.replace(/[^0-9A-Za-z_-]/g, (character) => `~${character.charCodeAt(0).toString(16)}~`);
  return escaped.length <= 256 ? escaped : `~${createHash('sha256').update(escaped).digest('hex')}`;
}
