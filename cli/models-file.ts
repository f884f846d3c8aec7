// What models.json has, and the models that a command names.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Entry, findEntry, isJob, type Model, type ModelsFile, parseModels } from '../src/lib/config/models.ts';
import { messageOf } from '../src/lib/util/errors.ts';
import { CommandFailure, EXIT } from './failure.ts';

/**
 * @param folder where a relative file is.
 * @throws {ConfigurationError} with all faults, or {@link CommandFailure} where the file cannot be read.
 */
export async function readModelsFile(file: string, folder: string): Promise<ModelsFile> {
  // Where containers run does not matter here.
  return parseModels(await readModelsText(file, folder), {
    file,
    containerLocation: 'any',
    containerIdentityId: 'any',
  });
}

/** The text of the file. @throws {CommandFailure} where it cannot be read. */
export async function readModelsText(file: string, folder: string): Promise<string> {
  try {
    return await readFile(resolve(folder, file), 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new CommandFailure(
      EXIT.usage,
      missing
        ? `There is no ${file} here. Run the command in the project's folder, or name the file in MODELS_FILE.`
        : `${file} cannot be read: ${messageOf(error)}`,
    );
  }
}

/** The models of these names, in the order of models.json; all where no name is given. */
export function chooseModels(file: ModelsFile, names: readonly string[]): readonly Model[] {
  const chosen = new Set(names.map((name) => modelNamed(file, name)));
  return names.length === 0 ? file.models : file.models.filter((model) => chosen.has(model));
}

/** The model of this name; without a name, the only one. */
export function chooseModel(file: ModelsFile, name: string | undefined): Model {
  const { models } = file;
  const [only] = models;
  if (name !== undefined) return modelNamed(file, name);
  if (only !== undefined && models.length === 1) return only;
  throw new CommandFailure(
    EXIT.usage,
    `Which model? models.json has: ${models.map((model) => model.name).join(', ')}.`,
  );
}

function modelNamed({ models, jobs }: ModelsFile, name: string): Model {
  const entry = findEntry<Entry>([...models, ...jobs], name);
  if (!isJob(entry)) return entry;
  throw new CommandFailure(
    EXIT.usage,
    `${name} is a job, with nothing at Numerai. To run it: npm run numerai -- start ${name}`,
  );
}
