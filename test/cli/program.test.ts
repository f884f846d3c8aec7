// The command line itself: help, and what is wrong with one.

import { expect, test } from 'vitest';
import { emptyFolder, numerai } from './command-line.ts';

const folder = emptyFolder();
const run = (...args: readonly string[]) => numerai(args, {}, { folder });

test.each([[['--help']], [['help']], [['-h']]])('%j explains all commands', async (args) => {
  const { code, out, err } = await run(...args);
  expect([code, err]).toEqual([0, '']);
  for (const command of ['models', 'register', 'unregister', 'test', 'round', 'migrate', 'Exit codes'])
    expect(out).toContain(command);
});

test('each command explains itself, with the options that all share', async () => {
  for (const [command, own] of [
    ['models', '--json'],
    ['register', '--dry-run'],
    ['unregister', '--dry-run'],
    ['test', '--timeout <minutes>'],
    ['round', '[tournament]'],
    ['migrate', '<nodes.json>'],
  ] as const) {
    const { code, out } = await run(command, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Usage: npm run numerai -- ${command}`);
    expect(out).toContain(own);
    expect(out).toContain('--url');
  }
});

test.each([
  [['rounds'], "Unknown command 'rounds'. Did you mean round?\n"],
  [['zzz'], "Unknown command 'zzz'. --help lists what there is.\n"],
  [['round', '--jsn'], "Unknown option '--jsn'. Did you mean --json?\n"],
  [['register', '--dryrun'], "Unknown option '--dryrun'. Did you mean --dry-run?\n"],
  [['round', '--nonsense'], "Unknown option '--nonsense'. --help lists what there is.\n"],
  [['models', '--dry-run'], "Unknown option '--dry-run'. --help lists what there is.\n"],
  [['test', '--timeout', 'long'], '--timeout must be a number of minutes, at most 1440.\n'],
])('%j is answered with one line and exit code 2', async (args, line) => {
  expect(await run(...args)).toEqual({ code: 2, out: '', err: line });
});

test.each([[[]], [['models', 'x']], [['test', 'a', 'b']], [['round', 'classic', 'signals']]])(
  '%j is no command line',
  async (args) => {
    expect((await run(...args)).code).toBe(2);
  },
);

test.each(['--local', '--state=.local'])('--url and %s exclude each other', async (local) => {
  const { code, err } = await run('round', '--url', 'https://app.example', local);
  expect(err).toContain('cannot be used with option');
  expect(code).toBe(2);
});

test('a program gets the fault in JSON', async () => {
  const { code, out } = await run('rond', '--json');
  expect(JSON.parse(out)).toEqual({
    error: "Unknown command 'rond'. Did you mean round?",
    exitCode: 2,
  });
  expect(code).toBe(2);
});

test.each([
  [['--json'], 2, { error: 'There is no command. --help lists what there is.', exitCode: 2 }],
  [['--help', '--json'], 0, { help: expect.stringContaining('Exit codes') }],
  [['status', '--help', '--json'], 0, { help: expect.stringContaining('--watch') }],
  [['status', '--state', '.none', '--json'], 3, { error: expect.stringContaining('not running'), exitCode: 3 }],
  [['migrate', 'none.json', '--json'], 2, { error: expect.stringContaining('none.json'), exitCode: 2 }],
])('with --json, %j has one document on standard output', async (args, exitCode, document) => {
  const { code, out } = await run(...args);
  expect(JSON.parse(out)).toEqual(document);
  expect(code).toBe(exitCode);
});

test('says so where no local environment runs', async () => {
  const { code, err } = await run('test', '--state', folder);
  expect(err).toContain('The local environment is not running. Start it with `npm start`');
  expect(code).toBe(3);
});
