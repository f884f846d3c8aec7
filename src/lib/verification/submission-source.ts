// The port to Numerai's side of a model: its submissions, and the models of an account.

import type { Tournament } from '../config/models.ts';
import { SecretError } from '../config/secrets.ts';
import { AppError } from '../util/errors.ts';

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
  /** In Numerai's own words, which are not documented. */
  readonly status: string | null;
  /** What is wrong with it, in Numerai's words. */
  readonly errorInfo: string | null;
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

/** Numerai does not accept the key, or the key may not do what is asked: only a person can fix that. */
export class KeyRefusedError extends AppError {
  constructor(message: string) {
    super('key-refused', message);
  }
}

/** The account has no such model, or has it in another tournament: no attempt could bring a submission in for it. */
export class WrongSlotError extends AppError {}

/** Whether Numerai may answer later. Not where models.json, the account or its key is wrong: that is up to a person. */
export function mayAnswerLater(error: AppError): boolean {
  return !(error instanceof WrongSlotError || error instanceof KeyRefusedError || error instanceof SecretError);
}

/** Submissions of one model, or why they could not be had. */
export type ListAnswer = readonly ListedSubmission[] | AppError;

export interface SubmissionSource {
  /**
   * The submissions of several models of one account, in one request each for so many at a time. Never throws: each
   * model has its answer, ExternalCallError where Numerai does not answer, {@link KeyRefusedError} where it does
   * not accept the key.
   */
  submissionsOf(modelIds: readonly string[], keys: NumeraiKeys): Promise<ReadonlyMap<string, ListAnswer>>;
  /** @throws {AppError} as above. */
  accountModels(keys: NumeraiKeys): Promise<readonly NumeraiModel[]>;
}
