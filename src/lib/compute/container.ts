// Which container an attempt runs, and how large it is: the model's own or its last resort, with more memory after an
// attempt that ran out of it.

import type { Model } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { Run } from '../runs/run.ts';

/** After an attempt that ran out of memory the next one has so much of it. */
const MORE_MEMORY = 1.5;

/** The container of an attempt. */
export function containerOf(model: Model, attempt: Pick<Attempt, 'lastResort' | 'memoryGB'>): Model['container'] {
  const container = containerFor(model, attempt.lastResort);
  if (container.kind === 'group' || attempt.memoryGB === null) return container;
  return { ...container, memoryGB: attempt.memoryGB };
}

/** The trigger id that the run's container was given; null also for one that exists already, which cannot be given it. */
export function givenTriggerId({ triggerId, attempt }: Run, model: Model): string | null {
  return containerFor(model, attempt?.lastResort ?? false).kind === 'image' ? triggerId : null;
}

/**
 * The size that an attempt is to have; null where that is the platform's business.
 * @param previous the attempt before it, where there was one.
 */
export function sizeOf(
  model: Model,
  { lastResort, previous }: { readonly lastResort: boolean; readonly previous: Attempt | null },
): Pick<Attempt, 'cpu' | 'memoryGB'> {
  const container = containerFor(model, lastResort);
  if (container.kind === 'group') return { cpu: null, memoryGB: null };
  const { cpu, memoryGB, maxMemoryGB } = container;
  if (previous === null || previous.lastResort !== lastResort) return { cpu, memoryGB };
  const before = Math.max(memoryGB, previous.memoryGB ?? 0);
  // Azure takes it to one decimal.
  const needed = previous.failure === 'out-of-memory' ? Math.ceil(before * MORE_MEMORY * 10) / 10 : before;
  return { cpu, memoryGB: Math.min(needed, maxMemoryGB) };
}

function containerFor(model: Model, lastResort: boolean): Model['container'] {
  return lastResort && model.lastResort !== null ? model.lastResort.container : model.container;
}
