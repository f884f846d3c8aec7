// Rounds in which this app ran nothing are on record as well, so that the history has no gap: those that
// somebody submitted by other means, and those that nobody did.

import { dayClaim, roundClaim } from '../claims/keys.ts';
import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import { newRun } from '../runs/new-run.ts';
import { holdsRound, type Run, withSubmission } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { utcDay } from '../util/clock.ts';
import type { ListedSubmission } from '../verification/numerai.ts';
import type { FallbackDependencies } from './dependencies.ts';

type RecordDependencies = Pick<FallbackDependencies, 'clock' | 'newId' | 'runs' | 'log'>;

/**
 * Claims a round whose submission was made by hand or from another machine: it counts as done, and a late
 * webhook starts nothing. Does nothing where the round has been claimed meanwhile.
 */
export async function recordSubmittedOtherwise(
  dependencies: RecordDependencies,
  model: Model,
  round: Round,
  submission: ListedSubmission,
): Promise<void> {
  const submittedAt = submission.insertedAt.toISOString();
  const run = await record(dependencies, model, round, 'accepted', submittedAt, {
    state: 'succeeded',
    triggerId: submission.triggerId,
    reason: `The submission was made by other means, at ${submittedAt}: nothing was started.`,
  });
  if (run === null) return;
  dependencies.log.info(
    { model: model.name, runId: run.id, round: round.number, submittedAt },
    'submitted by other means; nothing to start',
  );
}

/** @returns the record of a round that closed without any run, written unless the round has been claimed. */
export async function recordMissed(
  dependencies: RecordDependencies,
  model: Model,
  round: Round,
): Promise<Run | null> {
  const run = await record(dependencies, model, round, 'missing', null, {
    state: 'failed',
    failure: 'round-missed',
    reason: missedReason(model, round),
  });
  if (run !== null) {
    dependencies.log.error(
      { model: model.name, runId: run.id, round: round.number, reason: run.reason },
      'round missed',
    );
  }
  return run;
}

/**
 * The run that was started for the day while nobody knew its round, if it was within this one. Now that the
 * round is known it is that round's run, and has what Numerai says of its submission.
 */
export async function adoptRunOfDay(
  dependencies: RecordDependencies,
  model: Model,
  round: Round,
  submission: ListedSubmission | null,
): Promise<Run | null> {
  const found = await findRunOfDay(dependencies, model, round);
  if (found === null) return null;
  const claim = roundClaim(round.number);
  const proof: Partial<Run> =
    submission === null
      ? {}
      : {
          ...withSubmission(found.value, 'accepted', submission.insertedAt.toISOString()),
          // That Numerai could not be asked is over; why it was started stays.
          reason: found.value.startNote,
        };
  const run: Run = { ...found.value, ...proof, round: round.number, claim };
  const written = await dependencies.runs.write(model.name, [
    { do: 'update-run', run, etag: found.etag },
    { do: 'insert-claim', key: claim, runId: run.id },
  ]);
  return written === null ? null : run;
}

async function findRunOfDay(
  { runs }: RecordDependencies,
  model: Model,
  round: Round,
): Promise<Stored<Run> | null> {
  const days = [round.openTime, round.closeTime].map((time) => utcDay(time));
  for (const day of new Set(days)) {
    const claim = await runs.getClaim(model.name, dayClaim(day));
    const stored = claim === null ? null : await runs.get(model.name, claim.value);
    if (stored === null || stored === 'unreadable') continue;
    if (stored.value.round !== null || !holdsRound(stored.value)) continue;
    const requestedAt = new Date(stored.value.requestedAt);
    if (requestedAt >= round.openTime && requestedAt < round.closeTime) return stored;
  }
  return null;
}

async function record(
  { clock, newId, runs }: RecordDependencies,
  model: Model,
  round: Round,
  submission: 'accepted' | 'missing',
  submittedAt: string | null,
  outcome: Partial<Run>,
): Promise<Run | null> {
  const now = clock.now();
  const claim = roundClaim(round.number);
  const requested = newRun({
    id: newId(),
    model,
    round: round.number,
    trigger: 'timer',
    triggerId: null,
    isTest: false,
    claim,
    now,
    reason: null,
  });
  const run: Run = {
    ...requested,
    ...withSubmission(requested, submission, submittedAt),
    finishedAt: now.toISOString(),
    attemptsLeft: 0,
    ...outcome,
  };
  const written = await runs.write(model.name, [
    { do: 'insert-run', run },
    { do: 'insert-claim', key: claim, runId: run.id },
  ]);
  return written === null ? null : run;
}

function missedReason(model: Model, round: Round): string {
  const why = model.fallback
    ? 'The app was not running while it was open, or Table Storage was out of reach.'
    : 'The model has no fallback: set "fallback": true in models.json, and check its webhook at Numerai.';
  return `Round ${round.number} closed at ${round.closeTime.toISOString()} and no run was ever started for it: the webhook did not come. ${why}`;
}
