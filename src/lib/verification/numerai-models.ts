// The configured models at Numerai: their ids and submissions, asked for with the keys of their accounts. What is asked
// of one account at about the same time goes in one request.

import { isKnownToNumerai, type Model } from '../config/models.ts';
import { SecretError, type SecretStore } from '../config/secrets.ts';
import { createCache } from '../util/cache.ts';
import { type Clock, untilAborted, withTimeLimit } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { clauseOf } from '../util/sentences.ts';
import { createBatch } from './batch.ts';
import type { KeyWatch } from './key-watch.ts';
import {
  KeyRefusedError,
  type ListAnswer,
  type ListedSubmission,
  type NumeraiKeys,
  type NumeraiModel,
  type SubmissionSource,
} from './submission-source.ts';

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

interface NumeraiModelsDependencies {
  readonly numerai: SubmissionSource;
  readonly secrets: SecretStore;
  /** Gets what becomes of the keys. */
  readonly keyWatch: KeyWatch;
  readonly knownIds: KnownIds;
  readonly clock: Clock;
}

/** How long an account's list of models is used. */
const LIST_KEPT_MS = 10 * 60_000;
/** A Numerai that did not answer is left alone for as long. */
const FAILURE_KEPT_MS = 20_000;
/** A start waits no longer for the list. */
const SOON_MS = 3_000;

type Listed = readonly NumeraiModel[] | AppError;

/** Makes the lookup; an account's models are asked for once in some minutes. */
export function createNumeraiModels(dependencies: NumeraiModelsDependencies): NumeraiModels {
  const { numerai, secrets, keyWatch: keys, knownIds, clock } = dependencies;
  const lists = createCache<Listed>(clock, (listed) => (listed instanceof AppError ? FAILURE_KEPT_MS : LIST_KEPT_MS));
  /** By tournament and name in models.json and at Numerai. */
  const found = new Map<string, string>();
  const batches = new Map<string, (modelId: string) => Promise<ListAnswer>>();

  async function keysOf({ numeraiKeys }: Pick<Model, 'numeraiKeys'>): Promise<NumeraiKeys> {
    const [publicId, secretKey] = await Promise.all([
      secrets.get(numeraiKeys.publicId),
      secrets.get(numeraiKeys.secretKey),
    ]);
    return { publicId: publicId.value, secretKey: secretKey.value };
  }

  /** Notes whether the keys work, and says which they are. */
  async function watched<T>({ numeraiKeys }: Model, ask: () => Promise<T>): Promise<T> {
    const { publicId, secretKey } = numeraiKeys;
    try {
      const answer = await ask();
      keys.works(publicId, secretKey);
      return answer;
    } catch (error) {
      if (error instanceof SecretError) keys.refused(error.secretName, error.message);
      if (!(error instanceof KeyRefusedError)) throw error;
      const message = `${clauseOf(error.message)}. Numerai does not accept the key in the secrets ${publicId} and ${secretKey}: make a new one at https://numer.ai/account, that may read submission info, and set both.`;
      keys.refused(secretKey, message);
      throw new KeyRefusedError(message);
    }
  }

  /** Asks for the submissions of several models of the model's account. */
  function batchOf(model: Model): (modelId: string) => Promise<ListAnswer> {
    const { publicId, secretKey } = model.numeraiKeys;
    const account = `${publicId} ${secretKey}`;
    const batch =
      batches.get(account) ??
      createBatch<ListAnswer>(async (modelIds) => numerai.submissionsOf(modelIds, await keysOf(model)));
    batches.set(account, batch);
    return batch;
  }

  function listOf(model: Model): Promise<Listed> {
    const { publicId, secretKey } = model.numeraiKeys;
    const asked = lists(`${publicId} ${secretKey}`, async () => {
      try {
        return await watched(model, async () => numerai.accountModels(await keysOf(model)));
      } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
      }
    });
    return withTimeLimit(clock, SOON_MS, undefined, (signal) => untilAborted<Listed>(asked, signal, listIsLate));
  }

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
    const listed = await listOf(model);
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
    async submissions(model) {
      const modelId = (await id(model)) ?? '';
      return watched(model, async () => {
        const answer = await batchOf(model)(modelId);
        if (answer instanceof AppError) throw answer;
        return answer;
      });
    },
  };
}

/** Passing, as any other call that has no answer. */
function listIsLate(): AppError {
  const operation = "list the account's models";
  const details = { service: 'numerai', operation, failure: 'unavailable', status: null } as const;
  const said = `Could not ${operation}: Numerai did not answer in time.`;
  return new ExternalCallError({ ...details, serviceCode: null, retryAfterMs: null }, said, null);
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
