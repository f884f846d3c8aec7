// Asking Numerai: whether the submission of an attempt arrived, or whether there is one at all, however made.

import { isKnownToNumerai, type Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundCache } from '../rounds/round-cache.ts';
import { messageOf } from '../util/errors.ts';
import { type FoundSubmission, findOwnSubmission, findSubmission, type SubmissionQuery } from './decide.ts';
import type { NumeraiModels } from './numerai-models.ts';
import type { ListedSubmission } from './submission-source.ts';

export interface VerificationDependencies {
  readonly numeraiModels: NumeraiModels;
  readonly rounds: RoundCache;
}

/** What Numerai has, and when the round of it closed; null where that is not known. */
export interface VerificationAnswer {
  readonly found: FoundSubmission;
  readonly closeTime: Date | null;
}

/**
 * Looks for the submission of an attempt.
 * @param onlyOwn whether only what the attempt itself can have submitted counts.
 * @throws {AppError} where Numerai cannot be asked.
 */
export async function verify(
  dependencies: VerificationDependencies,
  model: Model,
  query: SubmissionQuery & { readonly startedAt: string | null },
  onlyOwn: boolean,
): Promise<VerificationAnswer> {
  const [submissions, known] = await Promise.all([
    dependencies.numeraiModels.submissions(model),
    dependencies.rounds.rounds(model.tournament),
  ]);
  const rounds = known.kind === 'known' ? known.rounds : [];
  const round = rounds.find((candidate) => candidate.number === query.round);
  const find = onlyOwn ? findOwnSubmission : findSubmission;
  return { found: find(query, submissions, rounds), closeTime: round?.closeTime ?? null };
}

export type RoundSubmission =
  | { readonly kind: 'submitted'; readonly submission: ListedSubmission }
  /** None in time; also where Numerai does not know the model. */
  | { readonly kind: 'none' }
  /** Numerai could not be asked; `why` is a sentence. */
  | { readonly kind: 'unknown'; readonly why: string };

/** Looks for a submission of the model that was made within the round, by whatever means. Never throws. */
export async function findRoundSubmission(
  dependencies: Pick<VerificationDependencies, 'numeraiModels'>,
  model: Model,
  round: Round,
): Promise<RoundSubmission> {
  if (!isKnownToNumerai(model)) return { kind: 'none' };
  try {
    const submissions = await dependencies.numeraiModels.submissions(model);
    const requestedAt = round.openTime.toISOString();
    const query = { round: round.number, requestedAt, triggerId: null };
    const found = findSubmission(query, submissions, [round]);
    return found.kind === 'accepted' ? { kind: 'submitted', submission: found.submission } : { kind: 'none' };
  } catch (error) {
    return { kind: 'unknown', why: messageOf(error) };
  }
}
