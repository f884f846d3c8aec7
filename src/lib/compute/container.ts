// Which container an attempt runs, and how large it is: the model's own or its last resort, with more memory after an
// attempt that ran out of it.

import { aboutOf } from '../config/container-kinds.ts';
import type { Entry } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { Run } from '../runs/run.ts';
import { dueSlots, type Slot } from '../runs/slots.ts';

/** After an attempt that ran out of memory the next one has so much of it. */
const MORE_MEMORY = 1.5;

/** The container of an attempt. */
export function containerOf(model: Entry, attempt: Pick<Attempt, 'lastResort' | 'memoryGB'>): Entry['container'] {
  const container = containerFor(model, attempt.lastResort);
  if (container.kind !== 'image' || attempt.memoryGB === null) return container;
  return { ...container, memoryGB: attempt.memoryGB };
}

/**
 * The trigger ids by which the submissions of the run's container are known. None where it was given no id: it exists
 * already, or the fallback or an operator started it, though Numerai may have called since.
 */
export function givenTriggerIds({ triggerId, triggerIds, attempt }: Run, model: Entry): readonly string[] {
  return triggerId !== null && canBeGivenVariables(model, attempt?.lastResort ?? false) ? triggerIds : [];
}

/** Whether the container of an attempt learns from the app what it is to do; one that exists already does all that it does. */
export function canBeGivenVariables(model: Entry, lastResort: boolean): boolean {
  return aboutOf(containerFor(model, lastResort)).isTold;
}

/**
 * The slots that an attempt is for, by their names; null: all of the run's, or an existing group does what it does.
 * @param due those of the run that it submits for; once its start is accepted, those that the container was told of.
 */
export function slotsOfAttempt(
  run: Pick<Run, 'slots' | 'isForced'>,
  model: Entry,
  lastResort: boolean,
  due: readonly Slot[] = dueSlots(run),
): string[] | null {
  const isForSome = due.length < run.slots.length && canBeGivenVariables(model, lastResort);
  return isForSome ? due.map((slot) => slot.model) : null;
}

/**
 * The size that an attempt is to have; null where that is the platform's business.
 * @param previous the attempt before it, where there was one.
 */
export function sizeOf(
  model: Entry,
  { lastResort, previous }: { readonly lastResort: boolean; readonly previous: Attempt | null },
): Pick<Attempt, 'cpu' | 'memoryGB'> {
  const container = containerFor(model, lastResort);
  if (container.kind !== 'image') return { cpu: null, memoryGB: null };
  const { cpu, memoryGB, maxMemoryGB } = container;
  if (previous === null || previous.lastResort !== lastResort) return { cpu, memoryGB };
  const before = Math.max(memoryGB, previous.memoryGB ?? 0);
  // Azure takes it to one decimal.
  const needed = previous.failure === 'out-of-memory' ? Math.ceil(before * MORE_MEMORY * 10) / 10 : before;
  return { cpu, memoryGB: Math.min(needed, maxMemoryGB) };
}

/** The model's own container, or its last resort. */
export function containerFor(model: Entry, lastResort: boolean): Entry['container'] {
  return lastResort && model.lastResort !== null ? model.lastResort.container : model.container;
}
