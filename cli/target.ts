// Against what a command runs: the participant's own app and Numerai, or the local environment. Where anything
// of one's own is configured, the local one is used only on request, and the output says which it is.

import { execFile } from 'node:child_process';
import { parseEnv, promisify } from 'node:util';
import { findRunning } from '../local/environment/running.ts';
import { CommandFailure, EXIT } from './failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The options that choose a target. */
export interface TargetOptions {
  readonly url?: string;
  readonly local?: boolean;
  /** The folder of the local environment, where `npm start` was given one. */
  readonly state?: string;
}

export interface Target {
  readonly kind: 'local' | 'own';
  readonly environment: Environment;
  /** Where the app is; null where nothing says so. */
  findUrl(): Promise<string | null>;
  /**
   * Where the app is.
   * @throws {CommandFailure} `usage`, where nothing says so.
   */
  appUrl(): Promise<string>;
}

/** @throws {CommandFailure} `unreachable`, where the local environment is asked for and does not run. */
export function chooseTarget(options: TargetOptions, environment: Environment): Target {
  const { url, local = false, state } = options;
  const configured =
    url !== undefined ||
    ['NUMERAI_PUBLIC_ID', 'NUMERAI_API_URL', 'AZURE_FUNCTION_URL'].some((name) => environment[name]);
  if (local || !configured) {
    const running = findRunning(state);
    if (running !== null) {
      running.trust();
      return {
        kind: 'local',
        environment: {
          ...environment,
          ...running.variables,
          // A file that somebody names is meant, also where the environment was started with another one.
          ...(environment.MODELS_FILE && { MODELS_FILE: environment.MODELS_FILE }),
        },
        findUrl: async () => running.url,
        appUrl: async () => running.url,
      };
    }
    if (local)
      throw new CommandFailure(
        EXIT.unreachable,
        'The local environment is not running. Start it with `npm start`, in another terminal.',
      );
  }
  const findUrl = async () => url ?? (await findApp(environment));
  return { kind: 'own', environment, findUrl, appUrl: async () => (await findUrl()) ?? nowhere() };
}

async function findApp(environment: Environment): Promise<string | null> {
  const named = environment.AZURE_FUNCTION_URL;
  if (named) return addressOfApp('AZURE_FUNCTION_URL', named);
  const { AZURE_FUNCTION_URL: deployed } = await azdValues();
  return deployed ? addressOfApp('AZURE_FUNCTION_URL of the azd environment', deployed) : null;
}

function nowhere(): never {
  throw new CommandFailure(
    EXIT.usage,
    'Where is the app? Give --url https://…, or set AZURE_FUNCTION_URL. For the local environment: `npm start` in another terminal, and --local here.',
  );
}

/** What the Azure Developer CLI knows of this folder's deployment; nothing where it is absent or knows nothing. */
export async function azdValues(): Promise<Environment> {
  try {
    const { stdout } = await promisify(execFile)('azd', ['env', 'get-values'], {
      timeout: 15_000,
      shell: process.platform === 'win32',
    });
    return parseEnv(stdout);
  } catch {
    return {};
  }
}

/**
 * The origin of an address of the app. Requests to it carry a key, so it must be TLS; only this machine is
 * reached without.
 * @param name where the address comes from, for the message. The address itself may hold a key.
 */
export function addressOfApp(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  if (url === undefined || !secure)
    throw new CommandFailure(
      EXIT.usage,
      `${name} must be the app's address, such as https://func-numerai.azurewebsites.net.`,
    );
  if (url.username !== '' || url.search !== '')
    throw new CommandFailure(EXIT.usage, `${name} must be an address without a key: keys come from the environment.`);
  return url.origin;
}

/** Whether the app at this address may be called without keys: one on this machine. */
export const needsNoKey = (url: string): boolean => isLoopback(new URL(url));

function isLoopback(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
