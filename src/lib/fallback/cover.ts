// While a round is open, or the documented hours say so: a model that has neither run nor submission is started,
// and one without a good submission is reported before the close.

import { alertsAreOn, report } from '../alerts/outbox.ts';
import { findRunOfClaim } from '../claims/find-run.ts';
import { hasSlots, type Model } from '../config/models.ts';
import { requestRun } from '../operations/request-run.ts';
import { isAboutToClose, type Round } from '../rounds/round.ts';
import { slotsOf } from '../runs/new-run.ts';
import { hasEnded, isGood, type Run } from '../runs/run.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { isAllSubmitted, whyUnknown } from '../verification/decide.ts';
import { findRoundSubmissions, type SlotOfRound } from '../verification/verify.ts';
import { addedSlots, coverAdded } from './added-slots.ts';
import { correct } from './correct.ts';
import { isOpenToCorrection } from './correction.ts';
import { type Closing, covers, isPastGrace, type Opening, runThatCounts } from './decide.ts';
import { adoptRunOfDay, asSubmitted, type FallbackDependencies, MODELS_AT_ONCE, recordRound } from './record-round.ts';
import { takeUp } from './take-up.ts';

/** Rounds that were found to be taken care of; forgetting them costs a few reads. */
export type CoveredRounds = Set<string>;

export interface FallbackResult {
  started: number;
  /** Models that could not be looked at or started; the next tick tries again. */
  failures: number;
}

/**
 * Starts what no webhook has started, and asks again about what has ended without a good submission, for as long as the
 * round is open. Counts in `result`.
 */
export async function cover(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  opening: Opening,
  covered: CoveredRounds,
  result: FallbackResult,
): Promise<void> {
  const { log, clock, settings } = dependencies;
  if (!isPastGrace(opening.openTime, clock.now(), settings.fallbackGraceMinutes)) return;
  const round = opening.round?.number ?? null;
  const candidates = models.filter((model) => model.fallback || hasSlots(model));
  await forEachAtMost(MODELS_AT_ONCE, candidates, async (model) => {
    const key = `${model.name} ${round}`;
    if (covered.has(key)) return;
    try {
      const done = await coverModel(dependencies, model, opening);
      if (done === 'started') result.started += 1;
      if (done === 'covered' && round !== null) covered.add(key);
    } catch (error) {
      result.failures += 1;
      log.error(
        { err: error, model: model.name, round },
        'fallback could not start the model; the next tick tries again',
      );
    }
  });
}

/** @returns `open` where the next tick is to look again. */
async function coverModel(
  dependencies: FallbackDependencies,
  model: Model,
  opening: Opening,
): Promise<'started' | 'covered' | 'open'> {
  const { openTime, round } = opening;
  const run = await findRun(dependencies, model, opening);
  if (run !== null && isGood(run)) {
    if (addedSlots(run, model).length === 0) return 'covered';
    return round === null ? 'open' : coverAdded(dependencies, model, run, round);
  }
  const mayBeCorrected = run !== null && round !== null && isOpenToCorrection(run);
  if (run !== null && !hasEnded(run)) return 'open';
  if (run !== null && round === null && covers(run, openTime)) return 'open';

  // A Numerai that cannot say is no reason not to start: one submission too many is harmless.
  const found = await findSubmissions(dependencies, model, opening, run);
  if (mayBeCorrected) {
    const corrected = await correct(dependencies, model, run, found, round);
    if (isGood(corrected)) return 'covered';
    if (!hasEnded(corrected)) return 'open';
  }
  if (run !== null && round !== null) return (await takeUpAgain(dependencies, model, run, round)) ? 'started' : 'open';
  if (!model.fallback) return 'open';
  if (run === null && round !== null && isAllSubmitted(found)) {
    await recordRound(dependencies, model, round, found);
    return 'covered';
  }
  const reason = whyStarted(opening, found, dependencies.clock.now());
  const { run: started, duplicate } = await requestRun(dependencies, {
    model,
    trigger: 'timer',
    triggerId: null,
    isTest: false,
    force: false,
    round: round?.number ?? null,
    reason,
    slots: found.map(asSubmitted),
  });
  if (duplicate) return 'open';
  dependencies.log.warn(
    { model: model.name, runId: started.id, round: started.round, reason },
    'started by the fallback',
  );
  return 'started';
}

async function takeUpAgain(
  dependencies: FallbackDependencies,
  model: Model,
  { id }: Run,
  round: Round,
): Promise<boolean> {
  const stored = await dependencies.runs.get(model.name, id);
  if (stored === null || stored === 'unreadable' || !hasEnded(stored.value)) return false;
  return (await takeUp(dependencies, model, stored, round)) !== null;
}

function whyStarted({ round, openTime, why }: Opening, found: readonly SlotOfRound[], now: Date): string {
  if (round === null)
    return `Started by the fallback, by the documented hours: Numerai could not be asked for the round (${why}).`;
  const minutes = Math.round((now.getTime() - openTime.getTime()) / 60_000);
  const webhook = `Started by the fallback: no webhook had come ${minutes} min after round ${round.number} opened.`;
  const unknown = whyUnknown(found);
  return unknown === null
    ? webhook
    : `${webhook} Numerai could not be asked whether there is a submission already: ${unknown}`;
}

/** Shortly before the close: reports each model that has no good submission. Reads nothing earlier. */
export async function warnOfClose(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  closing: Closing,
): Promise<void> {
  const { settings, clock } = dependencies;
  const { number, closeTime, asOf } = closing;
  if (!alertsAreOn(dependencies)) return;
  if (!isAboutToClose(closing, clock.now(), settings.alertBeforeCloseMinutes)) return;
  await forEachAtMost(MODELS_AT_ONCE, models, async (model) => {
    const run = await findRun(dependencies, model, closing);
    if (run !== null && isGood(run)) return;
    const found = await findSubmissions(dependencies, model, closing, run);
    if (isAllSubmitted(found)) return;
    await report(dependencies, {
      kind: 'round-closing',
      model: model.name,
      round: number,
      closeTime,
      asOf,
      run,
    });
  });
}

/** A run that was started for the day, while nobody knew the round, is that of the round. */
async function findRun(
  dependencies: FallbackDependencies,
  model: Model,
  { claims, round }: Opening,
): Promise<Run | null> {
  const found = runThatCounts(await Promise.all(claims.map((claim) => findRunOfClaim(dependencies, model, claim))));
  return found ?? (round === null ? null : adoptRunOfDay(dependencies, model, round));
}

async function findSubmissions(
  dependencies: FallbackDependencies,
  model: Model,
  { round, why }: Opening,
  run: Run | null,
): Promise<readonly SlotOfRound[]> {
  if (round !== null) return findRoundSubmissions(dependencies, model, round, run);
  return (run?.slots ?? slotsOf(model)).map((slot) => ({ slot, found: { kind: 'unknown', why } }));
}
