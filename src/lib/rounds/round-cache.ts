// What is known of the rounds right now: asked of Numerai, and kept for a minute so that many runs that
// ask at once cost one request.

import type { Tournament } from '../config/models.ts';
import { createCache } from '../util/cache.ts';
import { atMost, type Clock } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { RoundList } from './last-known.ts';
import type { Round } from './round.ts';

/** How long an answer is used before Numerai is asked again. */
const KEPT_MS = 60_000;
/** A Numerai that did not answer is left alone for as long. */
const FAILURE_KEPT_MS = 20_000;
/** A status, or a start, without the rounds is worth more than one that comes late. */
const SOON_MS = 3_000;
/** Numerai calls in the very second in which a round opens: an answer that is older may not know it. */
const FRESH_MS = 5_000;

export type RoundsKnown =
  | { readonly kind: 'known'; readonly rounds: readonly Round[] }
  /** Numerai could not be asked; `why` is a sentence. `isAway`: it does not answer at all. */
  | { readonly kind: 'unknown'; readonly why: string; readonly isAway: boolean };

/** The port to Numerai's rounds. */
export interface RoundSource {
  /**
   * The open rounds and the newest ones of a tournament, in no order.
   * @throws {AppError}
   */
  rounds(tournament: Tournament): Promise<readonly Round[]>;
}

/** None throws. */
export interface RoundCache {
  rounds(tournament: Tournament): Promise<RoundsKnown>;
  /** Where Numerai does not answer within some seconds, or before the caller stops waiting, they are unknown. */
  roundsSoon(tournament: Tournament, signal?: AbortSignal): Promise<RoundsKnown>;
  /** As `roundsSoon`, but an answer that is kept counts for a few seconds only. */
  freshRoundsSoon(tournament: Tournament, signal?: AbortSignal): Promise<RoundsKnown>;
  /** What this process was answered last, however long ago; null where it never was. */
  lastKnown(tournament: Tournament): RoundList | null;
}

/** Makes the cache of this process. */
export function createRoundCache(source: RoundSource, clock: Clock): RoundCache {
  const last = new Map<Tournament, RoundList>();
  const cached = createCache<RoundsKnown>(clock, ({ kind }) => (kind === 'known' ? KEPT_MS : FAILURE_KEPT_MS));
  const ask = (tournament: Tournament, atMostOldMs?: number): Promise<RoundsKnown> =>
    cached(
      tournament,
      async () => {
        try {
          const rounds = await source.rounds(tournament);
          if (rounds.length > 0) last.set(tournament, { rounds, at: clock.now() });
          return { kind: 'known', rounds };
        } catch (error) {
          return { kind: 'unknown', why: messageOf(error), isAway: isAway(error) };
        }
      },
      atMostOldMs,
    );
  const soon = (asked: Promise<RoundsKnown>, outer: AbortSignal | undefined): Promise<RoundsKnown> =>
    atMost<RoundsKnown>(
      clock,
      SOON_MS,
      () => asked,
      () => ({ kind: 'unknown', why: 'Numerai did not answer in time.', isAway: true }),
      outer,
    );
  return {
    rounds: (tournament) => ask(tournament),
    roundsSoon: (tournament, signal) => soon(ask(tournament), signal),
    freshRoundsSoon: (tournament, signal) => soon(ask(tournament, FRESH_MS), signal),
    lastKnown: (tournament) => last.get(tournament) ?? null,
  };
}

/** What Numerai answers and nobody can read, or what it refuses, says nothing of the containers' calls. */
function isAway(error: unknown): boolean {
  return error instanceof ExternalCallError && error.failure !== 'refused';
}
