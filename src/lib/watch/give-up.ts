// The end of a run that waits, and for which there will be no other attempt.

import { endedUnstarted } from '../runs/attempt.ts';
import { endOfRun, missedBy, type Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { together } from '../util/sentences.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Ends the run. @param why in a sentence. */
export function giveUp(
  { runs, clock }: Pick<WatchDependencies, 'runs' | 'clock'>,
  stored: Stored<Run>,
  why: string,
): Promise<Stored<Run>> {
  const { attempt, startNote } = stored.value;
  const at = clock.now().toISOString();
  // The run's own reason still announces the next attempt.
  const reason = attempt?.reason ?? startNote;
  const note = attempt === null ? `It was not tried: ${why}` : `It is not tried again: ${why}`;
  const outcome = attempt?.outcome ?? 'failed';
  const end = endOfRun(stored.value, {
    state: outcome === 'succeeded' ? 'failed' : outcome,
    failure: attempt?.failure ?? missedBy(stored.value),
    reason: together(reason, note),
    finishedAt: at,
  });
  return runs.update(stored, { ...end, attempt: attempt && endedUnstarted(attempt, 'failed', at) });
}
