// Against what a command runs: the participant's own app and Numerai, or the local environment. Whoever has
// configured anything of their own is never led to the local one by surprise, and the output says which it is.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findRunning } from '../local/environment/running.ts';
import { type Arguments, checkedUrl, isLoopback } from './arguments.ts';
import { CommandFailure, EXIT } from './exit.ts';

export interface Target {
  readonly kind: 'local' | 'own';
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Where the app is.
   * @throws {CommandFailure} `usage`, where nobody has told it.
   */
  appUrl(): Promise<string>;
}

export function chooseTarget(
  given: Pick<Arguments, 'url' | 'local' | 'state'>,
  environment: NodeJS.ProcessEnv,
): Target {
  if (given.local && given.url !== undefined)
    throw new CommandFailure(EXIT.usage, '--url and --local exclude each other.');
  const configured =
    given.url !== undefined ||
    ['NUMERAI_PUBLIC_ID', 'NUMERAI_API_URL', 'AZURE_FUNCTION_URL'].some(
      (name) => (environment[name] ?? '') !== '',
    );
  if (given.local || !configured) {
    const running = findRunning(given.state);
    if (running !== null) {
      running.trust();
      return {
        kind: 'local',
        environment: { ...environment, ...running.variables },
        appUrl: async () => running.url,
      };
    }
    if (given.local)
      throw new CommandFailure(
        EXIT.unreachable,
        'The local environment does not run. Start it with `npm start`, in another terminal.',
      );
  }
  return { kind: 'own', environment, appUrl: () => findApp(given.url, environment) };
}

async function findApp(url: string | undefined, environment: NodeJS.ProcessEnv): Promise<string> {
  if (url !== undefined) return url;
  const named = environment.AZURE_FUNCTION_URL ?? '';
  if (named !== '') return checkedUrl('AZURE_FUNCTION_URL', named);
  const asked = await askAzd();
  if (asked !== null) return checkedUrl('AZURE_FUNCTION_URL of the azd environment', asked);
  throw new CommandFailure(
    EXIT.usage,
    'Where is the app? Give --url https://…, or set AZURE_FUNCTION_URL. For the local environment: `npm start` in another terminal, and --local here.',
  );
}

/** What the Azure Developer CLI knows of this folder's deployment; null where it is not there or knows nothing. */
async function askAzd(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(
      'azd',
      ['env', 'get-value', 'AZURE_FUNCTION_URL'],
      { timeout: 15_000, shell: process.platform === 'win32' },
    );
    return URL.canParse(stdout.trim()) ? stdout.trim() : null;
  } catch {
    return null;
  }
}

/** Whether an app may go without keys: one on this machine. */
export const mayGoWithoutKeys = (url: string): boolean => isLoopback(new URL(url));
