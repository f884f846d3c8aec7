// The slots of the configured models at Numerai: their ids, by configuration, by name, or as they were found last; and
// their submissions.

import { isDeepStrictEqual } from 'node:util';
import type { Model } from '../config/models.ts';
import { isNumeraiId } from '../config/numerai-models.ts';
import type { Slot } from '../runs/slots.ts';
import { AppError } from '../util/errors.ts';
import { type AccountsDependencies, createAccounts } from './accounts.ts';
import { type ListAnswer, type NumeraiModel, WrongSlotError } from './submission-source.ts';

/** Names at Numerai, and the ids that they were found with. */
export type Ids = Readonly<Record<string, string>>;

/** The port to the ids that were found last, for each model: a Numerai that cannot be asked is then no outage. */
export interface KnownIds {
  /** As they were when this process first asked. @throws {AppError} */
  get(model: Model): Promise<Ids>;
  /** @throws {AppError} */
  put(model: Model, ids: Ids): Promise<void>;
}

/** A slot as it is at Numerai. */
interface IdentifiedSlot {
  /** As models.json has it. */
  readonly slot: string;
  readonly id: string;
  /** Its name at Numerai; null where Numerai cannot be asked, and does not list it. */
  readonly name: string | null;
  /** What is wrong with the name, though the slot was found by the id that it had; else null. */
  readonly warning: string | null;
}

/** Why it could not be identified: {@link WrongSlotError} where only models.json, or the account, can be wrong. */
interface UnidentifiedSlot {
  readonly slot: string;
  readonly error: AppError;
}

/** What Numerai lists for a slot, which may have learnt its id; or why that could not be had. */
interface SlotAnswer {
  readonly slot: Slot;
  readonly listed: ListAnswer;
}

/** None throws for what Numerai, a key or a table does; each slot has its own answer. */
export interface NumeraiModels {
  /** The slots of models.json: as configured, else looked up by name, else as they were found last. */
  identify(model: Model): Promise<readonly (IdentifiedSlot | UnidentifiedSlot)[]>;
  /** What Numerai lists for some slots, in one request for each batch. */
  submissions(model: Model, slots: readonly Slot[]): Promise<readonly SlotAnswer[]>;
}

interface NumeraiModelsDependencies extends AccountsDependencies {
  readonly knownIds: KnownIds;
}

/** Makes the lookup of this process. */
export function createNumeraiModels({ knownIds, ...dependencies }: NumeraiModelsDependencies): NumeraiModels {
  const accounts = createAccounts(dependencies);
  /** What is known of a model, and what the table has of it: null while that has not been read. By name and tournament. */
  const memory = new Map<string, { readonly known: Ids; readonly kept: Ids | null }>();

  function recall(model: Model) {
    return memory.get(keyOf(model)) ?? { known: {}, kept: null };
  }

  /** The ids that were found last, these included. A table that does not answer keeps nothing from being found, or started. */
  async function remember(model: Model, ids: Ids): Promise<Ids> {
    const read = recall(model).kept ?? (await knownIds.get(model).catch(nullForAppError));
    // Another call may have come here meanwhile.
    const before = recall(model);
    const kept = before.kept ?? read;
    const known = { ...kept, ...before.known, ...ids };
    memory.set(keyOf(model), { known, kept });
    // What has not been read must not be overwritten: it may have the id of a name that Numerai no longer has.
    if (kept === null || isDeepStrictEqual(known, kept)) return known;
    if ((await knownIds.put(model, known).then(() => true, nullForAppError)) !== null)
      memory.set(keyOf(model), { known, kept: known });
    return known;
  }

  /** Asks what is needed to identify some slots. @returns what identifies each of them. */
  async function identifierOf(
    model: Model,
    slots: readonly string[],
  ): Promise<(slot: string) => IdentifiedSlot | UnidentifiedSlot> {
    const listed = slots.length === 0 ? [] : await accounts.models(model);
    const matching = (slot: string) => (listed instanceof AppError ? undefined : matchOf(slot, model, listed));
    const last = await remember(
      model,
      Object.fromEntries(
        slots.flatMap((slot) => {
          const match = matching(slot);
          return match && isOf(match, model) ? [[slot, match.id]] : [];
        }),
      ),
    );
    return (slot) => {
      const match = matching(slot);
      if (match !== undefined)
        return isOf(match, model)
          ? { slot, id: match.id, name: match.name, warning: null }
          : { slot, error: wrongTournament(model, match) };
      const name = isNumeraiId(slot) ? null : slot;
      const id = last[slot] ?? (listed instanceof AppError && name === null ? slot : undefined);
      if (id === undefined)
        return { slot, error: listed instanceof AppError ? listed : unknownSlot(model, slot, listed) };
      return { slot, id, name, warning: listed instanceof AppError ? null : warningOf(model, slot, id, listed) };
    };
  }

  return {
    async identify(model) {
      return model.numeraiModels.map(await identifierOf(model, model.numeraiModels));
    },

    async submissions(model, slots) {
      const unknown = slots.filter(({ id }) => id === null).map((slot) => slot.model);
      const identify = await identifierOf(model, unknown);
      return Promise.all(
        slots.map(async (slot): Promise<SlotAnswer> => {
          const each = slot.id === null ? identify(slot.model) : { id: slot.id };
          if ('error' in each) return { slot, listed: each.error };
          return { slot: { ...slot, id: each.id }, listed: await accounts.submissions(model, each.id) };
        }),
      );
    },
  };
}

const keyOf = ({ name, tournament }: Model): string => `${name} ${tournament}`;

/** Whether a model of the account is of the tournament that models.json says, so far as Numerai says that. */
export function isOf({ tournament }: NumeraiModel, model: Model): boolean {
  return tournament === null || tournament === model.tournament;
}

/** The model of the account that a slot means; one of another tournament where there is no other. */
export function matchOf(slot: string, model: Model, listed: readonly NumeraiModel[]): NumeraiModel | undefined {
  const candidates = listed.filter(({ id, name }) => (isNumeraiId(slot) ? id === slot : name === slot));
  return candidates.find((candidate) => isOf(candidate, model)) ?? candidates[0];
}

function nullForAppError(error: unknown): null {
  if (error instanceof AppError) return null;
  throw error;
}

function wrongTournament({ name, tournament }: Model, found: NumeraiModel): WrongSlotError {
  return new WrongSlotError(
    'wrong-tournament',
    `Numerai has the model ${found.name} in the tournament ${found.tournament}, and models.json has ${tournament} for model ${name}. Fix its tournament, or numeraiModels.`,
  );
}

/** How many models of an account a sentence names. */
const NAMED = 20;

function unknownSlot({ name, tournament }: Model, slot: string, listed: readonly NumeraiModel[]): WrongSlotError {
  const names = listed.slice(0, NAMED).map((candidate) => candidate.name);
  const more = listed.length > NAMED ? ` and ${listed.length - NAMED} more` : '';
  return new WrongSlotError(
    'unknown-numerai-model',
    `The account has no ${tournament} model ${JSON.stringify(slot)}; it has: ${names.join(', ')}${more}. Fix numeraiModels of model ${name}.`,
  );
}

function warningOf({ name }: Model, slot: string, id: string, listed: readonly NumeraiModel[]): string {
  const renamed = listed.find((candidate) => candidate.id === id);
  const what = renamed === undefined ? 'it was removed, or is of another account' : `it is ${renamed.name} now`;
  return `Numerai no longer has a model ${JSON.stringify(slot)}: ${what}. Its last known id ${id} is used; fix numeraiModels of model ${name}.`;
}
