// Rounds in which this app ran nothing are on record as well, so that the history has no gap: those that
// somebody submitted by other means, and those that nobody did.

import type { Services } from '../../services.ts';
import { dayClaim, roundClaim } from '../claims/policy.ts';
import type { Model } from '../config/models.ts';
import type { NumeraiSubmission } from '../numerai/numerai.ts';
import type { Round } from '../rounds/round.ts';
import { holdsRound, newRun, type Run } from '../runs/run.ts';
import type { Stored } from '../storage/run-store.ts';
import { utcDay } from '../util/clock.ts';

type RecordServices = Pick<Services, 'clock' | 'newId' | 'runs' | 'log'>;

/**
 * Claims a round whose submission was made by hand or from another machine: it counts as done, and a late
 * webhook starts nothing. Does nothing where the round has been claimed meanwhile.
 */
export async function recordSubmittedOtherwise(
  services: RecordServices,
  model: Model,
  round: Round,
  submission: NumeraiSubmission,
): Promise<void> {
  const submittedAt = submission.insertedAt.toISOString();
  const run = await record(services, model, round, {
    state: 'succeeded',
    submission: 'accepted',
    submittedAt,
    triggerId: submission.triggerId,
    reason: `The submission was made by other means, at ${submittedAt}: nothing was started.`,
  });
  if (run === null) return;
  services.log.info(
    { model: model.name, runId: run.id, round: round.number, submittedAt },
    'submitted by other means; nothing to start',
  );
}

/** @returns the record of a round that closed without any run, written unless the round has been claimed. */
export async function recordMissed(
  services: RecordServices,
  model: Model,
  round: Round,
): Promise<Run | null> {
  const run = await record(services, model, round, {
    state: 'failed',
    failure: 'round-missed',
    submission: 'missing',
    reason: missedReason(model, round),
  });
  if (run !== null) {
    services.log.error(
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
  services: RecordServices,
  model: Model,
  round: Round,
  submission: NumeraiSubmission | null,
): Promise<Run | null> {
  const found = await findRunOfDay(services, model, round);
  if (found === null) return null;
  const { dayKey, dayEtag, stored } = found;
  const claim = roundClaim(round.number);
  const proof: Partial<Run> =
    submission === null
      ? {}
      : {
          submission: 'accepted',
          submittedAt: submission.insertedAt.toISOString(),
          // That Numerai could not be asked is over; why it was started stays.
          reason: stored.value.startNote,
        };
  const run: Run = { ...stored.value, ...proof, round: round.number, claim };
  const written = await services.runs.write(model.name, [
    { do: 'insert-claim', key: claim, claim: { kind: 'run', runId: run.id } },
    { do: 'update-claim', key: dayKey, claim: { kind: 'alias', of: claim }, etag: dayEtag },
    { do: 'update-run', run, etag: stored.etag },
  ]);
  return written === null ? null : run;
}

interface RunOfDay {
  readonly dayKey: string;
  readonly dayEtag: string;
  readonly stored: Stored<Run>;
}

async function findRunOfDay(
  { runs }: RecordServices,
  model: Model,
  round: Round,
): Promise<RunOfDay | null> {
  const days = [round.openTime, round.closeTime].map((time) => utcDay(time));
  for (const day of new Set(days)) {
    const dayKey = dayClaim(day);
    const claim = await runs.getClaim(model.name, dayKey);
    if (claim === null || claim.value.kind === 'alias') continue;
    const stored = await runs.getRun(model.name, claim.value.runId);
    if (stored === null || stored.value.round !== null || !holdsRound(stored.value)) continue;
    const requestedAt = new Date(stored.value.requestedAt);
    if (requestedAt < round.openTime || requestedAt >= round.closeTime) continue;
    return { dayKey, dayEtag: claim.etag, stored };
  }
  return null;
}

async function record(
  services: RecordServices,
  model: Model,
  round: Round,
  outcome: Partial<Run>,
): Promise<Run | null> {
  const now = services.clock.now();
  const claim = roundClaim(round.number);
  const asked = newRun({
    id: services.newId(),
    model,
    round: round.number,
    trigger: 'timer',
    triggerId: null,
    isTest: false,
    claim,
    now,
    leaseUntil: now,
    reason: null,
  });
  const run: Run = {
    ...asked,
    leaseUntil: null,
    finishedAt: now.toISOString(),
    retriesLeft: 0,
    containerGroup: null,
    ownsGroup: false,
    ...outcome,
  };
  const written = await services.runs.write(model.name, [
    { do: 'insert-claim', key: claim, claim: { kind: 'run', runId: run.id } },
    { do: 'insert-run', run },
  ]);
  return written === null ? null : run;
}

function missedReason(model: Model, round: Round): string {
  const why = model.fallback
    ? 'The app was not running while it was open, or Table Storage was out of reach.'
    : 'The model has no fallback: set "fallback": true in models.json, and check its webhook at Numerai.';
  return `Round ${round.number} closed at ${round.closeTime.toISOString()} and no run was ever started for it: the webhook did not come. ${why}`;
}
