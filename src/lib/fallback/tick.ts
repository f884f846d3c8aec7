// The fallback: at each tick, is a round open, and does every model have its run or its submission? What
// the webhook did not start is started here. What closed without a run is put on record.

import { doDailyChores, reviewOpenRound, tendAlerts } from '../alerts/review.ts';
import { findRunOfClaim } from '../claims/find-run.ts';
import { dayClaim, roundClaim } from '../claims/keys.ts';
import { TOURNAMENTS } from '../config/model-schema.ts';
import type { Model, Tournament } from '../config/models.ts';
import { requestRun } from '../operations/request-run.ts';
import { documentedWindow } from '../rounds/documented-hours.ts';
import { newestClosed, openRound, type Round } from '../rounds/round.ts';
import { holdsRound, type Run } from '../runs/run.ts';
import type { Tick, Ticks } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { utcDay } from '../util/clock.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { findRoundSubmission } from '../verification/verify.ts';
import { daysToCover, decideOnFallback, roundsToReview } from './decide.ts';
import type { FallbackDependencies } from './dependencies.ts';
import { recordSubmittedOtherwise } from './record-round.ts';
import { reviewClosedRound } from './review.ts';

/** Models that are looked at side by side. */
const AT_ONCE = 8;

/** Rounds that were found to be taken care of; forgetting them costs a few reads. */
export type CoveredRounds = Set<string>;

export interface FallbackResult {
  readonly started: number;
  /** Models that could not be looked at or started; the next tick tries again. */
  readonly failures: number;
}

/** One tick. Idle, it makes one small query and one request to Numerai for each tournament in use. */
export async function fallback(
  dependencies: FallbackDependencies,
  covered: CoveredRounds,
): Promise<FallbackResult> {
  const { ticks } = await dependencies.inFlight.read();
  const reviewed = readNote(ticks.fallback?.note);
  const result = { started: 0, failures: 0 };
  const tournaments = [...new Set(dependencies.models.map((model) => model.tournament))];
  for (const tournament of tournaments) {
    try {
      const known = await dependencies.rounds.rounds(tournament);
      const models = dependencies.models.filter((model) => model.tournament === tournament);
      if (known.kind === 'unknown') {
        dependencies.log.warn(
          { tournament, why: known.why },
          'Numerai cannot be asked for the rounds',
        );
        await coverDay(dependencies, models, known.why, result);
        await warnOfDay(dependencies, models);
        continue;
      }
      const round = openRound(known.rounds, dependencies.clock.now());
      if (round !== null) {
        await coverRound(dependencies, models, round, covered, result);
        await warnOfRound(dependencies, models, round);
      }
      await review(dependencies, models, tournament, known.rounds, reviewed);
    } catch (error) {
      result.failures += 1;
      dependencies.log.error(
        { err: error, tournament },
        'fallback failed for a tournament; the next tick tries again',
      );
    }
  }
  await recordTick(dependencies, ticks.fallback, writeNote(reviewed));
  await alertPeople(dependencies, ticks);
  return result;
}

/** The alerts' own business: whatever fails in it, the rounds have been looked after. */
async function alertPeople(dependencies: FallbackDependencies, ticks: Ticks): Promise<void> {
  try {
    await doDailyChores(dependencies);
    await tendAlerts(dependencies, 'fallback', ticks);
  } catch (error) {
    dependencies.log.error({ err: error }, 'alerts not looked after; a later tick tries again');
  }
}

async function warnOfRound(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  round: Round,
): Promise<void> {
  await reviewOpenRound(dependencies, models, round, {
    findRun: (model) => findRunOfClaim(dependencies, model, roundClaim(round.number)),
    isSubmitted: async (model) =>
      (await findRoundSubmission(dependencies, model, round)).kind === 'submitted',
  });
}

/** By the documented hours: a run of any of the window's days that went well is good enough. */
async function warnOfDay(
  dependencies: FallbackDependencies,
  models: readonly Model[],
): Promise<void> {
  const now = dependencies.clock.now();
  const window = documentedWindow(now);
  if (window === null) return;
  const days = [...new Set([now, window.opens].map((time) => utcDay(time)))];
  await reviewOpenRound(
    dependencies,
    models,
    { number: null, closeTime: window.closes },
    {
      findRun: async (model) => {
        const runs = await Promise.all(
          days.map((day) => findRunOfClaim(dependencies, model, dayClaim(day))),
        );
        return runs.find((run) => run !== null && holdsRound(run)) ?? runs[0] ?? null;
      },
      isSubmitted: async () => false,
    },
  );
}

async function coverRound(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  round: Round,
  covered: CoveredRounds,
  result: { started: number; failures: number },
): Promise<void> {
  await forEachAtMost(
    AT_ONCE,
    models.filter((model) => model.fallback),
    async (model) => {
      const key = `${model.name} ${round.number}`;
      if (covered.has(key)) return;
      try {
        const outcome = await coverModel(dependencies, model, round);
        if (outcome === 'covered') covered.add(key);
        if (outcome === 'started') result.started += 1;
      } catch (error) {
        result.failures += 1;
        dependencies.log.error(
          { err: error, model: model.name, round: round.number },
          'fallback could not start the model; the next tick tries again',
        );
      }
    },
  );
}

