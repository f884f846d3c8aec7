// Numerai's later answer is taken into the record of a run that has ended: it is corrected, and reported, or opened
// again for another attempt.

import { openAgain } from '../claims/open-again.ts';
import { reopened } from '../claims/reopen.ts';
import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { Run } from '../runs/run.ts';
import { StaleRunError } from '../runs/stores.ts';
import type { RoundSubmission } from '../verification/verify.ts';
import { correctionOf } from './correction.ts';
import type { FallbackDependencies } from './record-round.ts';

/**
 * Corrects a run by what Numerai now says. Where the round is over, what went wrong is left to the caller to report.
 * @returns the run as it then is.
 */
export async function correct(
  dependencies: FallbackDependencies,
  model: Model,
  run: Run,
  found: RoundSubmission,
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
      const asked = { model, trigger: 'timer', triggerId: null, reason: null } as const;
      const changes = {
        ...reopened(stored.value, { ...asked, knowledge: { kind: 'round', round: round.number } }, now),
        submission,
        slots: corrected.slots,
        attempt: corrected.attempt,
        waitingFor: reason,
        // It is one of those that the run had left.
        attemptsLeft: stored.value.attemptsLeft,
      };
      return (await openAgain(dependencies, stored, changes, now)).value;
    }
    // First: repeating it does no harm, and a good run is not looked at again.
    if (state === 'succeeded' || now < round.closeTime) await reportEnd(corrected);
    return (await runs.update(stored, correction.changes)).value;
  } catch (error) {
    // Somebody else moved it on: the next tick looks again.
    if (error instanceof StaleRunError) return stored.value;
    throw error;
  }
}
