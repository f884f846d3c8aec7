// When is a round claimed? A claim is a row beside the runs of its model that names one run for good; the
// trigger that inserts it, together with the run, owns the round. This file says what it means to come later.

import { type Entry, isJob } from '../config/models.ts';
import { documentedWindow } from '../rounds/documented-hours.ts';
import { hasEnded, holdsRound, type Run, type Trigger, USUAL_MAX_ATTEMPTS } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';

export type ClaimDecision =
  /** The run covers the round. */
  | 'duplicate'
  /** The run ended without a submission, or an operator forces: it is opened again. */
  | 'reopen'
  /** An operator wants what the run waits for to be tried now. */
  | 'hasten'
  /** An operator forces, but an attempt is under way. */
  | 'refuse';

/** So many times `maxAttempts`, calls of the webhook may bring a run to: a caller who goes on starts no more. */
const MOST_BY_CALLS = 2;

/** What follows when the claim exists already and names `holder`. */
export function decideOnHolder(
  holder: Pick<Run, 'state' | 'failure' | 'tournament' | 'attempt'>,
  {
    trigger,
    force,
    model,
  }: { readonly trigger: Trigger; readonly force: boolean; readonly model?: Pick<Entry, 'maxAttempts'> },
): ClaimDecision {
  // A scheduled time, and a trigger id, has one run of a job, however it ends: another start is another run.
  if (isJob(holder)) return 'duplicate';
  if (trigger === 'operator' && holder.state === 'waiting') return 'hasten';
  if (force) return hasEnded(holder) ? 'reopen' : 'refuse';
  // What an operator has cancelled, only an operator opens again.
  if (holder.failure === 'cancelled' && trigger !== 'operator') return 'duplicate';
  if (holdsRound(holder)) return 'duplicate';
  // The fallback has rules of its own.
  const most = MOST_BY_CALLS * (model?.maxAttempts ?? USUAL_MAX_ATTEMPTS);
  return trigger === 'webhook' && (holder.attempt?.number ?? 0) >= most ? 'duplicate' : 'reopen';
}

/**
 * Whether the run that has the day, and never learnt its round, was asked for before the documented hours, which it is now:
 * it is for no round that is open, and stands for no call in them.
 */
export function isOfEarlierHours({ round, requestedAt }: Pick<Run, 'round' | 'requestedAt'>, now: Date): boolean {
  const window = documentedWindow(now);
  return round === null && window !== null && Date.parse(requestedAt) < window.opens.getTime() - TIMING.clockSkewMs;
}

/**
 * Whether the run that claimed the day stands for `round`: it does when it is for that round, and until it
 * has ended for a round that nobody knew. One that ended without learning its round says nothing of this one, and one that
 * was asked for before this one opened is not for it.
 * @param openTime null where nobody has asked.
 */
export function dayRunCovers(
  dayRun: Pick<Run, 'state' | 'round' | 'requestedAt'>,
  round: number,
  openTime: Date | null = null,
): boolean {
  if (dayRun.round !== null) return dayRun.round === round && holdsRound(dayRun);
  const isEarlier = openTime !== null && Date.parse(dayRun.requestedAt) < openTime.getTime() - TIMING.clockSkewMs;
  return !hasEnded(dayRun) && !isEarlier;
}
