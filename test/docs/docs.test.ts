// The pages, against what there is: commands, paths, links, parameters, workflows.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { modelsFileSchema } from '../../src/lib/config/models-file-schema.ts';
import { USUAL_MAX_ATTEMPTS } from '../../src/lib/runs/run.ts';
import { ATTEMPTS } from '../../src/lib/watch/moments.ts';
import { PARAMETERS_FILE } from '../infra/template.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'examples/submission/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`);

test.each([...PAGES, ...WORKFLOWS, 'azure.yaml'])('%s: every npm script exists', (page) => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  const named = [...read(page).matchAll(/npm (?:run ([a-z:-]*[a-z])|(test))\b/g)].map(([, name, test]) => name ?? test);
  for (const name of named) expect(scripts, `npm run ${name}`).toContain(name);
});

test.each(PAGES)('%s: every link to a file of this repository leads somewhere', (page) => {
  for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)/g)) {
    expect(existsSync(join(ROOT, dirname(page), link)), link).toBe(true);
  }
});

/** The anchors that GitHub gives to the headings of a page; a repeated heading gets a number. */
function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of withoutCode(read(page)).matchAll(/^#+ (.*)$/gm)) {
    const anchor = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let number = 1; anchors.has(unique); number++) unique = `${anchor}-${number}`;
    anchors.add(unique);
  }
  return anchors;
}

function withoutCode(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, '');
}

test.each(PAGES)('%s: every heading that is linked to exists', (page) => {
  for (const [, file = '', anchor = ''] of read(page).matchAll(/\]\(((?!https?:)[^)#]*)#([^)]+)\)/g)) {
    const target = file === '' ? page : normalize(join(dirname(page), file));
    expect(anchorsOf(target), `${target}#${anchor}`).toContain(anchor);
  }
});

test.each(PAGES)('%s: every path of this repository that it names exists', (page) => {
  const paths = read(page).matchAll(
    /(?<![\w./-])(?:src|cli|local|test|bench|scripts|infra|examples|docs|\.github)\/[\w./-]*/g,
  );
  for (const [path] of paths) expect(existsSync(join(ROOT, path.replace(/\.$/, ''))), path).toBe(true);
});

test.each(['README.md', 'docs/models.md', 'docs/migrating.md'])('%s: its models.json is one', (page) => {
  const schema = modelsFileSchema({ containerLocation: undefined, containerIdentityId: undefined });
  const blocks = [...read(page).matchAll(/^```json\n(.*?)^```/gms)].map(([, block = '']) => block);
  const files = blocks.filter((block) => block.includes('"models"'));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files)
    expect(schema.safeParse(JSON.parse(file.replace(/YOUR_\w+/g, 'yours'))).error).toBeUndefined();
});

test('deploy.md explains every parameter, under both of its names', () => {
  const page = read('docs/deploy.md');
  const BY_AZD = ['environmentName', 'location', 'operatorPrincipalId'];
  for (const [name, { value }] of Object.entries(PARAMETERS_FILE.parameters)) {
    expect(page, name).toContain(`\`${name}\``);
    const [, variable = ''] = /^\$\{(\w+)/.exec(value) ?? [];
    if (!BY_AZD.includes(name)) expect(page, variable).toContain(`\`${variable}\``);
  }
});

test('deploy.md explains every placeholder of its first half', () => {
  const page = read('docs/deploy.md');
  for (const [placeholder] of page.matchAll(/\bYOUR_[A-Z_]+\b/g)) {
    const explained = new RegExp(`\\| \`${placeholder}\` +\\|`).test(page) || placeholder === 'YOUR_NAME';
    expect(explained, placeholder).toBe(true);
  }
});

test('the waits between attempts are those of the policy', () => {
  const [, ...minutes] = ATTEMPTS.waitsMs.map((wait) => wait / 60_000);
  const short = minutes.filter((wait) => wait < 60);
  const long = minutes.filter((wait) => wait >= 60).map((wait) => wait / 60);
  const list = (numbers: readonly number[]) => `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
  const page = read('docs/fault-tolerance.md');
  expect(page).toContain(`after ${list(short)} minutes, ${list(long)} hours`);
  expect(page).toContain(`${['Four', 'Five', 'Six'][USUAL_MAX_ATTEMPTS - 4]} may fail in a round`);
  for (const page of ['README.md', 'docs/models.md']) {
    expect(read(page)).toContain(`\`maxAttempts\` (${USUAL_MAX_ATTEMPTS})`);
    expect(read(page)).toContain(`at once, then after ${short.join(', ')} minutes`);
  }
});

test('no page links to the Azure portal', () => {
  for (const page of PAGES) expect(read(page)).not.toMatch(/portal\.azure\.com/);
});

test('the workflows use actions by version, and sign in without a password', () => {
  for (const workflow of WORKFLOWS) {
    const text = read(workflow);
    for (const [, action = ''] of text.matchAll(/uses: (\S+)/g)) {
      expect(action, workflow).toMatch(/^(\.\/|[\w-]+\/[\w-]+@v\d+)/);
    }
    expect(text, workflow).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(text, workflow).not.toMatch(/client-secret|AZURE_CREDENTIALS/);
    if (text.includes('azure/login@')) expect(text, workflow).toContain('id-token: write');
  }
});

test('nothing here names a secret where only names of variables belong', () => {
  const used = WORKFLOWS.flatMap((workflow) => [...read(workflow).matchAll(/secrets\.(\w+)/g)].map(([, name]) => name));
  expect([...new Set(used)]).toEqual(['DOCKERHUB_TOKEN']);
});
