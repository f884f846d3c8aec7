// After a round has closed: did every model get its submission in? A round that nobody started is put on
// record as a run that failed, so that the history has no gap.

import { report } from '../alerts/outbox.ts';
import { findRunOfClaim } from '../claims/find-run.ts';
import { roundClaim } from '../claims/keys.ts';
import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import { type Pause, pauseOf, wasPausedAt } from '../runs/pause.ts';
import { hasEnded, isGood, type Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { countingSubmission, whyUnknown } from '../verification/decide.ts';
import { findRoundSubmissions } from '../verification/verify.ts';
import { correct } from './correct.ts';
import type { CoveredRounds } from './cover.ts';
import { adoptRunOfDay, type FallbackDependencies, MODELS_AT_ONCE, recordRound } from './record-round.ts';

/** A run that has not ended so long after the close is not waited for: its own end is reported. */
const WAIT_FOR_RUNS_MS = 2 * 3600_000;

/**
 * Reviews one closed round for all models of its tournament. Repeating it does no harm.
 * @param known what was reviewed already, while the review of others is repeated; and what is or was paused.
 * @returns false where a run is still under way, or Numerai cannot be asked: the review is to be repeated at a later tick.
 */
export async function reviewClosedRound(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  round: Round,
  { covered, pauses }: { readonly covered: CoveredRounds; readonly pauses: readonly Pause[] },
): Promise<boolean> {
  let complete = true;
  await forEachAtMost(MODELS_AT_ONCE, models, async (model) => {
    const key = `${model.name} ${round.number} reviewed`;
    if (covered.has(key)) return;
    const wasPaused = wasPausedAt(model, pauseOf(model, pauses), round.closeTime);
    if (await reviewModel(dependencies, model, round, wasPaused)) covered.add(key);
    else complete = false;
  });
  return complete;
}

/** @param wasPaused at the close: then no run is missed. @returns whether it is done. */
async function reviewModel(
  dependencies: FallbackDependencies,
  model: Model,
  round: Round,
  wasPaused: boolean,
): Promise<boolean> {
  const { number, closeTime } = round;
  const waitedMs = dependencies.clock.now().getTime() - closeTime.getTime();
  const claimed =
    (await findRunOfClaim(dependencies, model, roundClaim(round.tournament, number))) ??
    (await adoptRunOfDay(dependencies, model, round));
  if (claimed === null && wasPaused) return true;
  if (claimed !== null && isGood(claimed) && claimed.slots.length === 0) return true;
  if (claimed !== null && !hasEnded(claimed) && waitedMs < WAIT_FOR_RUNS_MS) return false;
  const found = await findRoundSubmissions(dependencies, model, round, claimed);
  const why = whyUnknown(found);
  if (why !== null) {
    dependencies.log.warn({ model: model.name, round: number, why }, 'a closed round could not be checked at Numerai');
    // What is good already needs no second look; the rest is asked about again.
    if (claimed !== null && isGood(claimed)) return true;
    if (waitedMs < TIMING.reviewPatienceMs) return false;
  }
  // What the last container sent may be listed yet.
  const mayBeListed = claimed?.attempt != null && claimed.slots.length > 0 && !isGood(claimed);
  const isNone = found.some((each) => each.found.kind === 'none' && countingSubmission(each.found) === null);
  if (isNone && mayBeListed && waitedMs < TIMING.listingPatienceMs) return false;
  const run: Run | null =
    claimed === null
      ? await recordRound(dependencies, model, round, found)
      : await correct(dependencies, model, claimed, found, round);
  if (run !== null && !isGood(run) && !wasPaused)
    await report(dependencies, {
      kind: 'round-missed',
      model: model.name,
      round: number,
      closeTime,
      run,
      isUnchecked: why !== null,
    });
  return true;
}
