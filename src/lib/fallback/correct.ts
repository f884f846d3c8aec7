// Numerai's later answer is taken into the record of a run that has ended: it is corrected, and reported, or opened
// again for another attempt.

import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { Run } from '../runs/run.ts';
import { StaleRunError } from '../runs/stores.ts';
import { updateEnded } from '../runs/update-ended.ts';
import type { SlotOfRound } from '../verification/verify.ts';
import { correctionOf } from './correction.ts';
import type { FallbackDependencies } from './record-round.ts';
import { takeUp } from './take-up.ts';

/**
 * Corrects a run by what Numerai now says. Where the round is over, what went wrong is left to the caller to report.
 * @returns the run as it then is.
 */
export async function correct(
  dependencies: FallbackDependencies,
  model: Model,
  run: Run,
  found: readonly SlotOfRound[],
  round: Round,
): Promise<Run> {
  const { runs, clock, log, reportEnd } = dependencies;
  const now = clock.now();
  if (correctionOf({ run, found, round, now }).do === 'nothing') return run;
  const stored = await runs.get(run.model, run.id);
  if (stored === null || stored === 'unreadable') return run;
  const correction = correctionOf({ run: stored.value, found, round, now });
  if (correction.do === 'nothing') return stored.value;
  const corrected: Run = { ...stored.value, ...correction.changes };
  const { submission, reason, state } = corrected;
  log.warn({ model: model.name, runId: run.id, round: round.number, submission, reason }, 'record corrected');
  try {
    if (correction.do === 'open-again') {
      const taken = await takeUp(dependencies, model, stored, round, correction.changes);
      if (taken !== null) return taken;
    }
    // First: repeating it does no harm, and a good run is not looked at again.
    if (state === 'succeeded' || now < round.closeTime) await reportEnd(corrected);
    return (await updateEnded(dependencies, stored, correction.changes)).value;
  } catch (error) {
    // Somebody else moved it on: the next tick looks again.
    if (error instanceof StaleRunError) return stored.value;
    throw error;
  }
}
