// Numerai's id and keys of a configured model.

import type { SecretStore } from '../azure/key-vault.ts';
import type { Model } from '../config/models.ts';
import type { NumeraiKeys } from '../numerai/graphql.ts';
import type { Numerai } from '../numerai/numerai.ts';
import { AppError } from '../util/errors.ts';

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

/** Whether Numerai can be asked about this model at all. */
export function isKnownToNumerai(model: Model): boolean {
  return model.numeraiModelId !== null || model.numeraiModelName !== null;
}

/** Makes the lookup; a name is looked up once a process. */
export function createModelIds(numerai: Numerai, secrets: SecretStore): ModelIds {
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
          `The account has no ${model.tournament} model ${JSON.stringify(name)}; it has: ${models.map((candidate) => candidate.name).join(', ')}. Mend numeraiModelName of model ${model.name}.`,
        );
      }
      found.set(model.name, match.id);
      return match.id;
    },
  };
}
