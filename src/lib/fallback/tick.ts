// The fallback: at each tick, is a round open, and does every model have its run or its submission? What
// the webhook did not start is started here. What closed without a run is put on record.

import { tendAlerts } from '../alerts/review.ts';
import type { Model, Tournament } from '../config/models.ts';
import { newestClosed, type Round } from '../rounds/round.ts';
import { type CoveredRounds, cover, type FallbackResult, warnOfClose } from './cover.ts';
import { openingOf, roundsToReview } from './decide.ts';
import type { FallbackDependencies } from './record-round.ts';
import { reviewClosedRound } from './review.ts';

/** The last round of each tournament that has been reviewed; kept with the tick. */
type Reviewed = URLSearchParams;

/** One tick. Idle, it makes one small query and one request to Numerai for each tournament in use. */
export async function fallback(dependencies: FallbackDependencies, covered: CoveredRounds): Promise<FallbackResult> {
  const { clock, inFlight } = dependencies;
  const { ticks, deployedAt } = await inFlight.read();
  const { note, ...result } = await coverRounds(dependencies, covered, ticks.fallback?.note ?? '');
  await inFlight.recordTick('fallback', { at: clock.now(), note });
  await tendAlerts(dependencies, 'fallback', { ticks, deployedAt, isRecorded: true });
  return result;
}

/**
 * What a tick does for the rounds.
 * @param note of the tick before.
 * @returns what came of it, and the note for the next tick.
 */
export async function coverRounds(
  dependencies: FallbackDependencies,
  covered: CoveredRounds,
  note: string,
): Promise<FallbackResult & { readonly note: string }> {
  const { clock, log } = dependencies;
  const reviewed: Reviewed = new URLSearchParams(note);
  const result = { started: 0, failures: 0 };
  const byTournament = Map.groupBy(dependencies.models, ({ tournament }) => tournament);
  for (const [tournament, models] of byTournament) {
    try {
      const known = await dependencies.rounds.rounds(tournament);
      if (known.kind === 'unknown') log.warn({ tournament, why: known.why }, 'Numerai cannot be asked for the rounds');
      const opening = openingOf(tournament, known, clock.now());
      if (opening !== null) {
        await cover(dependencies, models, opening, covered, result);
        await warnOfClose(dependencies, models, opening);
      }
      if (known.kind === 'known') await review(dependencies, models, tournament, known.rounds, { reviewed, covered });
    } catch (error) {
      result.failures += 1;
      log.error({ err: error, tournament }, 'fallback failed for a tournament; the next tick tries again');
    }
  }
  return { ...result, note: reviewed.toString() };
}

async function review(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  tournament: Tournament,
  rounds: readonly Round[],
  { reviewed, covered }: { readonly reviewed: Reviewed; readonly covered: CoveredRounds },
): Promise<void> {
  const now = dependencies.clock.now();
  const last = reviewed.get(tournament);
  // One that is to be repeated does not hold up those after it, but is remembered as the first to come back to.
  let isComplete = true;
  for (const round of roundsToReview(rounds, last === null ? null : Number(last), now)) {
    isComplete = (await reviewClosedRound(dependencies, models, round, covered)) && isComplete;
    if (isComplete) reviewed.set(tournament, String(round.number));
  }
  // The first look: what closed before the app was there is not its business.
  if (last === null) reviewed.set(tournament, String(newestClosed(rounds, now)?.number ?? 0));
}
