// What a run is when it is first recorded.

import { isKnownToNumerai, type Model } from '../config/models.ts';
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
}

/** The record of a run without an attempt yet. */
export function newRun(request: NewRun): Run {
  const { id, model, round, trigger, triggerId, isTest, reason, claim, now } = request;
  return {
    id,
    round,
    trigger,
    triggerId,
    isTest,
    claim,
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
    attemptsLeft: isTest ? 0 : model.maxAttempts - 1,
    earlierCostUsd: null,
    attempt: null,
  };
}

function slotsOf(model: Model): Slot[] {
  if (!isKnownToNumerai(model)) return [];
  const { numeraiModelName: name, numeraiModelId: id } = model;
  return [{ model: name ?? id ?? '', id, submission: 'unknown', submittedAt: null }];
}