async function coverModel(
  dependencies: FallbackDependencies,
  model: Model,
  round: Round,
): Promise<'wait' | 'covered' | 'started'> {
  const now = dependencies.clock.now();
  const graceMinutes = dependencies.settings.fallbackGraceMinutes;
  // Nothing is read before the time: until then there is nothing to decide.
  if (decideOnFallback({ round, run: null, now, graceMinutes }) === 'wait') return 'wait';
  const run = await findRunOfClaim(dependencies, model, roundClaim(round.number));
  const decision = decideOnFallback({ round, run, now, graceMinutes });
  if (decision !== 'start-unless-submitted') return decision;

  // A Numerai that cannot say is no reason not to start: one submission too many is harmless.
  const found = await findRoundSubmission(dependencies, model, round);
  if (found.kind === 'submitted') {
    // A run that failed before the round opened keeps its claim; there is nothing to add to it.
    if (run === null) await recordSubmittedOtherwise(dependencies, model, round, found.submission);
    return 'covered';
  }
  const minutes = Math.round((now.getTime() - round.openTime.getTime()) / 60_000);
  const webhook = `Started by the fallback: no webhook had come ${minutes} min after round ${round.number} opened.`;
  const reason =
    found.kind === 'unknown'
      ? `${webhook} Numerai could not be asked whether there is a submission already: ${found.why}`
      : webhook;
  const { run: started, duplicate } = await requestRun(dependencies, {
    model,
    trigger: 'timer',
    triggerId: null,
    isTest: false,
    force: false,
    round: round.number,
    reason,
  });
  if (duplicate) return 'covered';
  dependencies.log.warn(
    { model: model.name, runId: started.id, round: round.number },
    'started by the fallback',
  );
  return 'started';
}

/** Numerai does not answer: within the documented hours every model is started once. */
async function coverDay(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  why: string,
  result: { started: number; failures: number },
): Promise<void> {
  const days = daysToCover(dependencies.clock.now(), dependencies.settings.fallbackGraceMinutes);
  if (days.length === 0) return;
  await forEachAtMost(
    AT_ONCE,
    models.filter((model) => model.fallback),
    async (model) => {
      try {
        if (await isDayCovered(dependencies, model, days)) return;
        const { run, duplicate } = await requestRun(dependencies, {
          model,
          trigger: 'timer',
          triggerId: null,
          isTest: false,
          force: false,
          round: null,
          reason: `Started by the fallback, by the documented hours: Numerai could not be asked for the round (${why}).`,
        });
        if (duplicate) return;
        result.started += 1;
        dependencies.log.warn(
          { model: model.name, runId: run.id },
          'started by the fallback, by the documented hours',
        );
      } catch (error) {
        result.failures += 1;
        dependencies.log.error(
          { err: error, model: model.name },
          'fallback could not start the model; the next tick tries again',
        );
      }
    },
  );
}

/** Today's run, whatever became of it, is the one start of the day; yesterday's only if it is good. */
async function isDayCovered(
  dependencies: FallbackDependencies,
  model: Model,
  days: readonly string[],
): Promise<boolean> {
  const [today, ...before] = await Promise.all(
    days.map((day): Promise<Run | null> => findRunOfClaim(dependencies, model, dayClaim(day))),
  );
  return (
    (today !== null && today !== undefined) || before.some((run) => run !== null && holdsRound(run))
  );
}

async function review(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  tournament: Tournament,
  rounds: readonly Round[],
  reviewed: Reviewed,
): Promise<void> {
  const now = dependencies.clock.now();
  for (const round of roundsToReview(rounds, reviewed[tournament] ?? null, now)) {
    if (!(await reviewClosedRound(dependencies, models, round))) return;
    reviewed[tournament] = round.number;
  }
  // The first look: what closed before the app was there is not its business.
  reviewed[tournament] ??= newestClosed(rounds, now)?.number ?? 0;
}

/** The last round of each tournament that has been reviewed; kept in the tick's record. */
type Reviewed = Partial<Record<Tournament, number>>;

function readNote(note: string | undefined): Reviewed {
  const reviewed: Reviewed = {};
  for (const tournament of TOURNAMENTS) {
    const number = new RegExp(`${tournament}=(\\d+)`).exec(note ?? '')?.[1];
    if (number !== undefined) reviewed[tournament] = Number(number);
  }
  return reviewed;
}

function writeNote(reviewed: Reviewed): string {
  return Object.entries(reviewed)
    .map(([tournament, number]) => `${tournament}=${number}`)
    .join(' ');
}

async function recordTick(
  dependencies: FallbackDependencies,
  last: Tick | undefined,
  note: string,
): Promise<void> {
  const now = dependencies.clock.now();
  if (
    last !== undefined &&
    last.note === note &&
    now.getTime() - last.at.getTime() < TIMING.tickRecordMs
  )
    return;
  await dependencies.inFlight.recordTick('fallback', { at: now, note });
}
