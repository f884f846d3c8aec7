// Row keys of claims: what a trigger claims, by what it knows of the round.

import { createHash } from 'node:crypto';
import { isJob, type Job, type Model, type Tournament } from '../config/models.ts';
import { utcDay } from '../util/clock.ts';

/** What a trigger knows of the round it is for. */
export type RoundKnowledge =
  /** `openTime`: when it opened, where Numerai says so. */
  | { readonly kind: 'round'; readonly round: number; readonly openTime?: Date | undefined }
  /** Numerai could not be asked: it may be any round of today. A test needs none. */
  | { readonly kind: 'unknown' };

/** Row keys of the claims that a run must hold. The first is the run's own. */
export interface ClaimKeys {
  readonly own: string;
  /**
   * Of a model, the day of a known round: a trigger that cannot learn the round finds the run that there is; and the
   * reverse. Of a job that never runs twice at once, the latest run: it moves on to the next one when that one has ended.
   */
  readonly alias: string | null;
}

export interface ClaimRequest {
  readonly model: Pick<Model, 'tournament'> | Pick<Job, 'tournament' | 'overlap'>;
  readonly knowledge: RoundKnowledge;
  /** The scheduled time of a job, ISO 8601; none where somebody asks for it. */
  readonly scheduledFor?: string | null;
  readonly isTest: boolean;
  readonly triggerId: string | null;
  /** The run that claims. */
  readonly runId: string;
  /** When the round is open: now, or when it opens. */
  readonly openAt: Date;
}

/** Which rows to claim. Test triggers claim their trigger id and so never use up a round. */
export function claimKeys(request: ClaimRequest): ClaimKeys {
  const { model, knowledge, isTest, openAt } = request;
  if (isJob(model)) return { own: jobClaim(request), alias: model.overlap === 'skip' ? LATEST_CLAIM : null };
  const { tournament } = model;
  if (isTest) return { own: `claim_test_${triggerPart(request)}`, alias: null };
  const day = dayClaim(tournament, utcDay(openAt));
  return knowledge.kind === 'round'
    ? { own: roundClaim(tournament, knowledge.round), alias: day }
    : { own: day, alias: null };
}

/** A scheduled time is claimed once, and so is a trigger id; a call without one gets a run of its own. */
function jobClaim(request: ClaimRequest): string {
  const { scheduledFor = null } = request;
  return scheduledFor === null ? `claim_request_${triggerPart(request)}` : `claim_time_${scheduledFor}`;
}

function triggerPart({ triggerId, runId }: ClaimRequest): string {
  return triggerId === null ? runId : keyPart(triggerId);
}

/** The row key of the claim of a job's latest run. */
export const LATEST_CLAIM = 'claim_latest';

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
