// A run that was asked for before its round opened waits for that, as Numerai has the round now.

import type { RoundCache } from '../rounds/round-cache.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore, Stored } from '../runs/stores.ts';
import type { Clock } from '../util/clock.ts';
import { giveUp } from './give-up.ts';
import { decideOnOpening, mayAwaitOpening } from './opening.ts';

interface OpeningDependencies {
  readonly clock: Clock;
  readonly rounds: RoundCache;
  readonly runs: RunStore;
}

/**
 * Looks whether the round of a waiting run has yet to open, and notes it where its time has moved.
 * @returns the run, which waits on, or has ended since such a round cannot be; null where nothing about the opening
 * keeps it from going on.
 */
export async function awaitOpening(
  { clock, rounds, runs }: OpeningDependencies,
  stored: Stored<Run>,
): Promise<Stored<Run> | null> {
  const run = stored.value;
  const now = clock.now();
  const { tournament } = run;
  if (tournament === null || !mayAwaitOpening(run, now)) return null;
  const decision = decideOnOpening(run, await rounds.rounds(tournament), now, rounds.lastKnown(tournament)?.rounds);
  if (decision.do === 'go-on') return null;
  if (decision.do === 'give-up') return giveUp({ runs, clock }, stored, decision.why);
  const { waitingFor, nextAttemptAt } = { ...run, ...decision.changes };
  const isNoted = run.waitingFor === waitingFor && run.nextAttemptAt === nextAttemptAt;
  return isNoted ? stored : runs.update(stored, { waitingFor, nextAttemptAt });
}
