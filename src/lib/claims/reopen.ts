// What becomes of a run that has ended when a trigger opens it again: another attempt follows in its own row.

import type { Asked } from '../runs/new-run.ts';
import { type Run, type Trigger, USUAL_MAX_ATTEMPTS, withTriggerId } from '../runs/run.ts';
import { isAccepted, withSlots } from '../runs/slots.ts';
import type { RoundKnowledge } from './keys.ts';

export interface ReopenInput extends Omit<Asked, 'isTest'> {
  /** An operator wants another attempt although there was a good one. */
  readonly force: boolean;
  readonly knowledge: RoundKnowledge;
}

const TRIGGERS = {
  webhook: 'the webhook',
  timer: 'the fallback',
  operator: 'an operator',
} as const satisfies Record<Trigger, string>;

/** What the record says of a next attempt that somebody asks for at `now`. */
export function askedFor(trigger: Trigger, now: Date): Pick<Run, 'waitingFor' | 'nextAttemptAt'> {
  return { waitingFor: `the next attempt, which ${TRIGGERS[trigger]} asked for`, nextAttemptAt: now.toISOString() };
}

/** The changes that open `run` again at `now`. A submission that Numerai has stays on record. */
export function reopened(run: Run, input: ReopenInput, now: Date): Partial<Run> {
  const { model, trigger, triggerId, knowledge, reason, force } = input;
  return {
    state: 'waiting',
    ...askedFor(trigger, now),
    finishedAt: null,
    failure: null,
    // Why it was not to be tried again is over.
    reason: run.attempt?.reason ?? reason ?? run.startNote,
    startNote: reason ?? run.startNote,
    triggerId: triggerId ?? run.triggerId,
    ...withTriggerId(run, triggerId),
    round: run.round ?? ('round' in knowledge ? knowledge.round : null),
    // Somebody wants it: at least one more may fail, and all of them where that is an operator.
    countedFailures:
      trigger === 'operator' ? 0 : Math.min(run.countedFailures, (model.maxAttempts ?? USUAL_MAX_ATTEMPTS) - 1),
    lastResortNext: false,
    isForced: force && run.slots.every(isAccepted),
    ...withSlots(
      run.slots.map((slot) => (isAccepted(slot) ? slot : { ...slot, submission: 'unknown', submittedAt: null })),
    ),
  };
}
