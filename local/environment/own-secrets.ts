// Secrets of one's own in the vault of the local environment: set by `npm run numerai -- secret`, kept between starts.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { replaceFile } from '../files/replace-file.ts';

/** By name. */
export type OwnSecrets = Readonly<Record<string, string>>;

const fileOf = (folder: string): string => join(folder, 'secrets.json');

/** @param folder of the environment's state. */
export function readOwnSecrets(folder: string): OwnSecrets {
  const file = fileOf(folder);
  return existsSync(file) ? z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
}

/** Sets a secret, or deletes it, also in the vault of an environment that runs. As there, one keeps its first name. */
export function setOwnSecret(folder: string, name: string, value: string | null): void {
  const before = Object.entries(readOwnSecrets(folder));
  const first = before.find(([other]) => isSameSecret(other, name))?.[0] ?? name;
  const others = before.filter(([other]) => other !== first);
  const all = value === null ? others : [...others, [first, value]];
  replaceFile(fileOf(folder), `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

/** Key Vault ignores the case of names. */
export const isSameSecret = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
