// The local environment that is running on this machine, for commands beside it: its URL and the demo's keys.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import * as z from 'zod/mini';
import { trustAuthority } from '../emulators/certificates.ts';
import { DEMO_SECRETS } from './demo.ts';
import { DEFAULT_FOLDER, DRILL_FOLDER, ownerOf, settingsFileOf } from './state-folder.ts';

const MODELS_FILE = fileURLToPath(new URL('../../models.json', import.meta.url));

export interface RunningEnvironment {
  /** The URL of the app. */
  readonly url: string;
  /** The environment variables of a person who uses it: URLs and keys. */
  readonly variables: Readonly<Record<string, string>>;
  /** Makes this process trust the environment's authority. */
  trust(): void;
}

const keysFile = z.object({
  functionKeys: z.record(z.string(), z.string()),
  functions: z.record(z.string(), z.record(z.string(), z.string())),
});

/** Where the environment that runs has its state, or else the next one will: in `folder`, or in one of its own. */
export function stateFolderOf(folder?: string): string {
  if (folder !== undefined) return folder;
  const running = [DEFAULT_FOLDER, DRILL_FOLDER].find((each) => ownerOf(each) !== undefined);
  return running ?? DEFAULT_FOLDER;
}

/** The running environment that has its state in `folder`, or else in one of its own; null if there is none. */
export function findRunning(folder?: string): RunningEnvironment | null {
  return folder === undefined ? (runningIn(DEFAULT_FOLDER) ?? runningIn(DRILL_FOLDER)) : runningIn(folder);
}

function runningIn(folder: string): RunningEnvironment | null {
  const settingsFile = settingsFileOf(folder);
  if (ownerOf(folder) === undefined || !existsSync(settingsFile)) return null;
  const settings = parseEnv(readFileSync(settingsFile, 'utf8'));
  const { PUBLIC_URL, NUMERAI_API_URL, LOCAL_AUTHORITY_FILE } = settings;
  if (!PUBLIC_URL || !NUMERAI_API_URL || !LOCAL_AUTHORITY_FILE) return null;
  return {
    url: PUBLIC_URL,
    variables: {
      NUMERAI_API_URL,
      MODELS_FILE: settings.MODELS_FILE || MODELS_FILE,
      ...Object.fromEntries(
        Object.entries(DEMO_SECRETS).map(([name, value]) => [name.toUpperCase().replaceAll('-', '_'), value]),
      ),
      ...accessKeys(join(folder, 'host', 'keys.json')),
    },
    trust: () => trustAuthority({ authority: readFileSync(LOCAL_AUTHORITY_FILE, 'utf8') }),
  };
}

/** The access keys. They are required only after `--enable-auth`, but sent in any case. */
function accessKeys(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const keys = keysFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const operator = Object.values(keys.functionKeys)[0];
  const webhook = keys.functions.webhook?.default;
  return {
    ...(operator === undefined ? {} : { OPERATOR_KEY: operator }),
    ...(webhook === undefined ? {} : { WEBHOOK_FUNCTION_KEY: webhook }),
  };
}
