// The models of the accounts at Numerai, and which of them the entries of models.json mean.

import type { Model } from '../src/lib/config/models.ts';
import type { Numerai } from '../src/lib/numerai/numerai.ts';
import { NotFoundError } from '../src/lib/util/errors.ts';
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

/** Looks models up in the accounts that they belong to. The function throws {@link NotFoundError}. */
export async function lookUpModels(
  { numerai, keysOf }: Context,
  models: readonly Model[],
): Promise<(model: Model) => NumeraiModel> {
  const accounts = await listAccounts(numerai, models.map(keysOf));
  return (model) => findAtNumerai(model, accounts.get(keysOf(model).publicId) ?? []);
}

function findAtNumerai(model: Model, account: readonly NumeraiModel[]): NumeraiModel {
  const found = account.find((candidate) => isSame(model, candidate));
  if (found !== undefined) return found;
  const name = model.numeraiModelId ?? model.numeraiModelName;
  throw new NotFoundError(
    name === null
      ? `Model ${model.name} has neither numeraiModelId nor numeraiModelName in models.json. \`npm run numerai -- models\` prints what to paste.`
      : `The account has no ${model.tournament} model ${name}, which models.json names for ${model.name}. It has: ${account.map((other) => other.name).join(', ') || 'none'}.`,
  );
}

/** Whether an entry of models.json means this model at Numerai. */
export function isSame(model: Model, candidate: NumeraiModel): boolean {
  if (model.numeraiModelId !== null) return candidate.id === model.numeraiModelId;
  return (
    candidate.name === model.numeraiModelName &&
    (candidate.tournament === null || candidate.tournament === model.tournament)
  );
}
