// Numerai's id and keys of a configured model.

import type { Model } from '../config/models.ts';
import type { SecretStore } from '../config/secrets.ts';
import { AppError } from '../util/errors.ts';
import type { NumeraiKeys, SubmissionSource } from './numerai.ts';

export interface ModelIds {
  /** The keys of the account that the model belongs to. */
  keys(model: Model): Promise<NumeraiKeys>;
  /**
   * Numerai's id of the model: as configured, else looked up by the configured name; null where the
   * configuration has neither.
   * @throws {AppError} `unknown-numerai-model` where the account has no model of that name.
   */
  id(model: Model): Promise<string | null>;
}

/** Makes the lookup; a name is looked up once a process. */
export function createModelIds(numerai: SubmissionSource, secrets: SecretStore): ModelIds {
  const found = new Map<string, string>();

  async function keys(model: Model): Promise<NumeraiKeys> {
    const [publicId, secretKey] = await Promise.all([
      secrets.get(model.numeraiKeys.publicId),
      secrets.get(model.numeraiKeys.secretKey),
    ]);
    return { publicId: publicId.value, secretKey: secretKey.value };
  }

  return {
    keys,
    async id(model) {
      if (model.numeraiModelId !== null) return model.numeraiModelId;
      const name = model.numeraiModelName;
      if (name === null) return null;
      const known = found.get(model.name);
      if (known !== undefined) return known;
      const models = await numerai.accountModels(await keys(model));
      const match = models.find(
        (candidate) =>
          candidate.name === name &&
          (candidate.tournament === null || candidate.tournament === model.tournament),
      );
      if (match === undefined) {
        throw new AppError(
          'unknown-numerai-model',
          `The account has no ${model.tournament} model ${JSON.stringify(name)}; it has: ${models.map((candidate) => candidate.name).join(', ')}. Fix numeraiModelName of model ${model.name}.`,
        );
      }
      found.set(model.name, match.id);
      return match.id;
    },
  };
}
