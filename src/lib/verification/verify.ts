// Asking Numerai: what an attempt submitted, what a run did, and whether a round has a submission at all, however made.

import { givenTriggerId } from '../compute/container.ts';
import { isKnownToNumerai, type Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundCache } from '../rounds/round-cache.ts';
import type { Attempt } from '../runs/attempt.ts';
import { type Run, submittedAt } from '../runs/run.ts';
import { AppError, messageOf } from '../util/errors.ts';
import { type FoundSubmission, findSubmission, type RoundSubmission } from './decide.ts';
import type { NumeraiModels } from './numerai-models.ts';

export interface VerificationDependencies {
  readonly numeraiModels: NumeraiModels;
  readonly rounds: RoundCache;
}

/** What Numerai has, and when the round of it closed; null where that is not known. */
export interface VerificationAnswer {
  /** What the attempt submitted. */
  readonly found: FoundSubmission;
  /** What the run submitted, earlier attempts included. */
  readonly ofRun: FoundSubmission;
  readonly closeTime: Date | null;
}

/**
 * Looks for the submission of a run's current attempt.
 * @throws {AppError} where Numerai cannot be asked.
 */
export async function verify(
  { numeraiModels, rounds }: VerificationDependencies,
  model: Model,
  run: Run & { readonly attempt: Attempt },
): Promise<VerificationAnswer> {
  const [submissions, known] = await Promise.all([numeraiModels.submissions(model), rounds.rounds(run.tournament)]);
  const all = known.kind === 'known' ? known.rounds : [];
  const { startedAt, requestedAt } = run.attempt;
  const ofAttempt = { ...queryOf(run, model), since: startedAt ?? requestedAt, known: submittedAt(run) };
  return {
    found: findSubmission(ofAttempt, submissions, all),
    ofRun: findSubmission(queryOf(run, model), submissions, all),
    closeTime: all.find(({ number }) => number === run.round)?.closeTime ?? null,
  };
}

function queryOf(run: Run, model: Model) {
  return { round: run.round, triggerId: givenTriggerId(run, model), since: run.requestedAt, known: null };
}

const NONE: RoundSubmission = { kind: 'none', other: null };

/**
 * Looks for a submission of the round: the run's own, else one made by whatever means, which is `none` with `other` where
 * there is a run, and `accepted` where there is none. Also `none` where Numerai does not know the model. Never throws.
 */
export async function findRoundSubmission(
  { numeraiModels }: Pick<VerificationDependencies, 'numeraiModels'>,
  model: Model,
  round: Round,
  run: Run | null,
): Promise<RoundSubmission> {
  if (!isKnownToNumerai(model)) return NONE;
  try {
    const submissions = await numeraiModels.submissions(model);
    const anybody = { since: round.openTime.toISOString(), known: null, triggerId: null };
    const query = run === null ? anybody : queryOf(run, model);
    return findSubmission({ ...query, round: round.number }, submissions, [round]);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'unknown', why: messageOf(error) };
  }
}
