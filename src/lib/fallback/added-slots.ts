// Slots that were added to models.json after the run of the round was good: they are taken up while it is open.

import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import { slotsOf } from '../runs/new-run.ts';
import { isGood, type Run } from '../runs/run.ts';
import { alignedSlots, isAccepted, type Slot, shortfall, withSlots } from '../runs/slots.ts';
import { updateEnded } from '../runs/update-ended.ts';
import { together } from '../util/sentences.ts';
import { findRoundSubmissions } from '../verification/verify.ts';
import { asSubmitted, type FallbackDependencies } from './record-round.ts';
import { takeUp } from './take-up.ts';

/** The slots that models.json has, and the run has not. */
export function addedSlots(run: Run, model: Model): readonly Slot[] {
  return alignedSlots(run.slots, slotsOf(model)).filter((slot) => !run.slots.includes(slot));
}

/**
 * Opens a good run again for the slots that were added since; those that were submitted by other means are recorded. Where
 * it is too late for an attempt the run is no longer good, so that they are reported.
 * @returns whether there is nothing more to do.
 */
export async function coverAdded(
  dependencies: FallbackDependencies,
  model: Model,
  { id }: Run,
  round: Round,
): Promise<'started' | 'covered' | 'open'> {
  const stored = await dependencies.runs.get(model.name, id);
  if (stored === null || stored === 'unreadable' || !isGood(stored.value)) return 'open';
  const run = stored.value;
  const added = addedSlots(run, model);
  const found = await findRoundSubmissions(dependencies, model, round, { ...run, slots: [...added] });
  // A Numerai that cannot say is no reason not to start: one submission too many is harmless.
  const now = found
    .map(asSubmitted)
    .map((slot): Slot => (isAccepted(slot) ? slot : { ...slot, submission: 'missing' }));
  const after = withSlots([...run.slots, ...now]);
  if (after.submission === 'accepted') {
    await updateEnded(dependencies, stored, after);
    return 'covered';
  }
  const names = now.map((slot) => slot.model).join(', ');
  const note = `Added to numeraiModels of model ${model.name} after the run for the others: ${names}.`;
  const taken = await takeUp(dependencies, model, stored, round, {
    ...after,
    startNote: together(run.startNote, note),
  });
  if (taken !== null) return 'started';
  const short = shortfall({ ...run, ...after });
  const reason = together(short && `${short}.`, note, 'It is too late for another attempt in this round.');
  await updateEnded(dependencies, stored, { ...after, state: 'failed', failure: 'missing-submission', reason });
  return 'open';
}
