// A run that was asked for before its round opened: does it wait on? The round is what Numerai says it is now.

import { documentedWindow } from '../rounds/documented-hours.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundCache } from '../rounds/round-cache.ts';
import { openingInWords, openOrJustOpening, standingOf } from '../rounds/standing.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore, Stored } from '../runs/stores.ts';
import { ageMs, type Clock } from '../util/clock.ts';

interface OpeningDependencies {
  readonly clock: Clock;
  readonly rounds: RoundCache;
  readonly runs: RunStore;
}

/** A round that Numerai's list does not show within this, while it should be open, is taken to be open. */
const UNLISTED_GRACE_MS = 10 * 60_000;

/**
 * Looks whether the round of a waiting run has yet to open, and notes it where its time has moved.
 * @returns the run, which waits on; null where nothing about the opening keeps it from going on.
 */
export async function awaitOpening(
  { clock, rounds, runs }: OpeningDependencies,
  stored: Stored<Run>,
): Promise<Stored<Run> | null> {
  const run = stored.value;
  const now = clock.now();
  const isDue = run.nextAttemptAt !== null && now.getTime() >= Date.parse(run.nextAttemptAt);
  // One that has had an attempt waits for other things as well: it is looked at when it is due.
  if (run.round === null || run.isTest || (run.attempt !== null && !isDue)) return null;
  const known = await rounds.rounds(run.tournament);
  // What Numerai last said of the opening holds; where it said nothing, the documented hours do.
  if (known.kind === 'unknown')
    return isDue || (run.nextAttemptAt === null && documentedWindow(now) !== null) ? null : stored;
  const standing = standingOf(run.round, known.rounds, now);
  if (standing.kind !== 'next' && standing.kind !== 'later') return null;
  const { openTime } = standing;
  if (openTime === null && isMostLikelyOpen(run, known.rounds, now)) return null;
  const waitingFor = openingInWords(standing, now);
  const nextAttemptAt = openTime?.toISOString() ?? null;
  const isNoted = run.waitingFor === waitingFor && run.nextAttemptAt === nextAttemptAt;
  return isNoted ? stored : runs.update(stored, { waitingFor, nextAttemptAt });
}

/** Numerai's list may lack a round, or say too little of it to be read. */
function isMostLikelyOpen({ requestedAt }: Run, rounds: readonly Round[], now: Date): boolean {
  const isLate = ageMs(requestedAt, now) >= UNLISTED_GRACE_MS;
  return isLate && documentedWindow(now) !== null && openOrJustOpening(rounds, now) === null;
}
