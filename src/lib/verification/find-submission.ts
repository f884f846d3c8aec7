// Is there a submission already, whoever made it? Asked where no run of this app can tell.

import type { Services } from '../../services.ts';
import type { Model } from '../config/models.ts';
import type { NumeraiSubmission } from '../numerai/numerai.ts';
import type { Round } from '../rounds/round.ts';
import { messageOf } from '../util/errors.ts';
import { findProof } from './decide.ts';
import { isKnownToNumerai } from './model-ids.ts';

export type FoundSubmission =
  | { readonly kind: 'submitted'; readonly submission: NumeraiSubmission }
  /** None in time; also where Numerai does not know the model. */
  | { readonly kind: 'none' }
  /** Numerai could not be asked; `why` is a sentence. */
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * What Numerai lists for a model that the configuration names there.
 * @throws {AppError} where a key, the model or Numerai cannot be had.
 */
export async function listSubmissions(
  services: Pick<Services, 'modelIds' | 'numerai'>,
  model: Model,
): Promise<readonly NumeraiSubmission[]> {
  const id = await services.modelIds.id(model);
  const keys = await services.modelIds.keys(model);
  return services.numerai.submissions(id ?? '', keys);
}

/** Looks at Numerai for a submission of the model that was made within the round. Never throws. */
export async function findSubmission(
  services: Pick<Services, 'modelIds' | 'numerai'>,
  model: Model,
  round: Round,
): Promise<FoundSubmission> {
  if (!isKnownToNumerai(model)) return { kind: 'none' };
  try {
    const submissions = await listSubmissions(services, model);
    const run = { round: round.number, requestedAt: round.openTime.toISOString(), triggerId: null };
    const proof = findProof(run, submissions, [round]);
    return proof.kind === 'accepted'
      ? { kind: 'submitted', submission: proof.submission }
      : { kind: 'none' };
  } catch (error) {
    return { kind: 'unknown', why: messageOf(error) };
  }
}
