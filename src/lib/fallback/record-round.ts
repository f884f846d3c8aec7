// Rounds in which this app ran nothing are on record as well, so that the history has no gap: those that
// somebody submitted by other means, and those that nobody did.

import type { ReviewDependencies } from '../alerts/review.ts';
import { dayClaim, roundClaim } from '../claims/keys.ts';
import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import { newRun } from '../runs/new-run.ts';
import { hasEnded, holdsRound, type Run } from '../runs/run.ts';
import { isAccepted, judgedAs, type Slot, shortfall, submittedAt, withSlots } from '../runs/slots.ts';
import { utcDay, utcMinute } from '../util/clock.ts';
import { together } from '../util/sentences.ts';
import { countingSubmission, isAllSubmitted, whyUnknown } from '../verification/decide.ts';
import type { SlotOfRound } from '../verification/verify.ts';
import type { WatchDependencies } from '../watch/dependencies.ts';

export type FallbackDependencies = WatchDependencies & ReviewDependencies;

/** How many models of a tournament are processed side by side. */
export const MODELS_AT_ONCE = 8;

/**
 * Claims a round in which this app ran nothing, with a record of what came of it.
 * @param found a submission made by hand or from another machine counts as done, and a late webhook starts nothing.
 * @returns null where the round has been claimed meanwhile.
 */
export async function recordRound(
  { clock, newId, runs, inFlight, log }: FallbackDependencies,
  model: Model,
  round: Round,
  found: readonly SlotOfRound[],
): Promise<Run | null> {
  const now = clock.now();
  const claim = roundClaim(round.tournament, round.number);
  const requested = newRun({
    id: newId(),
    model,
    round: round.number,
    trigger: 'timer',
    triggerId: found.map((each) => countingSubmission(each.found)?.triggerId ?? null).find((id) => id !== null) ?? null,
    isTest: false,
    claim,
    now,
    reason: null,
  });
  const isDone = isAllSubmitted(found);
  const unknown = whyUnknown(found);
  const after = withSlots(found.map(asRecorded));
  const short = after.submission === 'partial' ? shortfall({ model: model.name, ...after }) : null;
  const outcome = isDone
    ? ({
        state: 'succeeded',
        reason:
          after.slots.length > 1
            ? `The submissions were made by other means, the last at ${submittedAt(after)}: nothing was started.`
            : `The submission was made by other means, at ${submittedAt(after)}: nothing was started.`,
      } as const)
    : ({
        state: 'failed',
        failure: 'round-missed',
        reason: together(
          missedReason(model, round),
          short && `${short}; the others were submitted by other means.`,
          unknown && `Numerai could not be asked whether it has a submission made by other means: ${unknown}`,
        ),
      } as const);
  const run: Run = { ...requested, ...after, ...outcome, finishedAt: now.toISOString() };
  await inFlight.markOutdated(model.name);
  const etag = await runs.write(model.name, [
    { do: 'insert-run', run },
    { do: 'insert-claim', key: claim, runId: run.id },
  ]);
  if (etag === null) return null;
  const facts = { model: model.name, runId: run.id, round: round.number, reason: run.reason };
  if (isDone) log.info(facts, 'submitted by other means; nothing to start');
  else log.error(facts, 'round missed');
  return run;
}

/** A slot of a round in which nothing was started, as Numerai has it. */
function asRecorded(answer: SlotOfRound): Slot {
  const { found } = answer;
  const slot = asSubmitted(answer);
  if (isAccepted(slot) || found.kind === 'unknown') return slot;
  return found.kind === 'none' ? judgedAs(slot, 'missing', null) : judgedAs(slot, found.kind, found.submission);
}

/** The slot with the submission that counts, where somebody made one by other means. */
export function asSubmitted({ slot, found }: SlotOfRound): Slot {
  const counting = countingSubmission(found);
  return counting === null ? slot : judgedAs(slot, 'accepted', counting);
}

function missedReason(model: Model, round: Round): string {
  const why = model.fallback
    ? 'The app was not running while it was open, or Table Storage was out of reach.'
    : 'The model has no fallback: set "fallback": true in models.json, and check its webhook at Numerai.';
  return `Round ${round.number} closed at ${utcMinute(round.closeTime)} and no run was ever started for it: the webhook did not come. ${why}`;
}

/**
 * The run that was started for the day while nobody knew its round, if it was within this one, or has learnt from its
 * submission that it was for this one. Now that the round is known it is that round's run.
 */
export async function adoptRunOfDay(
  { runs, inFlight }: FallbackDependencies,
  model: Model,
  round: Round,
): Promise<Run | null> {
  for (const day of new Set([round.openTime, round.closeTime].map(utcDay))) {
    const dayRun = await runs.getClaim(model.name, dayClaim(round.tournament, day));
    const stored = dayRun === null ? null : await runs.get(model.name, dayRun.value);
    if (stored === null || stored === 'unreadable' || !isFor(stored.value, round)) continue;
    const run: Run = { ...stored.value, round: round.number, claim: roundClaim(round.tournament, round.number) };
    if (hasEnded(run)) await inFlight.markOutdated(model.name);
    const etag = await runs.write(model.name, [
      { do: 'update-run', run, known: stored },
      { do: 'insert-claim', key: run.claim, runId: run.id },
    ]);
    return etag === null ? null : run;
  }
  return null;
}

function isFor(run: Run, { number, openTime, closeTime }: Round): boolean {
  // Its submission may have told it by now.
  if (run.round !== null) return run.round === number;
  const requestedAt = new Date(run.requestedAt);
  return holdsRound(run) && requestedAt >= openTime && requestedAt < closeTime;
}
