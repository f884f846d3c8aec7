// The models of the accounts at Numerai, and which of them the entries of models.json mean.

import type { Model } from '../src/lib/config/models.ts';
import type { Numerai } from '../src/lib/numerai/numerai.ts';
import { NotFoundError } from '../src/lib/util/errors.ts';
import { isOf, matchOf } from '../src/lib/verification/numerai-models.ts';
import type { NumeraiKeys, NumeraiModel } from '../src/lib/verification/submission-source.ts';
import type { Context } from './context.ts';

/** What Numerai lists for some API keys: by public id, each key asked once. */
export async function listAccounts(
  numerai: Numerai,
  keys: readonly NumeraiKeys[],
): Promise<ReadonlyMap<string, readonly NumeraiModel[]>> {
  const once = new Map(keys.map((key) => [key.publicId, key]));
  return new Map(
    await Promise.all([...once].map(async ([id, key]) => [id, await numerai.accountModels(key)] as const)),
  );
}

/** A slot of models.json, as it is at Numerai. */
export interface Slot {
  readonly model: Model;
  /** As models.json has it. */
  readonly slot: string;
  readonly atNumerai: NumeraiModel;
}

/**
 * Looks the slots of models up in the accounts that they belong to, in the order of models.json.
 * @throws {NotFoundError} where there is no such slot, or a model has none.
 */
export async function lookUpSlots({ numerai, keysOf }: Context, models: readonly Model[]): Promise<readonly Slot[]> {
  const accounts = await listAccounts(numerai, models.map(keysOf));
  return models.flatMap((model) => {
    if (model.numeraiModels.length === 0)
      throw new NotFoundError(
        `Model ${model.name} has no numeraiModels in models.json. \`npm run numerai -- models\` prints what to paste.`,
      );
    const account = accounts.get(keysOf(model).publicId) ?? [];
    return model.numeraiModels.map((slot) => ({ model, slot, atNumerai: findAtNumerai(model, slot, account) }));
  });
}

function findAtNumerai(model: Model, slot: string, account: readonly NumeraiModel[]): NumeraiModel {
  const found = atNumerai(model, slot, account);
  if (found !== undefined) return found;
  throw new NotFoundError(
    `The account has no ${model.tournament} model ${slot}, which models.json names for ${model.name}. It has: ${account.map((other) => other.name).join(', ') || 'none'}.`,
  );
}

/** What a slot means at Numerai; undefined where the account has no such model of its tournament. */
export function atNumerai(model: Model, slot: string, account: readonly NumeraiModel[]): NumeraiModel | undefined {
  const found = matchOf(slot, model, account);
  return found !== undefined && isOf(found, model) ? found : undefined;
}
