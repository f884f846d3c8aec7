// Access keys, as in the real host: a master key, host keys for all functions, and keys for single functions.
// With authentication off, as with the Core Tools, every caller is an admin.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../files/replace-file.ts';

export interface HostKeys {
  readonly masterKey: string;
  /** Each is valid for every function. */
  readonly functionKeys: Readonly<Record<string, string>>;
  /** By the function's name, then by the key's name. */
  readonly functions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type AuthLevel = 'anonymous' | 'function' | 'admin';

const RANKS: Readonly<Record<AuthLevel, number>> = { anonymous: 0, function: 1, admin: 2 };

/** Reads the keys in `file` and adds missing ones. Without a file they last as long as the process. */
export function ensureKeys(file: string | undefined, functionNames: readonly string[]): HostKeys {
  const kept: Partial<HostKeys> = file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const keys: HostKeys = {
    masterKey: kept.masterKey ?? newKey(),
    functionKeys: kept.functionKeys ?? { default: newKey() },
    functions: Object.fromEntries(functionNames.map((name) => [name, kept.functions?.[name] ?? { default: newKey() }])),
  };
  if (file !== undefined) replaceFile(file, `${JSON.stringify(keys, null, 2)}\n`);
  return keys;
}

/** The level that a key grants for a function or, without a function, for the host itself. */
export function levelOfKey(keys: HostKeys, key: string | undefined, functionName?: string): AuthLevel {
  if (key === undefined || key === '') return 'anonymous';
  if (key === keys.masterKey) return 'admin';
  const own = functionName === undefined ? {} : (keys.functions[functionName] ?? {});
  return [...Object.values(keys.functionKeys), ...Object.values(own)].includes(key) ? 'function' : 'anonymous';
}

export const suffices = (given: AuthLevel, required: AuthLevel): boolean => RANKS[given] >= RANKS[required];

/** As long as the real keys, and like them safe in a URL. */
const newKey = (): string => `${randomBytes(40).toString('base64url')}==`;
