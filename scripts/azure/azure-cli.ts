// The Azure CLI as a function.

import { spawn } from 'node:child_process';
import { explainerOf } from '../../src/lib/azure/refusals.ts';
import { messageOf } from '../../src/lib/util/errors.ts';

/** Runs a command of the Azure CLI and returns what it wrote to standard output. */
export type AzureCli = (args: readonly string[]) => Promise<string>;

/**
 * The Azure CLI, on one subscription. Its output is never shown: it may hold a key.
 * It throws the text of its standard error.
 */
export function azureCli(subscriptionId: string | undefined): AzureCli {
  const scope = subscriptionId === undefined ? [] : ['--subscription', subscriptionId];
  const explain = explainerOf('resource-manager', { place: subscriptionId ?? '', name: 'it', by: 'person' });
  return (args) =>
    run('az', [...args, ...scope, '--only-show-errors']).catch((error: unknown) => {
      const found = explain(messageOf(error));
      throw found === null ? error : new Error(`${found.what} ${found.remedy}`, { cause: error });
    });
}

/** The values that a JMESPath query finds in the answer to a command. */
export async function valuesOf(az: AzureCli, args: readonly string[], query: string): Promise<readonly string[]> {
  const text = await az([...args, '--query', query, '--output', 'tsv']);
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** Runs a program to its end; on Windows through the shell, where `az` and `npm` are scripts. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly show?: boolean } = {},
): Promise<string> {
  const windows = process.platform === 'win32';
  return new Promise((resolve, reject) => {
    const child = spawn(program, windows ? args.map(quoted) : args, {
      shell: windows,
      env: options.env ?? process.env,
      stdio: options.show === true ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (cause) => reject(new Error(`${program} could not be started: is it installed?`, { cause })));
    child.on('close', (code) => {
      if (code === 0) resolve(output.trim());
      else reject(new Error(errors.trim() || `${program} ended with code ${code}.`));
    });
  });
}

function quoted(argument: string): string {
  return /^[\w./:@=-]+$/.test(argument) ? argument : `"${argument.replaceAll('"', '\\"')}"`;
}
