// The submission image: its own tests, run with Python where there is one, and what the files promise.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RUN_VARIABLES } from '../../src/lib/config/container-schema.ts';
import { parseModels } from '../../src/lib/config/models.ts';
import { EXIT_CONFIGURATION, failureOfExit } from '../../src/lib/watch/diagnoses.ts';

const FOLDER = fileURLToPath(new URL('../../examples/submission/', import.meta.url));
const PYTHON = ['python3', 'python'].find((name) => {
  const check = 'import sys; sys.exit(sys.version_info < (3, 11))';
  return spawnSync(name, ['-c', check]).status === 0;
});

const PROGRAMS = readdirSync(FOLDER).filter((name) => name.endsWith('.py'));

function fileOf(name: string): string {
  return readFileSync(`${FOLDER}${name}`, 'utf8');
}

test.skipIf(PYTHON === undefined)(
  'the programs pass their own tests without any package (needs Python 3.11; with packages: test/python)',
  () => {
    const result = spawnSync(PYTHON ?? '', ['-B', '-m', 'unittest', 'discover', '-s', 'tests'], {
      cwd: FOLDER,
      encoding: 'utf8',
    });
    expect(result.stderr).toMatch(/\nOK\n/);
    expect(result.stderr).toMatch(/Ran \d\d tests/);
  },
);

test('the exit codes in the table are those of the program, and the app knows those that matter', () => {
  const constants = new Map(
    [...fileOf('endings.py').matchAll(/^([A-Z_]+) = (\d+)$/gm)]
      .map(([, name = '', code]) => [name, Number(code)] as const)
      .filter(([name]) => /^(DONE|UNEXPECTED|ROUND_NOT_OPEN|UNAVAILABLE|CONFIGURATION)$/.test(name)),
  );
  const table = [...fileOf('README.md').matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(constants.size).toBe(5);
  expect(table).toEqual([...constants.values(), 137, 143]);
  expect(constants.get('CONFIGURATION')).toBe(EXIT_CONFIGURATION);
  const notReady = failureOfExit(constants.get('UNAVAILABLE') ?? 0, null);
  expect(notReady.failure).toBe('not-ready');
});

test('the README explains every variable that the app sets and that the programs read', () => {
  const readme = fileOf('README.md');
  const read = PROGRAMS.flatMap((program) =>
    [...fileOf(program).matchAll(/(?:optional|whole_number|env(?:iron)?\.get)\("([A-Z_]+)"/g)].map(([, name]) => name),
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
  expect(dockerfile).toMatch(/^ARG RUN_AS=(?!root|0$)\w+\nUSER \$\{RUN_AS\}$/m);
  expect(dockerfile.indexOf('USER ')).toBeLessThan(dockerfile.indexOf('CMD '));
  expect(dockerfile).not.toMatch(/NUMERAI_|^ARG (?!RUN_AS=)/m);
  expect(fileOf('.dockerignore').split('\n')[0]).toBe('*');
});

test('a new model rebuilds no package', () => {
  const dockerfile = fileOf('Dockerfile');
  const steps = ['COPY requirements.txt', 'RUN pip install', 'COPY *.py', 'COPY models/'];
  const at = steps.map((step) => dockerfile.indexOf(`\n${step}`));
  expect(at).not.toContain(-1);
  expect([...at].sort((a, b) => a - b)).toEqual(at);
});

test('the job of the README writes to the share from which the submission reads, with the same image', () => {
  const blocks = [...fileOf('README.md').matchAll(/^```json\n(.*?)^```/gms)].map(([, block = '']) => block);
  const block = (blocks.find((block) => block.includes('"jobs"')) ?? '').replace(/YOUR_\w+/g, 'yours');
  const { models, jobs } = parseModels(block, {
    file: 'README.md',
    containerLocation: 'westus2',
    containerIdentityId: undefined,
  });
  const [submission, training] = [models, jobs].map(([first]) => {
    const container = first?.container;
    return container?.kind === 'image' ? container : undefined;
  });
  const [read, written] = [submission, training].map((container) => container?.volumes[0]);
  expect(read).toMatchObject({ readOnly: true });
  expect(written).toEqual({ ...read, readOnly: false });
  expect(training?.image).toBe(submission?.image);
  expect(training?.command?.slice(0, 2)).toEqual(['python', 'train.py']);
  expect(training?.env?.MODEL_FOLDER).toBe(written?.mountPath);
  expect(fileOf('settings.py')).toContain(`DEFAULT_MODEL_FOLDER = "${read?.mountPath}"`);
});
