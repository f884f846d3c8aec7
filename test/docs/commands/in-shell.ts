// What a shell would run of a text, without running any of it: bash itself reads the text, and finds no program.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A program's name and its arguments, as the shell passes them on. */
export type Command = readonly string[];

const END = '\x1e';

/**
 * Every program is reported where bash does not find it. A text stands for its output: for that of what makes keys the worst
 * one, which begins with a hyphen.
 */
const PRELUDE = `
command_not_found_handle() {
  printf '%s\\0' "$@" $'\\x1e' >&3
  case $1 in
    openssl) echo -9begins-with-a-hyphen ;;
    tr) IFS= read -r -d '' line; printf %s "$line" ;;
    *) echo value ;;
  esac
}
cd() { :; }
source() { :; }
readonly PATH=/nowhere
`;

/** Whether there is a bash that says what it did not find; that of macOS is too old. */
export const hasBash = spawnSync('bash', ['-c', '[[ BASH_VERSINFO -ge 4 ]]']).status === 0;

/**
 * The commands of a text, those within others first. Two of a pipe may come in either order. A variable that the text does
 * not set has a value.
 * @throws where bash cannot read it, or does not come to its end.
 */
export async function commandsIn(script: string): Promise<readonly Command[]> {
  const folder = mkdtempSync(join(tmpdir(), 'commands-'));
  try {
    const variables = [...script.matchAll(/\$\{?([A-Z][A-Z_0-9]*)/g)].map(([, name = '']) => [name, 'value'] as const);
    // With the PATH bash itself is found; then it has none.
    const env = { ...Object.fromEntries(variables), PATH: process.env.PATH };
    const child = spawn('bash', ['--norc', '--noprofile', '-c', `${PRELUDE}\n${script}`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      timeout: 20_000,
    });
    const ended = new Promise<string>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(signal ?? String(code)));
    });
    const [, , errors, found] = child.stdio;
    const [said, listed, end] = await Promise.all([readAll(errors), readAll(found), ended]);
    // What it cannot read it names with the option that it came in.
    if (end.startsWith('SIG') || /^bash: -c: /m.test(said)) throw new Error(`bash: ${end} ${said}\n${script}`);
    return commandsOf(listed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A pipe of the child's. */
async function readAll(stream: unknown): Promise<string> {
  if (stream === null || typeof stream !== 'object' || !(Symbol.asyncIterator in stream))
    throw new Error('bash has no such pipe.');
  return text(stream as NodeJS.ReadableStream);
}

function commandsOf(listed: string): readonly Command[] {
  return listed
    .split(`${END}\0`)
    .slice(0, -1)
    .map((command) => command.split('\0').slice(0, -1));
}
