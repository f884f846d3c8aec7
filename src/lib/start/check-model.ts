// Before anything runs: is the model the one at Numerai that the configuration means?

import { Refusal } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { AppError } from '../util/errors.ts';
import { type NumeraiModels, WrongTournamentError } from '../verification/numerai-models.ts';

/**
 * @returns what the run is to say of it; null where there is nothing to say, and where nobody can be asked: a
 * container that needs the id will not start without.
 * @throws {Refusal} where it is of another tournament: no attempt could bring a submission in.
 */
export async function checkModel(
  { numeraiModels }: { readonly numeraiModels: Pick<NumeraiModels, 'identify'> },
  model: Model,
): Promise<string | null> {
  try {
    return (await numeraiModels.identify(model)).warning;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!(error instanceof WrongTournamentError)) return null;
    const failure = { failure: 'configuration', reason: error.message } as const;
    throw new Refusal(failure, { cause: error });
  }
}
