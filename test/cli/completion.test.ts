// `numerai completion`: scripts for three shells, made from the commands themselves.

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { emptyFolder, numerai } from './command-line.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = emptyFolder();
const COMMANDS = ['check', 'status', 'start', 'cancel', 'logs', 'runs', 'dashboard', 'models', 'register', 'test'];

async function scriptFor(shell: string): Promise<string> {
  const { code, out } = await numerai(['completion', shell], {}, { folder });
  expect(code).toBe(0);
  return out;
}

/** What bash offers after these words, in a shell whose npm says what models.json has. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const program = `npm() { echo nightly; echo retrain; }
${await scriptFor('bash')}
COMP_WORDS=(numerai-webhook ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_numerai_webhook
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).trim().split('\n');
}

test('bash completes commands, their options, and the names in models.json', async () => {
  expect(await offered('')).toEqual(expect.arrayContaining([...COMMANDS, 'help']));
  expect(await offered('che')).toEqual(['check']);
  expect(await offered('start', '--f')).toEqual(['--force']);
  expect(await offered('start', '--n')).toEqual(['--no-follow']);
  expect(await offered('start', '')).toEqual(expect.arrayContaining(['nightly', 'retrain', '--json']));
  expect(await offered('round', 's')).toEqual(['signals']);
  expect(await offered('runs', '--only', 'wai')).toEqual(['waiting']);
  expect(await offered('')).not.toContain('names');
});

/** Whether there is such a shell on this machine: where there is none, nobody can tell. */
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).error === undefined;

/** What zsh's own functions are asked to offer, and fish offers itself. */
const OFFERED: Readonly<Record<'zsh' | 'fish', (script: string, words: readonly string[]) => string>> = {
  zsh: (script, words) => `npm() { print -l nightly retrain }
compdef() { : }
_describe() { local name=\${@[-1]}; print -l -- "\${(@)\${(P@)name}%%:*}" }
compadd() { shift; print -l -- "$@" }
_files() { print FILES }
${script}
words=(numerai-webhook ${words.map((word) => `'${word}'`).join(' ')})
CURRENT=\${#words}
_numerai_webhook`,
  fish: (script, words) => `function npm; echo nightly; echo retrain; end
${script}
complete -C "numerai-webhook ${words.join(' ')}"`,
};

describe.each(['zsh', 'fish'] as const)('%s', (shell) => {
  test.skipIf(!has(shell)).each<[string[], string[], string[]]>([
    [[''], ['check', 'secret', 'help'], ['names', 'nightly']],
    [
      ['start', ''],
      ['nightly', 'retrain'],
      ['package.json', 'FILES'],
    ],
    [['start', '--'], ['--force', '--no-follow', '--json'], ['--follow']],
    [['round', ''], ['classic', 'signals', 'crypto'], ['nightly']],
    [['runs', '--only', ''], ['waiting', 'timed_out'], ['nightly']],
    [['help', ''], ['check', 'completion'], ['nightly']],
    [['--'], ['--url', '--local', '--json'], ['--force']],
  ])('after %j offers what there is', async (words, some, none) => {
    const program = OFFERED[shell](await scriptFor(shell), words);
    const { stdout, stderr } = spawnSync(shell, ['-c', program], { encoding: 'utf8', cwd: ROOT });
    expect(stderr).toBe('');
    const found = stdout.split('\n').map((line) => line.split('\t')[0]);
    expect(found).toEqual(expect.arrayContaining(some));
    for (const word of none) expect(found).not.toContain(word);
  });
});

test.each(['bash', 'zsh', 'fish'])('%s gets a script that it can read, with all commands', async (shell) => {
  const script = await scriptFor(shell);
  for (const command of COMMANDS) expect(script).toMatch(new RegExp(`\\b${command}\\b`));
  expect(script).toContain(`npm --prefix '${folder}' run --silent numerai --`);
  const { error, status, stderr } = spawnSync(shell, ['-n', '-c', script], { encoding: 'utf8' });
  // Where there is no such shell, nobody can tell.
  if (error === undefined) expect([status, stderr]).toEqual([0, '']);
});

test('names lists what models.json has, for these scripts', async () => {
  const entry = { name: 'nightly', tournament: 'classic', container: { group: 'g' } };
  writeFileSync(join(folder, 'models.json'), JSON.stringify({ models: [entry] }));
  expect(await numerai(['names'], {}, { folder })).toEqual({ code: 0, out: 'nightly\n', err: '' });
});

test('another shell is answered with those that there are', async () => {
  const { code, err } = await numerai(['completion', 'tcsh'], {}, { folder });
  expect(err).toContain('Allowed choices are bash, zsh, fish');
  expect(code).toBe(2);
});
