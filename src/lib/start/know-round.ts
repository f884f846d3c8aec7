// Which round is a run for, and does it start now, wait for the opening, or not start at all? Asked of Numerai; where
// that does not answer, a number that a webhook names is held against the last list that there is.

import type { RoundKnowledge } from '../claims/keys.ts';
import { isJob, type Tournament } from '../config/models.ts';
import { newestList, standingByLastKnown } from '../rounds/last-known.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundCache, RoundsKnown } from '../rounds/round-cache.ts';
import { openOrJustOpening, roundsInWords, standingOf, type Upcoming } from '../rounds/standing.ts';
import type { Asked } from '../runs/new-run.ts';
import { nullIfPassing } from '../runs/stores.ts';
import { atMost } from '../util/clock.ts';
import { ConflictError } from '../util/errors.ts';
import type { StartDependencies } from './start-attempt.ts';

export type RoundDependencies = StartDependencies & { readonly rounds: RoundCache };

/** What a trigger says of the round. */
export interface RoundRequest extends Pick<Asked, 'model' | 'trigger' | 'isTest'> {
  /** The round as the trigger names it; null to ask Numerai. */
  readonly round: number | null;
  /** Aborted when the trigger stops waiting; the watcher goes on from there. */
  readonly signal?: AbortSignal;
}

export interface RoundToStart {
  readonly knowledge: RoundKnowledge;
  /** Null: it is open, or may be. */
  readonly opening: Upcoming | null;
  readonly why: string | null;
}

/** A start waits no longer for the list that is on record. */
const LAST_LIST_MS = 2_000;

const startsNow = (knowledge: RoundKnowledge, why: string | null = null): RoundToStart => ({
  knowledge,
  opening: null,
  why,
});

/** @throws {ConflictError} where the round is certainly not open, and does not open next. */
export async function knowRound(dependencies: RoundDependencies, request: RoundRequest): Promise<RoundToStart> {
  const { clock, rounds, log } = dependencies;
  const { model, round, isTest, trigger, signal } = request;
  if (isJob(model)) return startsNow({ kind: 'unknown' });
  // A test starts regardless, and the fallback has asked already.
  if (round !== null && (isTest || trigger === 'timer')) return startsNow({ kind: 'round', round });
  const { tournament } = model;
  const known = await rounds.roundsSoon(tournament, signal);
  const found = roundToStart(request, known, clock.now());
  if (found !== null) return found;
  // What is kept may be from before the opening.
  const fresh = known.kind === 'known' ? await rounds.freshRoundsSoon(tournament, signal) : known;
  const now = clock.now();
  const again = roundToStart(request, fresh, now);
  if (again !== null) return again;
  const isKnown = fresh.kind === 'known' && fresh.rounds.length > 0;
  const listed = isKnown ? fresh.rounds : await lastList(dependencies, tournament, signal);
  if (round === null) throw new ConflictError(whyNot(request, listed, now));
  const standing = isKnown ? standingOf(round, listed, now) : standingByLastKnown(round, listed, now);
  switch (standing.kind) {
    case 'open':
      return startsNow({ kind: 'round', round });
    case 'next':
      return { knowledge: { kind: 'round', round }, opening: standing, why: null };
    case 'unknown':
      // A number that nobody can check is not claimed: the run is for whatever round is open.
      log.warn({ model: model.name, named: round, why: whyUnchecked(fresh) }, 'round cannot be checked');
      return startsNow({ kind: 'unknown' });
  }
  throw new ConflictError(isKnown ? whyNot(request, listed, now) : whyNotBelieved(request, listed, fresh));
}

/** Null where the round is not known to be open. */
function roundToStart({ round, isTest }: RoundRequest, known: RoundsKnown, now: Date): RoundToStart | null {
  if (round !== null) {
    const rounds = known.kind === 'known' ? known.rounds : [];
    const { kind } = standingOf(round, rounds, now);
    if (rounds.length === 0 || (kind !== 'open' && kind !== 'unknown')) return null;
    const openTime = rounds.find(({ number }) => number === round)?.openTime;
    return startsNow({ kind: 'round', round, openTime });
  }
  if (known.kind === 'unknown')
    return startsNow({ kind: 'unknown' }, `The round is not known, since Numerai could not be asked: ${known.why}`);
  const open = openOrJustOpening(known.rounds, now);
  if (open !== null) return startsNow({ kind: 'round', round: open.number, openTime: open.openTime });
  return isTest ? startsNow({ kind: 'unknown' }, 'Started as a test while no round was open.') : null;
}

/** The list that this process, or the last tick of the fallback, has of a time when Numerai answered; else none. */
async function lastList(
  { rounds, inFlight, clock }: RoundDependencies,
  tournament: Tournament,
  signal: AbortSignal | undefined,
): Promise<readonly Round[]> {
  const kept = rounds.lastKnown(tournament);
  if (kept !== null) return kept.rounds;
  const read = async () => {
    const found = await inFlight.read().catch(nullIfPassing);
    return newestList(tournament, null, found?.ticks.fallback?.note ?? '')?.rounds ?? [];
  };
  return atMost<readonly Round[]>(clock, LAST_LIST_MS, read, () => [], signal);
}

const whyUnchecked = (known: RoundsKnown): string =>
  known.kind === 'unknown' ? `Numerai could not be asked: ${known.why}` : 'Numerai lists no rounds.';

/** Why nothing is started, and what may be done. */
function whyNot({ model, round, trigger }: RoundRequest, rounds: readonly Round[], now: Date): string {
  const what =
    round === null
      ? `Nothing was started: no round of ${model.tournament} is open.`
      : `Nothing was started: round ${round} of ${model.tournament} is not open.`;
  const advice = trigger === 'operator' ? ' A test ("test": true) starts at any time, and uses up no round.' : '';
  return `${what} ${roundsInWords(rounds, now)}${advice}`;
}

function whyNotBelieved({ model, round }: RoundRequest, last: readonly Round[], known: RoundsKnown): string {
  const newest = Math.max(...last.map(({ number }) => number));
  return `Nothing was started: round ${round} of ${model.tournament} cannot be open. The newest that Numerai has listed is round ${newest}; now ${whyUnchecked(known)}`;
}
