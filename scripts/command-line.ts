// What the project's command lines have in common: one line says what is wrong.

import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';

/**
 * A program without commands and options yet. A wrong command line ends it with one line and exit code 1.
 * @param name how it is called: `npm start --`.
 */
export function createProgram(name: string): Command {
  return new Command(name)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(`${usageFault(text)}\n`) });
}

/** Commander's message about a wrong command line as one line that also says what to do. */
export function usageFault(message: string): string {
  const [, fault = message, suggestion = '--help lists what there is.'] =
    /^(?:error: )?(.*?)\.?(?:\s+\((Did you mean .*)\))?\s*$/s.exec(message) ?? [];
  return `${fault.charAt(0).toUpperCase()}${fault.slice(1)}. ${suggestion}`;
}

/** Parses an option or argument that is a whole number. */
export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** Runs a script's main function; a failure is its message and exit code 1. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

/** Whether the module of this URL is the program that was started. */
export function isMain(moduleUrl: string): boolean {
  const program = process.argv[1];
  return program !== undefined && pathToFileURL(program).href === moduleUrl;
}

/**
 * Ends the program where nobody reads what it prints any more, as after `| head -1`: without a word, since nothing went wrong.
 * @param end for a program that has something to end first. It is called once.
 */
export function endWithReader(end: () => void = () => process.exit(0)): void {
  let isEnding = false;
  const onError = (error: NodeJS.ErrnoException) => {
    if (isEnding) return;
    isEnding = true;
    if (error.code === 'EPIPE') return end();
    console.error(`What this prints cannot be written: ${error.message}.`);
    process.exit(1);
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onError);
}
