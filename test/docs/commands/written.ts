// Where commands are written for people and machines: pages, workflows, azure.yaml, and the sentences of the app.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, commandsIn } from './in-shell.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

/** Without what a participant installs there: packages of Python bring pages of their own. */
const within = (folder: string, ending: RegExp) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !/(?:^|[\\/])\.venv[\\/]/.test(name))
    .map((name) => join(folder, name).replaceAll('\\', '/'));

export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...within('examples', /\.md$/),
  ...within('docs', /\.md$/),
  ...within('.github', /\.md$/),
];
const YAML = [...within('.github', /\.yml$/), 'azure.yaml'];
const SOURCES = ['src', 'scripts', 'cli', 'local'].flatMap((folder) => within(folder, /\.tsx?$/));

/** A command, and the file that it stands in. */
export interface Written {
  readonly file: string;
  readonly command: Command;
}

/** Those of all programs, in all files. */
export async function writtenCommands(): Promise<readonly Written[]> {
  const scripts = [
    ...PAGES.map((file) => ({ file, script: ofPage(read(file)) })),
    ...YAML.map((file) => ({ file, script: ofYaml(read(file)) })),
    ...SOURCES.map((file) => ({ file, script: ofSource(read(file)) })),
  ].filter(({ script }) => script !== '');
  const found = await Promise.all(
    scripts.map(async ({ file, script }) => (await commandsIn(script)).map((command) => ({ file, command }))),
  );
  return found.flat();
}

const PROGRAMS = 'az|azd|npm|npx|node|gh|func';

/** The code of a page: its blocks for a shell, as one reader runs them one after the other, and the commands in its text. */
export function ofPage(page: string): string {
  const blocks = [...page.matchAll(/^( *)```(?:sh|bash|shell|console)\n(.*?)^ *```$/gms)].map(
    ([, , block = '']) => block,
  );
  const prose = page.replace(/^ *```.*?^ *```$/gms, '');
  const spans = [...prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)]
    .map(([, span = '']) => span.replace(/\s*\n[\s>]*/g, ' ').trim())
    .filter((span) => new RegExp(`^(?:${PROGRAMS}) [a-z-]`).test(span));
  return [...blocks, ...spans].join('\n').replace(/<[a-z=:]+>/g, 'value');
}

/** What the steps of a workflow run, and the hooks of azure.yaml. */
export function ofYaml(text: string): string {
  const steps = [...text.matchAll(/^( *)(?:- )?run: (?:\|\n((?:\1 .*\n|\n)+)|(.+))/gm)];
  // Each in a shell of its own: a step may end with its exit code.
  return steps.map(([, , block, line = '']) => `(${(block ?? line).replace(/\$\{\{.*?\}\}/g, 'value')}\n)`).join('\n');
}

/** What sentences name, where a value is put in as `${…}`: a command ends with the sentence, or the bracket around it. */
export function ofSource(text: string): string {
  const code = text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '').replace(/\$\{(.*?)\}(?!\})/g, chosen);
  const found = code.matchAll(/\baz [a-z][^'`\n]*?(?=['`)]|\.(?:['`\s]|$)|, |\\n| does )/g);
  // What is put in after an option with its value is further options: what they are is said elsewhere.
  return [...found].map(([command]) => command.replace(/( --[\w-]+ \S+) value$/, '$1')).join('\n');
}

/** What stands for an expression: of two texts the first one, else a value. */
function chosen(_: string, expression: string): string {
  return /\? '([^']*)' : '[^']*'$/.exec(expression)?.[1] ?? 'value';
}
