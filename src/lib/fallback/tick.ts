// The fallback: at each tick, is a round open, and does every model have its run or its submission? What
// the webhook did not start is started here. What closed without a run is put on record.

import { tendAlerts } from '../alerts/review.ts';
import type { Model, Tournament } from '../config/models.ts';
import { newestList, noteList } from '../rounds/last-known.ts';
import { newestClosed, type Round } from '../rounds/round.ts';
import type { RoundsKnown } from '../rounds/round-cache.ts';
import { type Pause, pausedNow, pauseOf } from '../runs/pause.ts';
import { type CoveredRounds, cover, type FallbackResult, warnOfClose } from './cover.ts';
import { closingOf, openingOf, roundsToReview } from './decide.ts';
import type { FallbackDependencies } from './record-round.ts';
import { reviewClosedRound } from './review.ts';
import { type Looked, summarize } from './summarize.ts';

/**
 * The last round of each tournament that has been reviewed, and those that Numerai listed last: what a webhook is held
 * against while Numerai cannot be asked. Kept with the tick.
 */
type Reviewed = URLSearchParams;

/** One tick. Idle, it makes one small query and one request to Numerai for each tournament in use. */
export async function fallback(dependencies: FallbackDependencies, covered: CoveredRounds): Promise<FallbackResult> {
  const { clock, inFlight } = dependencies;
  const { ticks, deployedAt, pauses } = await inFlight.read();
  const { note, ...result } = await coverRounds(dependencies, covered, {
    note: ticks.fallback?.note ?? '',
    pauses,
    deployedAt,
  });
  await inFlight.recordTick('fallback', { at: clock.now(), note });
  await tendAlerts(dependencies, 'fallback', { ticks, deployedAt, isRecorded: true });
  return result;
}

/**
 * What a tick does for the rounds.
 * @param known the note of the tick before, what is paused, and when the app was deployed.
 * @returns what came of it, and the note for the next tick.
 */
export async function coverRounds(
  dependencies: FallbackDependencies,
  covered: CoveredRounds,
  known: { readonly note: string; readonly pauses: readonly Pause[]; readonly deployedAt: Date | null },
): Promise<FallbackResult & { readonly note: string }> {
  const { clock, log } = dependencies;
  const { pauses } = known;
  const reviewed: Reviewed = new URLSearchParams(known.note);
  const result = { started: 0, failures: 0 };
  const byTournament = Map.groupBy(dependencies.models, ({ tournament }) => tournament);
  const looked: Looked[] = [];
  for (const [tournament, models] of byTournament) {
    try {
      const rounds = await dependencies.rounds.rounds(tournament);
      if (rounds.kind === 'unknown')
        log.warn({ tournament, why: rounds.why }, 'Numerai cannot be asked for the rounds');
      looked.push({ tournament, models, rounds: rounds.kind === 'known' ? rounds.rounds : null });
      noteFirstLook(reviewed, tournament, rounds, known.deployedAt ?? clock.now());
      const list = newestList(tournament, dependencies.rounds.lastKnown(tournament), known.note);
      if (list !== null) noteList(reviewed, tournament, list);
      const opening = openingOf(tournament, rounds, clock.now());
      const active = models.filter((model) => pausedNow(model, pauseOf(model, pauses)) === null);
      if (opening !== null) await cover(dependencies, active, opening, covered, result);
      const closing = closingOf(tournament, opening, rounds.kind === 'unknown' ? list : null, clock.now());
      if (closing !== null) await warnOfClose(dependencies, active, closing);
      if (rounds.kind === 'known')
        await review(dependencies, models, tournament, rounds.rounds, { reviewed, covered, pauses });
    } catch (error) {
      result.failures += 1;
      log.error({ err: error, tournament }, 'fallback failed for a tournament; the next tick tries again');
    }
  }
  try {
    if (looked.length === byTournament.size) await summarize(dependencies, looked, reviewed, pauses);
  } catch (error) {
    log.error({ err: error }, 'the rounds could not be summed up; the next tick tries again');
  }
  return { ...result, note: reviewed.toString() };
}

async function review(
  dependencies: FallbackDependencies,
  models: readonly Model[],
  tournament: Tournament,
  rounds: readonly Round[],
  {
    reviewed,
    covered,
    pauses,
  }: { readonly reviewed: Reviewed; readonly covered: CoveredRounds; readonly pauses: readonly Pause[] },
): Promise<void> {
  const now = dependencies.clock.now();
  const last = lastReviewed(reviewed, tournament) ?? 0;
  // One that is to be repeated does not hold up those after it, but is remembered as the first to come back to.
  let isComplete = true;
  for (const round of roundsToReview(rounds, last, now)) {
    isComplete = (await reviewClosedRound(dependencies, models, round, { covered, pauses })) && isComplete;
    if (isComplete) reviewed.set(tournament, String(round.number));
  }
}

/** The last round that has been reviewed; null where the note does not say so in a way that can be read. */
function lastReviewed(reviewed: Reviewed, tournament: Tournament): number | null {
  const noted = reviewed.get(tournament) ?? '';
  return /^\d+$/.test(noted) ? Number(noted) : null;
}

/**
 * What closed before the app was there is not its business; what closed while it was, and Numerai could not be asked, is. So the
 * first tick of a tournament notes since when, until the rounds are known. @param thereSince when the app was deployed, if
 * somebody has written that down before the first tick.
 */
function noteFirstLook(reviewed: Reviewed, tournament: Tournament, rounds: RoundsKnown, thereSince: Date): void {
  if (lastReviewed(reviewed, tournament) !== null) return;
  const sinceKey = `${tournament}.since`;
  const noted = new Date(reviewed.get(sinceKey) ?? thereSince);
  const since = Number.isNaN(noted.getTime()) ? thereSince : noted;
  if (rounds.kind === 'unknown') {
    reviewed.set(sinceKey, since.toISOString());
    return;
  }
  reviewed.delete(sinceKey);
  reviewed.set(tournament, String(newestClosed(rounds.rounds, since)?.number ?? 0));
}
