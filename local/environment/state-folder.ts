// The folder in which `npm start` keeps its state. A lock in it names the process that uses it.

import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replaceFile } from '../files/replace-file.ts';
import { UserError } from './user-error.ts';

/** Where `npm start` keeps its state by default. */
export const DEFAULT_FOLDER = fileURLToPath(new URL('../../.local', import.meta.url));
/** Where a drill keeps it. */
export const DRILL_FOLDER = join(DEFAULT_FOLDER, 'drill');
/** Everything that the environment keeps in its folder. */
const STATE = [
  'certificates',
  'container-groups.json',
  'first-opening',
  'host',
  'models.json',
  'numerai.json',
  'settings.env',
  'tables',
];
const lockOf = (folder: string) => join(folder, 'running');

/** The file with the app's settings, for commands beside the app. */
export const settingsFileOf = (folder: string): string => join(folder, 'settings.env');

/**
 * Reserves the folder until this process ends: two environments would damage each other's state.
 * @param fresh whether to delete the state of earlier starts
 */
export async function reserveFolder(folder: string, fresh: boolean): Promise<void> {
  const owner = ownerOf(folder);
  if (owner !== undefined)
    throw new UserError(
      `The local environment is already running (process ${owner}) with its state in ${shortPath(folder)}. Stop it first, with Ctrl-C in its terminal.`,
    );
  if (fresh) {
    // Only what is known to be state: the folder may contain other files.
    for (const name of STATE) await rm(join(folder, name), { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  // Until this environment is ready, commands must not find the settings of an earlier one.
  await rm(settingsFileOf(folder), { force: true });
  const lock = lockOf(folder);
  replaceFile(lock, String(process.pid));
  process.on('exit', () => {
    if (existsSync(lock) && readFileSync(lock, 'utf8') === String(process.pid)) unlinkSync(lock);
  });
}

/** The process that uses the folder; undefined if there is none. */
export function ownerOf(folder: string): number | undefined {
  const lock = lockOf(folder);
  if (!existsSync(lock)) return undefined;
  const pid = Number(readFileSync(lock, 'utf8'));
  // One that was killed may have had the id that this process has, as in a container that was started anew.
  return pid !== process.pid && isRunning(pid) ? pid : undefined;
}

/** When the first round opens: at the first start, so that nothing is due before a person tries things out. */
export async function firstOpening(folder: string): Promise<Date> {
  const file = join(folder, 'first-opening');
  if (!existsSync(file)) replaceFile(file, new Date().toISOString());
  return new Date(await readFile(file, 'utf8'));
}

/** Writes settings as a file for `node --env-file`. */
export function writeSettings(folder: string, settings: Readonly<Record<string, string>>): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`);
  replaceFile(settingsFileOf(folder), lines.join(''));
}

/** The path of a folder for people: relative if it is inside the working directory. */
export function shortPath(folder: string): string {
  const short = relative(process.cwd(), folder);
  return short === '' || short.startsWith('..') ? folder : short;
}

/** Whether there is a process with this id, of whatever user. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
