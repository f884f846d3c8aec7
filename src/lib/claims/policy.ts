// When is a round claimed? A claim is a row beside the runs of its model that names one run for good; the
// trigger that inserts it, together with the run, owns the round. This file says what it means to come later.

import { isJob } from '../config/models.ts';
import { hasEnded, holdsRound, type Run, type Trigger } from '../runs/run.ts';

export type ClaimDecision =
  /** The run covers the round. */
  | 'duplicate'
  /** The run ended without a submission, or an operator forces: it is opened again. */
  | 'reopen'
  /** An operator wants what the run waits for to be tried now. */
  | 'hasten'
  /** An operator forces, but an attempt is under way. */
  | 'refuse';

/** What follows when the claim exists already and names `holder`. */
export function decideOnHolder(
  holder: Pick<Run, 'state' | 'failure' | 'tournament'>,
  { trigger, force }: { readonly trigger: Trigger; readonly force: boolean },
): ClaimDecision {
  // A scheduled time, and a trigger id, has one run of a job, however it ends: another start is another run.
  if (isJob(holder)) return 'duplicate';
  if (trigger === 'operator' && holder.state === 'waiting') return 'hasten';
  if (force) return hasEnded(holder) ? 'reopen' : 'refuse';
  // What an operator has cancelled, only an operator opens again.
  if (holder.failure === 'cancelled' && trigger !== 'operator') return 'duplicate';
  return holdsRound(holder) ? 'duplicate' : 'reopen';
}

/**
 * Whether the run that claimed the day stands for `round`: it does when it is for that round, and until it
 * has ended for a round that nobody knew. One that ended without learning its round says nothing of this one.
 */
export function dayRunCovers(dayRun: Pick<Run, 'state' | 'round'>, round: number): boolean {
  if (dayRun.round !== null) return dayRun.round === round && holdsRound(dayRun);
  return !hasEnded(dayRun);
}
