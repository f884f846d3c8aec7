// The pages about deploying, against what there is: commands, parameters, links, workflows.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PARAMETERS_FILE } from '../infra/template.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

const PAGES = [
  'docs/deploy.md',
  'docs/security.md',
  'docs/migrating.md',
  'docs/cost.md',
  'examples/submission/README.md',
];
const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows')).map(
  (name) => `.github/workflows/${name}`,
);

test.each([...PAGES, ...WORKFLOWS, 'azure.yaml'])('%s: every npm script exists', (page) => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  const named = [...read(page).matchAll(/npm (?:run ([a-z:-]*[a-z])|(test))\b/g)].map(
    ([, name, test]) => name ?? test,
  );
  for (const name of named) expect(scripts, `npm run ${name}`).toContain(name);
});

test.each(PAGES)('%s: every link to a file of this repository leads somewhere', (page) => {
  for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)/g)) {
    expect(existsSync(join(ROOT, dirname(page), link)), link).toBe(true);
  }
});

test('deploy.md: every heading that is linked to exists', () => {
  const anchors = [...read('docs/deploy.md').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const page of PAGES) {
    const inPage =
      page === 'docs/deploy.md' ? /\]\((?:deploy\.md)?#([^)]+)\)/g : /\]\(deploy\.md#([^)]+)\)/g;
    for (const [, anchor] of read(page).matchAll(inPage)) expect(anchors).toContain(anchor);
  }
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
    const explained =
      new RegExp(`\\| \`${placeholder}\` +\\|`).test(page) || placeholder === 'YOUR_NAME';
    expect(explained, placeholder).toBe(true);
  }
});

test('no page sends anybody to the portal', () => {
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
  const used = WORKFLOWS.flatMap((workflow) =>
    [...read(workflow).matchAll(/secrets\.(\w+)/g)].map(([, name]) => name),
  );
  expect([...new Set(used)]).toEqual(['DOCKERHUB_TOKEN']);
});
