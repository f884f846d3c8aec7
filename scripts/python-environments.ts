// The virtual environments of Python that tests run programs in: where they are, and how they are made. They lie beside
// the packages of npm, which `npm ci` removes together.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'node_modules', '.cache', 'python');

/**
 * What each has: the packages of the example with the numerapi of today, and the last version before it; the Azure CLI; and
 * the stranger that tries the HTTP API. The first file is installed; further ones are those that it names.
 */
const REQUIREMENTS = {
  current: ['test/python/requirements.txt', 'examples/submission/requirements.txt'],
  before: ['test/python/requirements-before.txt'],
  'azure-cli': ['test/python/requirements-azure-cli.txt'],
  schemathesis: ['test/python/requirements-schemathesis.txt'],
} as const;

export type PythonEnvironment = keyof typeof REQUIREMENTS;
/** Those that have numerapi. */
export const WITH_NUMERAPI = ['current', 'before'] as const satisfies readonly PythonEnvironment[];
export const PYTHON_ENVIRONMENTS: readonly PythonEnvironment[] = [...WITH_NUMERAPI, 'azure-cli', 'schemathesis'];

const HOW_TO_MAKE = 'it needs Python 3.11 or newer, and its packages: npm run python';
/** Why a test is skipped. */
export const NO_PYTHON = `skipped: ${HOW_TO_MAKE}`;

const bin = (name: PythonEnvironment) =>
  join(FOLDER, name, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
const mark = (name: PythonEnvironment) => join(FOLDER, name, 'requirements.sha256');

/**
 * Its interpreter; undefined where it has not been made, or for other requirements.
 * @throws then, where PYTHON_PACKAGES is `required`: nothing is to be skipped.
 */
export function pythonOf(name: PythonEnvironment): string | undefined {
  if (isMade(name)) return bin(name);
  if (process.env.PYTHON_PACKAGES === 'required')
    throw new Error(`The Python environment ${name} is not there: ${HOW_TO_MAKE}.`);
  return undefined;
}

/** Installs the packages of an environment in seconds, where pip takes minutes. */
const UV = 'uv==0.13.9';

/** Makes it, unless it is there. Throws after pip's or uv's own words where that fails. */
export function makeEnvironment(name: PythonEnvironment): 'made' | 'there' {
  if (isMade(name)) return 'there';
  run(machinesPython(), ['-m', 'venv', '--clear', join(FOLDER, name)]);
  const [requirements] = REQUIREMENTS[name];
  run(bin(name), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', UV]);
  run(bin(name), ['-m', 'uv', 'pip', 'install', '--quiet', '--python', bin(name), '--requirement', requirements]);
  writeFileSync(mark(name), digestOf(name));
  return 'made';
}

function isMade(name: PythonEnvironment): boolean {
  return existsSync(bin(name)) && existsSync(mark(name)) && readFileSync(mark(name), 'utf8') === digestOf(name);
}

function digestOf(name: PythonEnvironment): string {
  const hash = createHash('sha256');
  for (const file of REQUIREMENTS[name]) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** The first Python of the machine that is new enough. Throws where there is none. */
function machinesPython(): string {
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';
  const found = ['python3', 'python'].find((name) => spawnSync(name, ['-c', check]).status === 0);
  if (found === undefined)
    throw new Error(
      'There is no Python 3.11 or newer with venv on this machine. Install it (Debian: python3 and python3-venv), and run this again.',
    );
  return found;
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}.`);
}
