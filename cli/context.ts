// What every command works with: the models, Numerai with the account's keys, the app's address.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Command } from 'commander';
import { createExternalCaller } from '../src/lib/azure/external-call.ts';
import type { Model, ModelsFile } from '../src/lib/config/models.ts';
import { settingOfSecret } from '../src/lib/config/secret-names.ts';
import { createGraphqlClient } from '../src/lib/numerai/graphql.ts';
import { createNumerai, type Numerai } from '../src/lib/numerai/numerai.ts';
import { type Clock, systemClock } from '../src/lib/util/clock.ts';
import { messageOf } from '../src/lib/util/errors.ts';
import { ExternalCallError, type ExternalCaller } from '../src/lib/util/external-call.ts';
import type { Redact, Redaction } from '../src/lib/util/redaction.ts';
import { cleanSecret } from '../src/lib/util/secret-forms.ts';
import type { NumeraiKeys } from '../src/lib/verification/submission-source.ts';
import { CommandFailure, EXIT, type ExitCode, HOW_TO_MAKE_A_KEY } from './failure.ts';
import { readModelsFile } from './models-file.ts';
import { createReadKey, type ReadKey } from './numerai-key.ts';
import { createNumeraiWebhooks, type NumeraiWebhooks } from './numerai-webhooks.ts';
import type { Output, Stream } from './output.ts';
import { chooseTarget, type Environment, type Target, type TargetOptions } from './target.ts';

const NUMERAI_API_URL = 'https://api-tournament.numer.ai';
/** Numerai limits the calls of a minute: to register many models means to wait for the next one. */
const WAIT_MS = 10_000;
const WAIT_AT_MOST_MS = 90_000;

/** What surrounds a command line: a process, or a test. */
export interface Surroundings {
  readonly environment: Environment;
  /** Where `.env` and models.json are. */
  readonly folder: string;
  readonly out: Stream;
  readonly err: Stream;
  readonly clock: Clock;
  /** Asks a person for what is not shown; or what a pipe has. */
  readonly typed: (question: string) => Promise<string>;
}

export interface Context {
  readonly target: Target;
  readonly output: Output;
  readonly clock: Clock;
  readonly numerai: Numerai;
  readonly webhooks: NumeraiWebhooks;
  /** What an API key may do. */
  readonly readKey: ReadKey;
  /** Where `.env` and models.json are. */
  readonly folder: string;
  /**
   * What models.json has.
   * @throws {ConfigurationError}
   */
  modelsFile(): Promise<ModelsFile>;
  /** @throws {CommandFailure} `usage`, where a variable is missing. */
  keysOf(model: Model): NumeraiKeys;
  /** The keys of the account where no model names others; null where there are none. */
  accountKeys(): NumeraiKeys | null;
  /** A key from the environment, which the output redacts from now on; null where it is not set. */
  secret(variable: string): string | null;
}

/** All that a command needs which asks neither the app nor Numerai. */
export interface Surface {
  readonly output: Output;
  readonly folder: string;
  readonly environment: Environment;
  readonly typed: Surroundings['typed'];
  /** What a command works with where the app is at this address, with these variables besides. */
  contextAt(url: string, more: Environment): Promise<Context>;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, withContext: With<Context>, withSurface: With<Surface>) => void;

/** Makes a command's action out of a function that also gets this, and says how the command ended. */
export type With<What> = <Given extends unknown[]>(
  action: (what: What, ...given: Given) => Promise<ExitCode>,
) => (...given: Given) => Promise<void>;

/** @throws {CommandFailure} `usage` or `unreachable`, where the options contradict what there is. */
export async function openContext(
  options: TargetOptions,
  surroundings: Surroundings,
  output: Output,
  redaction: Redaction,
): Promise<Context> {
  const { folder, clock } = surroundings;
  const target = chooseTarget(options, environmentOf(surroundings));
  if (target.kind === 'local')
    output.note(
      `Using the local environment (${await target.appUrl()}), not Numerai itself. For your own app: --url https://… and your keys.`,
    );
  const { environment } = target;
  const send = createGraphqlClient({
    url: environment.NUMERAI_API_URL || NUMERAI_API_URL,
    call: patientCaller(output, clock, redaction.apply),
    fetch,
    redact: redaction.apply,
  });
  const secret = (variable: string): string | null => {
    const value = cleanSecret(environment[variable] ?? '');
    if (value === '') return null;
    redaction.add(value);
    return value;
  };
  return {
    target,
    output,
    clock,
    numerai: createNumerai(send, redaction.apply),
    webhooks: createNumeraiWebhooks(send),
    readKey: createReadKey(send),
    folder,
    modelsFile: () => readModelsFile(modelsFileOf(environment), folder),
    keysOf(model) {
      const variables = [model.numeraiKeys.publicId, model.numeraiKeys.secretKey].map(settingOfSecret);
      const [publicId, secretKey] = variables.map(secret);
      if (publicId && secretKey) return { publicId, secretKey };
      const missing = variables.filter((name) => secret(name) === null);
      throw missingKeys(`${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set`);
    },
    accountKeys() {
      const [publicId, secretKey] = ['NUMERAI_PUBLIC_ID', 'NUMERAI_SECRET_KEY'].map(secret);
      return publicId && secretKey ? { publicId, secretKey } : null;
    },
    secret,
  };
}

/** The file of models that an environment names. */
export const modelsFileOf = (environment: Environment): string => environment.MODELS_FILE || 'models.json';

export function missingKeys(what: string): CommandFailure {
  return new CommandFailure(
    EXIT.usage,
    `${what}. ${HOW_TO_MAKE_A_KEY} Then put it into the environment, or into a file .env in this folder (git ignores it):
  NUMERAI_PUBLIC_ID=…
  NUMERAI_SECRET_KEY=…
To try things out without an account: \`npm start\` in another terminal, and --local here.`,
  );
}

/** The variables, those of the file `.env` included. */
export function environmentOf({ folder, environment }: Pick<Surroundings, 'folder' | 'environment'>): Environment {
  return { ...dotEnv(folder), ...environment };
}

function dotEnv(folder: string): Environment {
  try {
    return parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new CommandFailure(EXIT.usage, `.env cannot be read: ${messageOf(error)}`);
  }
}

/** Repeats a call that was throttled, for somewhat longer than Numerai's minute. */
function patientCaller(output: Output, clock: Clock, redact: Redact): ExternalCaller {
  // Deadlines are always the machine's own.
  const call = createExternalCaller({ clock: systemClock, random: Math.random, redact });
  return async (request, send) => {
    for (let waited = 0; ; waited += WAIT_MS) {
      try {
        return await call(request, send);
      } catch (error) {
        const throttled = error instanceof ExternalCallError && error.failure === 'throttled';
        if (!throttled || waited >= WAIT_AT_MOST_MS) throw error;
        output.progress(`Numerai limits its calls; waiting to ${request.operation} …`);
        await clock.sleep(WAIT_MS);
      }
    }
  };
}
