// Is anything left to be submitted for a run, as models.json is now? A pure function.

import type { Entry } from '../config/models.ts';
import { endedUnstarted } from '../runs/attempt.ts';
import { slotsOf } from '../runs/new-run.ts';
import { endOfRun, type Run } from '../runs/run.ts';
import { alignedSlots, isAccepted, withSlots } from '../runs/slots.ts';

/**
 * What ends a run whose slots that were missing have been taken out of models.json: all others have their submissions, and
 * another attempt would bring them in a second time. Null where something is left, or there are no slots.
 */
export function nothingLeft(run: Run, model: Entry, now: Date): Partial<Run> | null {
  const aligned = withSlots(alignedSlots(run.slots, slotsOf(model)));
  const isDone = aligned.slots.length > 0 && aligned.slots.every(isAccepted);
  if (!isDone || run.isForced) return null;
  const at = now.toISOString();
  const reason = `What was missing is no longer in numeraiModels of model ${run.model}, and the rest is submitted.`;
  return {
    ...aligned,
    ...endOfRun(aligned, { state: 'succeeded', failure: null, reason, finishedAt: at }),
    attempt: run.attempt && endedUnstarted(run.attempt, 'cancelled', at),
  };
}
