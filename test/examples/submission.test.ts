// The submission image: its own tests, run with Python where there is one, and what the files promise.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RUN_VARIABLES } from '../../src/lib/config/container-schema.ts';
import { EXIT_CONFIGURATION } from '../../src/lib/watch/diagnoses.ts';

const FOLDER = fileURLToPath(new URL('../../examples/submission/', import.meta.url));
const PYTHON = ['python3', 'python'].find((name) => {
  const check = 'import sys; sys.exit(sys.version_info < (3, 11))';
  return spawnSync(name, ['-c', check]).status === 0;
});

function fileOf(name: string): string {
  return readFileSync(`${FOLDER}${name}`, 'utf8');
}

test.skipIf(PYTHON === undefined)(
  'predict.py passes its own tests (needs Python 3.11; numerapi, pyarrow and LightGBM are not tested)',
  () => {
    const result = spawnSync(PYTHON ?? '', ['-B', '-m', 'unittest', 'discover', '-s', 'tests'], {
      cwd: FOLDER,
      encoding: 'utf8',
    });
    expect(result.stderr).toMatch(/\nOK\n/);
    expect(result.stderr).toMatch(/Ran \d\d tests/);
  },
);

test('the exit codes in the table are those of the program, and the app knows the one that matters', () => {
  const constants = new Map(
    [...fileOf('predict.py').matchAll(/^([A-Z_]+) = (\d+)$/gm)]
      .map(([, name = '', code]) => [name, Number(code)] as const)
      .filter(([name]) => /^(DONE|UNEXPECTED|ROUND_NOT_OPEN|UNAVAILABLE|CONFIGURATION)$/.test(name)),
  );
  const table = [...fileOf('README.md').matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(constants.size).toBe(5);
  expect(table).toEqual([...constants.values(), 137, 143]);
  expect(constants.get('CONFIGURATION')).toBe(EXIT_CONFIGURATION);
});

test('the README explains every variable that the app sets and that the program reads', () => {
  const readme = fileOf('README.md');
  const read = [...fileOf('predict.py').matchAll(/(?:optional|whole_number|environ\.get)\("([A-Z_]+)"/g)].map(
    ([, name]) => name,
  );
  expect(read.length).toBeGreaterThan(8);
  for (const name of [...RUN_VARIABLES, ...read]) expect(readme).toContain(`\`${name}\``);
});

test('everything in the image has an exact version', () => {
  expect(fileOf('Dockerfile')).toMatch(/^FROM python:\d+\.\d+\.\d+-slim-\w+$/m);
  const requirements = fileOf('requirements.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(requirements.length).toBeGreaterThan(0);
  for (const line of requirements) expect(line).toMatch(/^[a-z0-9-]+==\d+(\.\d+)+$/);
});

test('the image runs without privileges and has no secret in it', () => {
  const dockerfile = fileOf('Dockerfile');
  expect(dockerfile).toMatch(/^USER (?!root|0$)\w+$/m);
  expect(dockerfile.indexOf('USER ')).toBeLessThan(dockerfile.indexOf('CMD '));
  expect(dockerfile).not.toMatch(/NUMERAI_|^ARG/m);
  expect(fileOf('.dockerignore').split('\n')[0]).toBe('*');
});

test('a new model rebuilds no package', () => {
  const dockerfile = fileOf('Dockerfile');
  const steps = ['COPY requirements.txt', 'RUN pip install', 'COPY predict.py', 'COPY models/'];
  const at = steps.map((step) => dockerfile.indexOf(`\n${step}`));
  expect(at).not.toContain(-1);
  expect([...at].sort((a, b) => a - b)).toEqual(at);
});
