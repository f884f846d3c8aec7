// The configured models at Numerai: their ids and submissions, asked for with the keys of their accounts.

import type { Model } from '../config/models.ts';
import type { SecretStore } from '../config/secrets.ts';
import { AppError } from '../util/errors.ts';
import type { ListedSubmission, NumeraiKeys, SubmissionSource } from './submission-source.ts';

/** Both throw AppError where a key or Numerai cannot be reached, or where the account has no such model. */
export interface NumeraiModels {
  /** As configured, else looked up by the configured name; null where the configuration has neither. */
  id(model: Model): Promise<string | null>;
  /** What Numerai lists for a model that the configuration names there. */
  submissions(model: Model): Promise<readonly ListedSubmission[]>;
}

/** Makes the lookup; a name is looked up once a process. */
export function createNumeraiModels(numerai: SubmissionSource, secrets: SecretStore): NumeraiModels {
  const found = new Map<string, string>();

  async function keysOf({ numeraiKeys }: Model): Promise<NumeraiKeys> {
    const [publicId, secretKey] = await Promise.all([
      secrets.get(numeraiKeys.publicId),
      secrets.get(numeraiKeys.secretKey),
    ]);
    return { publicId: publicId.value, secretKey: secretKey.value };
  }

  async function id(model: Model): Promise<string | null> {
    const { numeraiModelName: name, tournament } = model;
    const known = model.numeraiModelId ?? found.get(model.name);
    if (known !== undefined || name === null) return known ?? null;
    const models = await numerai.accountModels(await keysOf(model));
    const match = models.find(
      (candidate) => candidate.name === name && (candidate.tournament === null || candidate.tournament === tournament),
    );
    if (match === undefined) {
      throw new AppError(
        'unknown-numerai-model',
        `The account has no ${tournament} model ${JSON.stringify(name)}; it has: ${models.map((candidate) => candidate.name).join(', ')}. Fix numeraiModelName of model ${model.name}.`,
      );
    }
    found.set(model.name, match.id);
    return match.id;
  }

  return {
    id,
    submissions: async (model) => numerai.submissions((await id(model)) ?? '', await keysOf(model)),
  };
}
