// What every command works with: the models, Numerai with the account's keys, the app's address.

import { readFile } from 'node:fs/promises';
import {
  createExternalCaller,
  ExternalCallError,
  type ExternalCaller,
} from '../src/lib/azure/external-call.ts';
import { findModel, type Model, parseModels } from '../src/lib/config/models.ts';
import { createGraphqlClient, type NumeraiKeys } from '../src/lib/numerai/graphql.ts';
import { createNumerai, type Numerai, type NumeraiModel } from '../src/lib/numerai/numerai.ts';
import { type Clock, systemClock } from '../src/lib/util/clock.ts';
import { messageOf, NotFoundError } from '../src/lib/util/errors.ts';
import type { Redaction } from '../src/lib/util/redaction.ts';
import type { Arguments } from './arguments.ts';
import { CommandFailure, EXIT, WHERE_KEYS_ARE_MADE } from './exit.ts';
import type { Output } from './output.ts';
import type { Target } from './target.ts';

const NUMERAI_API_URL = 'https://api-tournament.numer.ai';
/** Numerai limits the calls of a minute: whoever registers many models waits for the next one. */
const WAIT_MS = 10_000;
const WAIT_AT_MOST_MS = 90_000;

export interface Context {
  readonly args: Arguments;
  readonly target: Target;
  readonly output: Output;
  readonly clock: Clock;
  readonly numerai: Numerai;
  readonly redaction: Redaction;
  /**
   * The models of models.json.
   * @throws {ConfigurationError}
   */
  models(): Promise<readonly Model[]>;
  /** @throws {CommandFailure} `usage`, where a variable is missing. */
  keysOf(model: Model): NumeraiKeys;
  /** The keys of the account where no model names others; null where there are none. */
  accountKeys(): NumeraiKeys | null;
  /** A key from the environment, made known to the redaction; null where it is not set. */
  secret(variable: string): string | null;
}

export function createContext(
  args: Arguments,
  target: Target,
  output: Output,
  redaction: Redaction,
): Context {
  const { environment } = target;
  const secret = (variable: string): string | null => {
    const value = environment[variable]?.trim() ?? '';
    if (value === '') return null;
    redaction.add(value);
    return value;
  };
  return {
    args,
    target,
    output,
    redaction,
    clock: systemClock,
    numerai: createNumerai(
      createGraphqlClient({
        url: environment.NUMERAI_API_URL || NUMERAI_API_URL,
        call: patientCaller(output),
        fetch,
      }),
    ),
    models: () => readModels(environment.MODELS_FILE || 'models.json'),
    keysOf(model) {
      const variables = [model.numeraiKeys.publicId, model.numeraiKeys.secretKey].map(variableOf);
      const [publicId, secretKey] = variables.map(secret);
      if (publicId && secretKey) return { publicId, secretKey };
      const missing = variables.filter((name) => secret(name) === null).join(' and ');
      throw missingKeys(`${missing} ${missing.includes(' and ') ? 'are' : 'is'} not set`);
    },
    accountKeys() {
      const [publicId, secretKey] = ['NUMERAI_PUBLIC_ID', 'NUMERAI_SECRET_KEY'].map(secret);
      return publicId && secretKey ? { publicId, secretKey } : null;
    },
    secret,
  };
}

export function missingKeys(what: string): CommandFailure {
  return new CommandFailure(
    EXIT.usage,
    `${what}. ${WHERE_KEYS_ARE_MADE} Then put it into the environment, or into a file .env in this folder (git ignores it):
  NUMERAI_PUBLIC_ID=…
  NUMERAI_SECRET_KEY=…
To try things out without an account: \`npm start\` in another terminal, and --local here.`,
  );
}

/** The environment variable that stands for a secret of the vault. */
function variableOf(secretName: string): string {
  return secretName.toUpperCase().replaceAll('-', '_');
}

/** What is refused for being too much at once is sent again, for somewhat longer than Numerai's minute. */
function patientCaller(output: Output): ExternalCaller {
  const call = createExternalCaller({ clock: systemClock, random: Math.random });
  return async (request, send) => {
    for (let waited = 0; ; waited += WAIT_MS) {
      try {
        return await call(request, send);
      } catch (error) {
        const throttled = error instanceof ExternalCallError && error.failure === 'throttled';
        if (!throttled || waited >= WAIT_AT_MOST_MS) throw error;
        output.progress(`Numerai asks to wait before it can ${request.operation} …`);
        await systemClock.sleep(WAIT_MS);
      }
    }
  };
}

async function readModels(file: string): Promise<readonly Model[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `${file} cannot be read: ${messageOf(error)}`);
  }
  // Where containers run does not matter to these commands.
  return parseModels(text, { file, containerLocation: 'any', containerIdentityId: 'any' });
}

/** The models of these names, in the order of models.json; all where no name is given. */
export function chooseModels(models: readonly Model[], names: readonly string[]): readonly Model[] {
  const chosen = new Set(names.map((name) => findConfigured(models, name)));
  return names.length === 0 ? models : models.filter((model) => chosen.has(model));
}

export function findConfigured(models: readonly Model[], name: string | undefined): Model {
  if (name === undefined && models.length !== 1)
    throw new CommandFailure(
      EXIT.usage,
      `Which model? models.json has: ${models.map((model) => model.name).join(', ')}.`,
    );
  return findModel(models, name);
}

/** The accounts of some models: each key once, with the models that Numerai lists for it. */
export async function listAccounts(
  context: Context,
  models: readonly Model[],
): Promise<(model: Model) => NumeraiModel> {
  const lists = new Map<string, Promise<readonly NumeraiModel[]>>();
  for (const model of models) {
    const keys = context.keysOf(model);
    if (!lists.has(keys.publicId)) lists.set(keys.publicId, context.numerai.accountModels(keys));
  }
  const found = new Map(
    await Promise.all([...lists].map(async ([key, list]) => [key, await list] as const)),
  );
  return (model) => atNumerai(model, found.get(context.keysOf(model).publicId) ?? []);
}

/** @throws {NotFoundError} where the account has no such model. */
export function atNumerai(model: Model, account: readonly NumeraiModel[]): NumeraiModel {
  const found = account.find((candidate) => isSame(model, candidate));
  if (found !== undefined) return found;
  const asked = model.numeraiModelId ?? model.numeraiModelName;
  throw new NotFoundError(
    asked === null
      ? `Model ${model.name} has neither numeraiModelId nor numeraiModelName in models.json. \`npm run numerai -- models\` prints what to paste.`
      : `The account has no ${model.tournament} model ${asked}, which models.json names for ${model.name}. It has: ${account.map(({ name }) => name).join(', ') || 'none'}.`,
  );
}

export function isSame(model: Model, candidate: NumeraiModel): boolean {
  if (model.numeraiModelId !== null) return candidate.id === model.numeraiModelId;
  return (
    candidate.name === model.numeraiModelName &&
    (candidate.tournament === null || candidate.tournament === model.tournament)
  );
}
