// What a run is when it is first recorded.

import { isKnownToNumerai, type Model } from '../config/models.ts';
import { type Run, runSchema, type Slot, type Trigger } from './run.ts';

export interface NewRun {
  readonly id: string;
  readonly model: Model;
  readonly round: number | null;
  readonly trigger: Trigger;
  readonly triggerId: string | null;
  readonly isTest: boolean;
  /** Why it is started as it is; null where there is nothing to say. */
  readonly reason: string | null;
  readonly claim: string;
  readonly now: Date;
}

/** The record of a run without an attempt yet. */
export function newRun(request: NewRun): Run {
  const { model, reason, now, ...given } = request;
  // What is not known yet is null, as in a row that lacks it.
  return runSchema.parse({
    ...given,
    model: model.name,
    tournament: model.tournament,
    state: 'requested',
    reason,
    startNote: reason,
    submission: 'unknown',
    slots: slotsOf(model),
    requestedAt: now.toISOString(),
    attemptsLeft: given.isTest ? 0 : model.maxAttempts - 1,
    attempt: null,
  });
}

function slotsOf(model: Model): Slot[] {
  if (!isKnownToNumerai(model)) return [];
  const { numeraiModelName: name, numeraiModelId: id } = model;
  return [{ model: name ?? id ?? '', id, submission: 'unknown', submittedAt: null }];
}
