// After a round has closed: did every model get its submission in? A round that nobody started is put on
// record as a run that failed, so that the history has no gap.

import { report } from '../alerts/outbox.ts';
import { findRunOfClaim } from '../claims/find-run.ts';
import { roundClaim } from '../claims/keys.ts';
import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import { hasEnded, isGood } from '../runs/run.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { findRoundSubmission } from '../verification/verify.ts';
import { adoptRunOfDay, type FallbackDependencies, MODELS_AT_ONCE, recordRound } from './record-round.ts';

/** A run that has not ended so long after the close is not waited for: its own end is reported. */
const WAIT_FOR_RUNS_MS = 2 * 3600_000;

/**
 * Reviews one closed round for all models of its tournament. Repeating it does no harm.
 * @returns false where a run is still under way, and the review is to be repeated at a later tick.
 */
export async function reviewClosedRound(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  round: Round,
): Promise<boolean> {
  const { clock, log } = dependencies;
  const { number, closeTime } = round;
  const waited = clock.now().getTime() - closeTime.getTime();
  let complete = true;
  await forEachAtMost(MODELS_AT_ONCE, models, async (model) => {
    const known = await findRunOfClaim(dependencies, model, roundClaim(round.tournament, number));
    if (known !== null && isGood(known)) return;
    const found = await findRoundSubmission(dependencies, model, round);
    const submission = found.kind === 'submitted' ? found.submission : null;
    const run = known ?? (await adoptRunOfDay(dependencies, model, round, submission));
    if (run !== null && !hasEnded(run) && waited < WAIT_FOR_RUNS_MS) {
      complete = false;
      return;
    }
    if (submission !== null) {
      if (run === null) await recordRound(dependencies, model, round, submission);
      return;
    }
    if (found.kind === 'unknown') {
      const { why } = found;
      log.warn({ model: model.name, round: number, why }, 'a closed round could not be checked at Numerai');
    }
    if (run !== null && isGood(run)) return;
    const missed = run ?? (await recordRound(dependencies, model, round, null));
    if (missed !== null)
      await report(dependencies, {
        kind: 'round-missed',
        model: model.name,
        round: number,
        closeTime,
        run: missed,
      });
  });
  return complete;
}
