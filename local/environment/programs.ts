// A participant's own program in place of its image: a folder with the Dockerfile that the image is built of. It runs as
// a process, without Docker, with the packages of the folder's `.venv` where there is one.

import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import type { LocalImage } from '../containers/process.ts';
import { UserError } from './user-error.ts';

/** Folders by image. */
export type Programs = Readonly<Record<string, string>>;

/** Adds `IMAGE=FOLDER` of the command line to those before. */
export function withProgram(given: string, before: Programs = {}): Programs {
  const [, image, folder] = /^([^=]+)=(.+)$/.exec(given) ?? [];
  if (image === undefined || folder === undefined)
    throw new UserError(
      `--program is "${given}"; it must be IMAGE=FOLDER, such as docker.io/me/submission:1=examples/submission.`,
    );
  return { ...before, [image]: resolve(folder) };
}

/** The programs as images of a runtime. Throws a `UserError` where a folder does not say what to run. */
export function imagesOf(programs: Programs, env: Readonly<Record<string, string>>): Record<string, LocalImage> {
  return Object.fromEntries(
    Object.entries(programs).map(([image, folder]) => [
      image,
      { command: commandOf(folder), folder, searchPath: searchPathOf(folder), env },
    ]),
  );
}

function searchPathOf(folder: string): string[] {
  const own = join(folder, '.venv', process.platform === 'win32' ? 'Scripts' : 'bin');
  return existsSync(own) ? [own] : [];
}

const words = z.array(z.string()).min(1);

/** What the Dockerfile in the folder runs. Only the exec form can be run without a shell of the image. */
function commandOf(folder: string): string[] {
  const file = join(folder, 'Dockerfile');
  if (!existsSync(file))
    throw new UserError(
      `--program: ${folder} has no Dockerfile, which says what to run. Name the folder that the image is built of.`,
    );
  const lines = readFileSync(file, 'utf8')
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/);
  const last = (instruction: string): string[] => {
    const line = lines.findLast((each) => new RegExp(`^\\s*${instruction}\\s`, 'i').test(each));
    if (line === undefined) return [];
    const parsed = words.safeParse(parseJson(line.replace(/^\s*\w+\s+/, '')));
    if (parsed.success) return parsed.data;
    throw new UserError(
      `--program: ${instruction} of ${basename(folder)}/Dockerfile is not in the exec form, such as ${instruction} ["python", "predict.py"].`,
    );
  };
  const command = [...last('ENTRYPOINT'), ...last('CMD')];
  if (command.length === 0)
    throw new UserError(
      `--program: ${file} has neither CMD nor ENTRYPOINT. Add what to run, such as CMD ["python", "predict.py"].`,
    );
  return command;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
