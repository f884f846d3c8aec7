// The port to Numerai's side of a model: its submissions, and the models of an account.

import type { Tournament } from '../config/models.ts';

/** An API key of an account. */
export interface NumeraiKeys {
  readonly publicId: string;
  readonly secretKey: string;
}

/** A submission as Numerai lists it. */
export interface ListedSubmission {
  readonly id: string;
  readonly insertedAt: Date;
  readonly triggerId: string | null;
  readonly status: string | null;
  readonly round: number | null;
}

/** A model of an account. */
export interface NumeraiModel {
  readonly id: string;
  readonly name: string;
  readonly tournament: Tournament | null;
  /** The URL that Numerai calls for it; null where none is registered. */
  readonly webhook: string | null;
}

/** Both throw ExternalCallError where Numerai does not answer, another AppError where it refuses. */
export interface SubmissionSource {
  submissions(modelId: string, keys: NumeraiKeys): Promise<readonly ListedSubmission[]>;
  accountModels(keys: NumeraiKeys): Promise<readonly NumeraiModel[]>;
}
