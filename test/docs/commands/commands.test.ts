// The commands that pages, workflows and the app's sentences name: no value is left open, and those of this repository are
// there, with the options that they are given. The Azure CLI parses its own (test/python/azure-cli.test.ts).

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commandsIn, hasBash } from './in-shell.ts';
import { ofPage, ofSource, ofYaml, PAGES, type Written, writtenCommands } from './written.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

const written = hasBash ? await writtenCommands() : [];
const of = (...programs: readonly string[]) => written.filter(({ command: [name = ''] }) => programs.includes(name));
const shown = ({ file, command }: Written) => `${file}: ${command.join(' ')}`;

describe.skipIf(!hasBash)('commands', () => {
  test('are found', () => {
    for (const program of ['az', 'azd', 'npm', 'gh', 'curl']) expect(of(program).length, program).toBeGreaterThan(5);
    for (const file of ['docs/deploy.md', '.github/workflows/bicep.yml', 'azure.yaml', 'src/lib/azure/refusals.ts'])
      expect(
        written.some((each) => each.file === file),
        file,
      ).toBe(true);
  });

  test('say what stands for each value', () => {
    const open = of('az', 'azd', 'gh', 'docker', 'curl', 'func').filter(({ command }) =>
      command.some((argument) => /…|\.\.\.|^<|^$/.test(argument)),
    );
    expect(open.map(shown)).toEqual([]);
  });

  test('of this repository exist, with every option that they are given', () => {
    const faults = of('npm').flatMap((each) => {
      const { script, args } = scriptOf(each.command);
      if (script === undefined) return [];
      if (!(script in SCRIPTS)) return [shown(each)];
      const [command = '…'] = args;
      if (
        script === 'numerai' &&
        command !== '…' &&
        !helpOf(script, args).startsWith(`Usage: npm run numerai -- ${command} `)
      )
        return [`${shown(each)}: no ${command}`];
      return optionsOf(args)
        .filter((option) => !helpOf(script, args).includes(option))
        .map((option) => `${shown(each)}: no ${option}`);
    });
    expect(faults).toEqual([]);
  });
});

/** The npm script that a command runs, and what it is given. */
function scriptOf([, verb = '', ...rest]: readonly string[]): { script?: string; args: readonly string[] } {
  const dashes = rest.indexOf('--');
  const args = dashes === -1 ? [] : rest.slice(dashes + 1);
  if (verb === 'start' || verb === 'test') return { script: verb, args };
  if (verb !== 'run') return { args };
  const [script] = rest;
  return script === undefined ? { args } : { script, args };
}

const optionsOf = (args: readonly string[]) =>
  args.filter((argument) => argument.startsWith('--')).map((argument) => argument.replace(/=.*/, ''));

const helps = new Map<string, string>();

/** What the program says of itself; where it has commands, of the one that is asked for. */
function helpOf(script: string, args: readonly string[]): string {
  const file = /(\S+\.ts)$/.exec(SCRIPTS[script] ?? '')?.[1];
  if (file === undefined) return '';
  const command = script === 'numerai' ? args.slice(0, 1) : [];
  const key = [file, ...command].join(' ');
  let help = helps.get(key);
  if (help === undefined) {
    help = spawnSync(process.execPath, [file, ...command, '--help'], { cwd: ROOT, encoding: 'utf8' }).stdout;
    helps.set(key, help);
  }
  return help;
}

test('every function that a page runs by the admin API exists', () => {
  const registered = ['watcher', 'fallback'];
  for (const name of registered) expect(read(`src/functions/${name}.ts`)).toContain(`app.timer('${name}'`);
  const named = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\/admin\/functions\/(\w+)/g)].map(([, name]) => ({ page, name })),
  );
  expect(named.length).toBeGreaterThan(0);
  for (const { page, name } of named) expect(registered, page).toContain(name);
});

describe.skipIf(!hasBash)('a shell reads', () => {
  test.each([
    ['what is within others', 'az a --key "$(az b --name c)"', ['az b --name c', 'az a --key value']],
    ['what stands in two lines', 'az a \\\n  --name "b c"', ['az a --name b c']],
    [
      'what is generated at its worst',
      'az a --key "$(openssl rand 3 | tr a b)"',
      ['az a --key -9begins-with-a-hyphen'],
    ],
    ['variables', 'A=b; az a "$A" "$OTHER"', ['az a b value']],
    ['nothing of a comment', '# az a\naz b', ['az b']],
  ])('%s', async (_, script, commands) => {
    const found = (await commandsIn(script)).map((command) => command.join(' '));
    expect(found.filter((command) => command.startsWith('az'))).toEqual(commands);
  });

  test('no text that is no command line', async () => {
    await expect(commandsIn('az a "')).rejects.toThrow('bash');
    await expect(commandsIn('while true; do :; done')).rejects.toThrow('bash');
  }, 60_000);
});

test.each([
  [
    'a block and a span',
    'Do:\n\n```sh\naz a\n```\n\nor `az b\n  --name c`, not `az` or `--az c`.',
    'az a\n\naz b --name c',
  ],
  ['a placeholder in brackets', '`npm start -- --state <dir>`', 'npm start -- --state value'],
])('of a page: %s', (_, page, script) => {
  expect(ofPage(page)).toBe(script);
});

/** An expression within a text. */
const put = (expression: string) => `$\{${expression}}`;

test('of a workflow: its steps', () => {
  expect(
    ofYaml(
      `steps:\n  - run: az a ${put('{ vars.B }')}\n  - name: c\n    run: |\n      az d \\\n        e\n  - run: f\n`,
    ),
  ).toBe('(az a value\n)\n(      az d \\\n        e\n\n)\n(f\n)');
});

test('of a source: what its sentences name', () => {
  const source = [
    '  // az of a comment',
    "  'Register it: az provider register --namespace Some.Name.',",
    `  \`Add one (az a --name ${put('nameOf(of)')}), or wait.\`,`,
    `  \`${put("is ? 'az b' : 'az c'")} --to d.\`,`,
  ].join('\n');
  expect(ofSource(source)).toBe('az provider register --namespace Some.Name\naz a --name value\naz b --to d');
});
