// `secret`: sets a secret in the vault of the local environment. Its value comes from a pipe or is typed, and is on no command
// line: those are kept in the history of the shell, and seen by others.

import type { Command } from 'commander';
import { isSameSecret, readOwnSecrets, setOwnSecret } from '../../local/environment/own-secrets.ts';
import { findRunning, stateFolderOf } from '../../local/environment/running.ts';
import { shortPath } from '../../local/environment/state-folder.ts';
import { secretName } from '../../src/lib/config/fields.ts';
import { secretNamesOf } from '../../src/lib/config/secret-names.ts';
import { nearest } from '../../src/lib/util/nearest.ts';
import { type AddCommand, modelsFileOf, type Surface } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { readModelsFile } from '../models-file.ts';
import type { TargetOptions } from '../target.ts';

/** What Key Vault takes. */
const MOST_BYTES = 25 * 1024;

export const addSecret: AddCommand = (program, _withContext, withSurface) => {
  program
    .command('secret')
    .description('Set a secret in the vault of the local environment. The value is typed, or comes from a pipe.')
    .argument('[secret-name]', 'as models.json has it; default: list those that are set')
    .option('--delete', 'delete it; one of the demo is as it was then')
    .allowExcessArguments()
    .action(async (name: string | undefined, options: { readonly delete?: boolean }, { args }: Command) => {
      if (args.length > 1)
        throw new CommandFailure(
          EXIT.usage,
          'secret takes a name only: a value on a command line is kept in the history of the shell. Type it when asked, or send it by a pipe.',
        );
      const { url, state } = program.opts<TargetOptions>();
      if (url !== undefined)
        throw new CommandFailure(
          EXIT.usage,
          'secret is for the local environment only. The key vault of your app: npm run azure:secrets -- NAME (docs/deploy.md).',
        );
      await withSurface(changeSecret)(stateFolderOf(state), name, options);
    });
};

async function changeSecret(
  surface: Surface,
  state: string,
  name: string | undefined,
  { delete: deletes = false }: { readonly delete?: boolean },
): Promise<ExitCode> {
  const { output } = surface;
  const names = Object.keys(readOwnSecrets(state)).toSorted();
  const isSet = names.some((other) => isSameSecret(other, name ?? ''));
  if (name === undefined) {
    if (deletes) throw new CommandFailure(EXIT.usage, 'Which secret? secret NAME --delete');
    output.result({ secrets: names });
    output.line(names.join('\n') || 'None is set. To set one: npm run numerai -- secret NAME');
    return EXIT.ok;
  }
  const { error } = secretName.safeParse(name);
  if (error) throw new CommandFailure(EXIT.usage, `The name must be ${error.issues[0]?.message}.`);
  if (deletes && !isSet)
    throw new CommandFailure(EXIT.failed, `No secret ${name} is set here. Set: ${names.join(', ') || 'none'}.`);
  setOwnSecret(state, name, deletes ? null : await valueFor(name, surface));
  output.result({ secret: name, deleted: deletes });
  output.line(
    `${name} is ${deletes ? 'deleted' : 'set'}, in ${shortPath(state)}/secrets.json, for this start and the next ones. What the app has read before it asks for anew within five minutes.`,
  );
  if (!deletes) await noteUnused(name, surface, findRunning(state)?.variables.MODELS_FILE);
  return EXIT.ok;
}

async function valueFor(name: string, { typed, output }: Surface): Promise<string> {
  const value = await typed(`${name}, not shown: `);
  if (value === '')
    throw new CommandFailure(
      EXIT.usage,
      `No value was given for ${name}: type it, or send it by a pipe. Nothing was done.`,
    );
  if (Buffer.byteLength(value) > MOST_BYTES)
    throw new CommandFailure(EXIT.usage, `The value of ${name} is larger than Key Vault takes: ${MOST_BYTES} bytes.`);
  output.keepSecret(value);
  return value;
}

/** A name that nothing asks for is often a misspelt one. */
async function noteUnused(
  name: string,
  { output, folder, environment }: Surface,
  running: string | undefined,
): Promise<void> {
  const file = environment.MODELS_FILE || running || modelsFileOf(environment);
  const found = await readModelsFile(file, folder).catch(() => null);
  const used = [...(found?.models ?? []), ...(found?.jobs ?? [])].flatMap(secretNamesOf);
  if (found === null || used.some((other) => isSameSecret(other, name))) return;
  const meant = nearest(name, used);
  output.note(`Nothing in ${file} names it${meant === null ? '.' : `; did you mean ${meant}?`}`);
}
