// What the scripts share: the Azure CLI as a function, questions with and without echo.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

/** Whether the module of this URL is the program that was started. */
export function isMain(moduleUrl: string): boolean {
  const program = process.argv[1];
  return program !== undefined && pathToFileURL(program).href === moduleUrl;
}

/** A command that failed, with what it wrote to standard error. */
export class CommandError extends Error {
  readonly code = 'COMMAND_FAILED';
}

/** Runs a command of the Azure CLI and gives what it wrote to standard output. */
export type AzureCli = (args: readonly string[]) => Promise<string>;

/**
 * The Azure CLI, on one subscription. What it writes is never shown: it may hold a key.
 * @throws {CommandError} with the text of its standard error.
 */
export function azureCli(subscriptionId: string | undefined): AzureCli {
  const scope = subscriptionId === undefined ? [] : ['--subscription', subscriptionId];
  return (args) => run('az', [...args, ...scope, '--only-show-errors']);
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
    child.on('error', (cause) =>
      reject(new CommandError(`${program} could not be started: is it installed?`, { cause })),
    );
    child.on('close', (code) => {
      if (code === 0) resolve(output.trim());
      else reject(new CommandError(errors.trim() || `${program} ended with code ${code}.`));
    });
  });
}

function quoted(argument: string): string {
  return /^[\w./:@=-]+$/.test(argument) ? argument : `"${argument.replaceAll('"', '\\"')}"`;
}

/** Asks a person. `hidden`: what is typed is not shown. */
export async function ask(question: string, hidden = false): Promise<string> {
  let muted = false;
  const output = new Writable({
    write(chunk, encoding, done) {
      if (!muted) process.stdout.write(chunk, encoding);
      done();
    },
  });
  const prompt = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const answer = prompt.question(question);
    muted = hidden;
    return (await answer).trim();
  } finally {
    prompt.close();
    if (hidden) process.stdout.write('\n');
  }
}

/** The value of an environment variable that the Azure Developer CLI, or you, must have set. */
export function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') {
    throw new CommandError(
      `${name} is not set. The Azure Developer CLI sets it for its hooks; otherwise set it yourself (docs/deploy.md).`,
    );
  }
  return value;
}

/** Runs a script's main function; a failure is one sentence and exit code 1. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
