// What a run is when it is first recorded.

import type { Entry } from '../config/models.ts';
import { isNumeraiId } from '../config/numerai-models.ts';
import { type Run, runSchema, type Trigger } from './run.ts';
import { newSlots, type Slot, withSlots } from './slots.ts';

/** What a trigger asks for. */
export interface Asked {
  readonly model: Entry;
  readonly trigger: Trigger;
  readonly triggerId: string | null;
  readonly isTest: boolean;
  /** The scheduled time of a job that it is for, ISO 8601; left out where somebody asks for it. */
  readonly scheduledFor?: string | null;
  /** Why it is started as it is; null where there is nothing to say. */
  readonly reason: string | null;
  /** Its slots, where some have a submission already; default: as models.json has them. */
  readonly slots?: readonly Slot[];
}

export interface NewRun extends Asked {
  readonly id: string;
  readonly round: number | null;
  readonly claim: string;
  readonly now: Date;
}

/** The record of a run without an attempt yet. */
export function newRun({ model, reason, now, slots = slotsOf(model), ...given }: NewRun): Run {
  // What is not known yet is null, as in a row that lacks it.
  return runSchema.parse({
    ...given,
    model: model.name,
    tournament: model.tournament,
    state: 'requested',
    reason,
    startNote: reason,
    ...withSlots(slots),
    triggerIds: given.triggerId === null ? [] : [given.triggerId],
    requestedAt: now.toISOString(),
    countedFailures: 0,
    isForced: false,
    attempt: null,
  });
}

/** The slots of a model, before anybody has been asked about them. */
export function slotsOf({ numeraiModels }: Entry): Slot[] {
  return newSlots(numeraiModels, isNumeraiId);
}
