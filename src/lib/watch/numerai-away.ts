// A container that has failed is not started again while Numerai does not answer: it could neither load its data nor
// submit, and its attempts would be used up. Not for ever: the app may be the only one that cannot reach Numerai.

import { hasAttempt } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import type { RoundCache } from '../rounds/round-cache.ts';
import { followUpOf, waitsFor } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/stores.ts';
import type { Clock } from '../util/clock.ts';
import { askTimeNeeded } from './ask.ts';
import { heldUntil } from './moments.ts';
import type { Window } from './window.ts';

const WAITING_FOR = 'Numerai to answer';

export interface Due {
  readonly at: Date;
  /** What it waits for until then, where that is another thing than was planned. */
  readonly waitingFor: string | null;
}

interface AwayDependencies {
  readonly clock: Clock;
  readonly rounds: RoundCache;
  readonly runs: RunStore;
}

/** When the next attempt is due. @param planned when it is due while Numerai answers. */
export async function dueWhileAway(
  { clock, rounds, runs }: AwayDependencies,
  run: Run,
  model: Entry,
  window: Window,
  planned: Date,
): Promise<Due> {
  const now = clock.now();
  const asPlanned = { at: planned, waitingFor: null };
  const isHeld = run.waitingFor === WAITING_FOR;
  // What is not due needs no holding, and what is held is not held any longer than was planned.
  const { tournament } = run;
  if (tournament === null || !mayBeHeld(run) || (isHeld ? planned <= now : planned > now)) return asPlanned;
  const known = await rounds.rounds(tournament);
  if (known.kind === 'known' || !known.isAway) return { at: now, waitingFor: null };
  if (isHeld) return asPlanned;
  const latest = heldUntil({ model, window, needed: await askTimeNeeded({ runs }, model) }, now);
  return latest > now ? { at: latest, waitingFor: WAITING_FOR } : asPlanned;
}

/** Whether its container has failed, and nobody has asked for the next attempt. */
function mayBeHeld(run: Run): boolean {
  if (run.isTest || run.lastResortNext || !hasAttempt(run)) return false;
  const { outcome, failure, lastResort } = run.attempt;
  if (outcome === null || failure === null || lastResort) return false;
  const hasRun = followUpOf(failure) === 'counted' || followUpOf(failure) === 'not-ready';
  return hasRun && (run.waitingFor === waitsFor(failure) || run.waitingFor === WAITING_FOR);
}
