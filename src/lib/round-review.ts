// After a round has closed: did every model get its submission in? A round that nobody started is put on
// record as a run that failed, so that the history has no gap.

import { reviewMissedRound } from './alerts/alerts.ts';
import { isGood } from './alerts/decisions.ts';
import { roundClaim } from './claims.ts';
import { forEachAtMost } from './concurrency.ts';
import { messageOf } from './errors.ts';
import type { Model } from './models.ts';
import { isKnownToNumerai } from './numerai/model-ids.ts';
import { findProof } from './proof-decision.ts';
import type { Round } from './rounds.ts';
import { findRunOfClaim } from './run-of-claim.ts';
import { hasEnded, newRun, type Run } from './runs.ts';
import type { Services } from './services.ts';

const AT_ONCE = 8;
/** A run that has not ended so long after the close is not waited for: its own end tells the rest. */
const WAIT_FOR_RUNS_MS = 2 * 3600_000;

/**
 * Reviews one closed round for all models of its tournament. Repeating it does no harm.
 * @returns false where a run is still under way, and the review is to be repeated at a later tick.
 */
export async function reviewClosedRound(
  services: Services,
  models: readonly Model[],
  round: Round,
): Promise<boolean> {
  const waited = services.clock.now().getTime() - round.closeTime.getTime();
  let complete = true;
  await forEachAtMost(AT_ONCE, models, async (model) => {
    const run = await findRunOfClaim(services, model, roundClaim(round.number));
    if (run !== null && !hasEnded(run)) {
      if (waited < WAIT_FOR_RUNS_MS) complete = false;
      else await reviewMissedRound(services, model, round, run);
      return;
    }
    if (run !== null && isGood(run)) return;
    if (await wasSubmittedOtherwise(services, model, round)) return;
    await reviewMissedRound(
      services,
      model,
      round,
      run ?? (await recordMissed(services, model, round)),
    );
  });
  return complete;
}

async function wasSubmittedOtherwise(
  services: Services,
  model: Model,
  round: Round,
): Promise<boolean> {
  if (!isKnownToNumerai(model)) return false;
  try {
    const id = await services.modelIds.id(model);
    const submissions = await services.numerai.submissions(
      id ?? '',
      await services.modelIds.keys(model),
    );
    const proof = findProof(
      { round: round.number, requestedAt: round.openTime.toISOString(), triggerId: null },
      submissions,
      [round],
    );
    return proof.kind === 'accepted';
  } catch (error) {
    services.log.warn(
      { err: error, model: model.name, round: round.number },
      `a closed round could not be checked at Numerai: ${messageOf(error)}`,
    );
    return false;
  }
}

async function recordMissed(services: Services, model: Model, round: Round): Promise<Run> {
  const now = services.clock.now();
  const claim = roundClaim(round.number);
  const run: Run = {
    ...newRun({
      id: services.newId(),
      model,
      round: round.number,
      trigger: 'timer',
      triggerId: null,
      isTest: false,
      claim,
      now,
      leaseUntil: now,
      reason: missedReason(model, round),
    }),
    state: 'failed',
    failure: 'round-missed',
    submission: 'missing',
    finishedAt: now.toISOString(),
    leaseUntil: null,
    retriesLeft: 0,
    containerGroup: null,
    ownsGroup: false,
  };
  const written = await services.runs.write(model.name, [
    { do: 'insert-claim', key: claim, claim: { kind: 'run', runId: run.id } },
    { do: 'insert-run', run },
  ]);
  if (written !== null)
    services.log.error(
      { model: model.name, runId: run.id, round: round.number, reason: run.reason },
      'round missed',
    );
  return run;
}

function missedReason(model: Model, round: Round): string {
  const why = model.fallback
    ? 'The app was not running while it was open, or Table Storage was out of reach.'
    : 'The model has no fallback: set "fallback": true in models.json, and check its webhook at Numerai.';
  return `Round ${round.number} closed at ${round.closeTime.toISOString()} and no run was ever started for it: the webhook did not come. ${why}`;
}
