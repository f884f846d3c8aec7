// What a run is when it is first recorded.

import { isKnownToNumerai, type Model } from '../config/models.ts';
import { type Run, runSchema, type Slot, type Trigger } from './run.ts';

/** What a trigger asks for. */
export interface Asked {
  readonly model: Model;
  readonly trigger: Trigger;
  readonly triggerId: string | null;
  readonly isTest: boolean;
  /** Why it is started as it is; null where there is nothing to say. */
  readonly reason: string | null;
}

export interface NewRun extends Asked {
  readonly id: string;
  readonly round: number | null;
  readonly claim: string;
  readonly now: Date;
}

/** The record of a run without an attempt yet. */
export function newRun({ model, reason, now, ...given }: NewRun): Run {
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
    countedFailures: 0,
    attempt: null,
  });
}

function slotsOf(model: Model): Slot[] {
  if (!isKnownToNumerai(model)) return [];
  const { numeraiModelName: name, numeraiModelId: id } = model;
  return [{ model: name ?? id ?? '', id, submission: 'unknown', submittedAt: null }];
}
