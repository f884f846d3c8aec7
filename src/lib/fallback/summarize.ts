// How the rounds of a day went, as one message, once they have been reviewed. Off unless ALERT_ROUND_SUMMARY says otherwise.

import { alertsAreOn, report } from '../alerts/outbox.ts';
import { type ReviewedRound, summaryKey } from '../alerts/round-summary.ts';
import { findRunOfClaim } from '../claims/find-run.ts';
import { roundClaim } from '../claims/keys.ts';
import type { Model, Tournament } from '../config/models.ts';
import { newestClosed, openRound, type Round } from '../rounds/round.ts';
import { type Pause, pauseOf, wasPausedAt } from '../runs/pause.ts';
import type { Run } from '../runs/run.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { type FallbackDependencies, MODELS_AT_ONCE } from './record-round.ts';

/** Tournaments that close one after the other within this have one message together. */
const TOGETHER_MS = 6 * 3_600_000;

/** Where the note of the tick says of which rounds there was a message. */
const KEY = 'summary';

/** What the fallback knows of a tournament after its tick; rounds null where Numerai cannot be asked. */
export interface Looked {
  readonly tournament: Tournament;
  readonly models: readonly Model[];
  readonly rounds: readonly Round[] | null;
}

/**
 * The rounds that closed last, where all of them have been reviewed and none closes soon; null where it is too early.
 * @param note of the fallback's tick: the last round of each tournament that has been reviewed.
 */
export function roundsToSum(looked: readonly Looked[], note: URLSearchParams, now: Date): readonly Round[] | null {
  const closed = looked.map(({ tournament, rounds }) => {
    const newest = rounds && newestClosed(rounds, now);
    const open = rounds && openRound(rounds, now);
    const closesSoon = open !== null && open.closeTime.getTime() - now.getTime() < TOGETHER_MS;
    return newest === null || closesSoon || Number(note.get(tournament)) < newest.number ? null : newest;
  });
  const found = closed.filter((round) => round !== null);
  return found.length === looked.length && found.length > 0 ? found : null;
}

/**
 * Sends the message of the rounds that closed last, once. What closed before it was switched on has none.
 * @param note is changed.
 */
export async function summarize(
  dependencies: FallbackDependencies,
  looked: readonly Looked[],
  note: URLSearchParams,
  pauses: readonly Pause[],
): Promise<void> {
  const { settings, clock } = dependencies;
  if (!settings.alertRoundSummary || !alertsAreOn(dependencies)) return;
  const now = clock.now();
  if (!note.has(KEY)) {
    const before = looked.flatMap(({ rounds }) => newestClosed(rounds ?? [], now) ?? []);
    note.set(KEY, summaryKey(before));
  }
  const closed = roundsToSum(looked, note, now);
  if (closed === null) return;
  const key = summaryKey(closed);
  if (note.get(KEY) !== key) {
    const rounds = await Promise.all(
      closed.map(async (round): Promise<ReviewedRound> => {
        const of = looked.find(({ tournament }) => tournament === round.tournament)?.models ?? [];
        const active = of.filter((model) => !wasPausedAt(model, pauseOf(model, pauses), round.closeTime));
        const runs = new Map<Model, Run | null>();
        const claim = roundClaim(round.tournament, round.number);
        await forEachAtMost(MODELS_AT_ONCE, active, async (model) => {
          runs.set(model, await findRunOfClaim(dependencies, model, claim));
        });
        return { ...round, models: active.map((model) => ({ name: model.name, run: runs.get(model) ?? null })) };
      }),
    );
    if (rounds.some(({ models }) => models.length > 0)) await report(dependencies, { kind: 'round-summary', rounds });
  }
  note.set(KEY, key);
}
