// What a run is when it is first recorded.

import { isKnownToNumerai, type Model } from '../config/models.ts';
import type { Attempt } from './attempt.ts';
import type { Run, Slot, Trigger } from './run.ts';

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
  readonly attempt: Attempt | null;
}

/** The record of a run before anything is started. */
export function newRun(request: NewRun): Run {
  const { model, now, reason, ...given } = request;
  return {
    ...given,
    model: model.name,
    tournament: model.tournament,
    state: 'requested',
    failure: null,
    reason,
    startNote: reason,
    submission: 'unknown',
    slots: slotsOf(model),
    waitingFor: null,
    nextAttemptAt: null,
    requestedAt: now.toISOString(),
    finishedAt: null,
    attemptsLeft: request.isTest ? 0 : model.maxAttempts - 1,
    earlierCostUsd: null,
  };
}

function slotsOf(model: Model): Slot[] {
  if (!isKnownToNumerai(model)) return [];
  const { numeraiModelName: name, numeraiModelId: id } = model;
  return [{ model: name ?? id ?? '', id, submission: 'unknown', submittedAt: null }];
}
