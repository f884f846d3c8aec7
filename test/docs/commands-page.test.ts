// docs/commands.md, against the commands as they are run.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXIT } from '../../cli/failure.ts';
import { emptyFolder, numerai } from '../cli/command-line.ts';

const folder = emptyFolder();
const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const help = async (...words: string[]): Promise<string> => (await numerai([...words, '--help'], {}, { folder })).out;

/** The commands, as the program lists them: with their arguments. */
async function commands(): Promise<readonly string[]> {
  const [, list = ''] = /\nCommands:\n(.*?)\n\n/s.exec(await help()) ?? [];
  return [...list.matchAll(/^ {2}([a-z]\S*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}

const optionsIn = (text: string) => [...text.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = '']) => name);

test('the page has every command, with its arguments, and no other', async () => {
  const all = await commands();
  expect(all.length).toBeGreaterThan(12);
  for (const name of all) {
    const [, usage = ''] = /^Usage: npm run numerai -- (.*)$/m.exec(await help(name)) ?? [];
    const expected = usage.replace(' [options]', '').replace(' [image-or-command...]', '');
    expect(page, name).toContain(`| \`${expected}\` `);
  }
  const [, table = ''] = /## All of them\n\n(.*?)\n\n/s.exec(page) ?? [];
  const named = [...table.matchAll(/^\| `([a-z]+)/gm)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual([...all].sort());
});

test('the page has every option of every command, and no other', async () => {
  const known = new Set<string>();
  for (const name of await commands()) for (const option of optionsIn(await help(name))) known.add(option);
  known.delete('--help');
  const [, table = ''] = /\n(\| option .*?)\n\n/s.exec(page) ?? [];
  const told = new Set([...table.matchAll(/`(--[a-z-]+)/g)].map(([, name = '']) => name));
  expect([...told].sort()).toEqual([...known].sort());
});

test('each call that a page shows is a command line', async () => {
  const calls = [...`${page}\n${README}`.matchAll(/numerai(?: --silent)? -- ([a-z][^`#\n|)]*)/g)].map(
    ([, words = '']) => words.trim(),
  );
  expect(calls.length).toBeGreaterThan(8);
  for (const call of calls) {
    const words = [...call.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const { code, err } = await numerai([...words, '--help'], {}, { folder });
    expect([code, err], call).toEqual([0, '']);
  }
});

test('the exit codes are those that there are', () => {
  const [, table = ''] = /## Exit codes\n\n(.*?)\n\n/s.exec(page) ?? [];
  const told = [...table.matchAll(/^\| (\d) /gm)].map(([, code]) => Number(code));
  expect(told).toEqual(Object.values(EXIT));
});

test('the document of each command is told', async () => {
  const [, table = ''] = /## For programs\n\n(.*?)\n\nA `run`/s.exec(page) ?? [];
  for (const name of await commands()) expect(table).toContain(`\`${name}\``);
});
