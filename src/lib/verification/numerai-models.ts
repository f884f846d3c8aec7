// The configured models at Numerai: their ids, by configuration, by name, or as they were found last; and their
// submissions.

import { isKnownToNumerai, type Model } from '../config/models.ts';
import { AppError } from '../util/errors.ts';
import { type AccountsDependencies, createAccounts } from './accounts.ts';
import type { KeyRefusedError, ListedSubmission, NumeraiModel } from './submission-source.ts';

/** The port to the ids that were found last: a Numerai that cannot be asked is then no outage. */
export interface KnownIds {
  /** @throws {AppError} */
  get(model: NamedModel): Promise<string | null>;
  /** @throws {AppError} */
  put(model: NamedModel, id: string): Promise<void>;
}

/** A model by its name at Numerai. */
export interface NamedModel extends Pick<Model, 'tournament' | 'numeraiKeys'> {
  readonly name: string;
}

interface IdentifiedModel {
  /** Null where the configuration has neither id nor name. */
  readonly id: string | null;
  /** What is wrong with the name, though the model was found by the id that it had; else null. */
  readonly warning: string | null;
}

/**
 * All throw AppError where a key or Numerai cannot be reached, or where the account has no such model;
 * {@link KeyRefusedError} where Numerai does not accept the key.
 */
export interface NumeraiModels {
  /**
   * As configured, else looked up by the configured name, else as it was found last.
   * @throws {WrongTournamentError}
   */
  identify(model: Model): Promise<IdentifiedModel>;
  /** The id of {@link NumeraiModels.identify}. */
  id(model: Model): Promise<string | null>;
  /** What Numerai lists for a model that the configuration names there. */
  submissions(model: Model): Promise<readonly ListedSubmission[]>;
}

/** The configured model is one of another tournament at Numerai. */
export class WrongTournamentError extends AppError {
  constructor({ name, tournament }: Model, found: NumeraiModel) {
    super(
      'wrong-tournament',
      `Numerai has the model ${found.name} in the tournament ${found.tournament}, and models.json has ${tournament} for model ${name}. Fix its tournament, or numeraiModelName and numeraiModelId.`,
    );
  }
}

interface NumeraiModelsDependencies extends AccountsDependencies {
  readonly knownIds: KnownIds;
}

/** Makes the lookup of this process. */
export function createNumeraiModels({ knownIds, ...dependencies }: NumeraiModelsDependencies): NumeraiModels {
  const accounts = createAccounts(dependencies);
  /** By tournament and name in models.json and at Numerai. */
  const found = new Map<string, string>();

  /** A table that does not answer keeps nothing from being found, or started. */
  async function lastId(model: Model, named: NamedModel): Promise<string | null> {
    return found.get(keyOf(model, named)) ?? (await knownIds.get(named).catch(nullForAppError));
  }

  async function remember(model: Model, named: NamedModel, id: string): Promise<void> {
    const key = keyOf(model, named);
    if (found.get(key) === id) return;
    found.set(key, id);
    await knownIds.put(named, id).catch(nullForAppError);
  }

  async function identify(model: Model): Promise<IdentifiedModel> {
    if (!isKnownToNumerai(model)) return { id: null, warning: null };
    const { numeraiModelId, numeraiModelName: name, numeraiKeys, tournament } = model;
    const listed = await accounts.models(model);
    if (numeraiModelId !== null) {
      const own = listed instanceof AppError ? undefined : listed.find(({ id }) => id === numeraiModelId);
      if (own !== undefined && !isOf(own, model)) throw new WrongTournamentError(model, own);
      return { id: numeraiModelId, warning: null };
    }
    const named = { name: name ?? '', tournament, numeraiKeys };
    const last = () => lastId(model, named);
    if (listed instanceof AppError) {
      const id = await last();
      if (id === null) throw listed;
      return { id, warning: null };
    }
    const candidates = listed.filter((candidate) => candidate.name === name);
    const match = candidates.find((candidate) => isOf(candidate, model));
    if (match !== undefined) {
      await remember(model, named, match.id);
      return { id: match.id, warning: null };
    }
    const [other] = candidates;
    if (other !== undefined) throw new WrongTournamentError(model, other);
    const id = await last();
    if (id === null) throw unknownModel(model, listed);
    return { id, warning: warningOf(model, id, listed) };
  }

  const id = async (model: Model) => (await identify(model)).id;
  return {
    identify,
    id,
    submissions: async (model) => accounts.submissions(model, (await id(model)) ?? ''),
  };
}

const keyOf = (model: Model, { tournament, name }: NamedModel): string => `${model.name} ${tournament} ${name}`;

const isOf = ({ tournament }: NumeraiModel, model: Model): boolean =>
  tournament === null || tournament === model.tournament;

function nullForAppError(error: unknown): null {
  if (error instanceof AppError) return null;
  throw error;
}

function unknownModel({ name, tournament, numeraiModelName }: Model, listed: readonly NumeraiModel[]): AppError {
  return new AppError(
    'unknown-numerai-model',
    `The account has no ${tournament} model ${JSON.stringify(numeraiModelName)}; it has: ${listed.map((candidate) => candidate.name).join(', ')}. Fix numeraiModelName of model ${name}.`,
  );
}

function warningOf({ name, numeraiModelName }: Model, id: string, listed: readonly NumeraiModel[]): string {
  const renamed = listed.find((candidate) => candidate.id === id);
  const what = renamed === undefined ? 'it was removed, or is of another account' : `it is ${renamed.name} now`;
  return `Numerai no longer has a model ${JSON.stringify(numeraiModelName)}: ${what}. Its last known id ${id} is used; fix numeraiModelName of model ${name}.`;
}
