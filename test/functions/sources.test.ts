// What the app's own code may and may not know.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildApp } from '../../scripts/build.ts';
import { PROVIDERS } from '../../src/lib/config/container-kinds.ts';
import { CONTAINER_KINDS } from '../../src/lib/config/container-schema.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

const sources = (await readdir(SRC, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const read = async (file: string) => ({
  file: file.slice(SRC.length + 1).replaceAll('\\', '/'),
  text: await readFile(file, 'utf8'),
});
const texts = await Promise.all(sources.map(read));

test('the app does not mention the local environment, and has no mode for it', () => {
  expect(texts.length).toBeGreaterThan(50);
  const mention =
    /azurite|\bstand-?ins?\b|\blocal\/|devstore|UseDevelopmentStorage|NODE_ENV|isDevelopment|simulated|AZURE_FUNCTIONS_ENVIRONMENT/i;
  const found = texts.flatMap(({ file, text }) =>
    text
      .split('\n')
      .filter((line) => mention.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test('the app imports nothing from outside of src but its dependencies', () => {
  const manifest = /from '([^'.][^']*)'|import\('([^'.][^']*)'\)/g;
  const known = new Set(['croner', 'ulid', 'pino', 'zod/mini', 'zod/v4/core', 'dashboard:assets', 'idiomorph']);
  // Types alone, of which nothing is left in the bundle.
  const types = /^import type .* from '(?:@slack\/types|discord-api-types\/v10|@microsoft\/teams\.cards)';$/gm;
  const found = texts.flatMap(({ file, text }) =>
    [...text.replace(types, '').matchAll(manifest)]
      .map((match) => match[1] ?? match[2] ?? '')
      .filter((name) => !known.has(name) && !/^(node:|@azure\/)/.test(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
  const leaving = texts.flatMap(({ file, text }) =>
    [...text.matchAll(/from '((?:\.\.\/)+)/g)]
      .filter((match) => (match[1] ?? '').length / 3 >= file.split('/').length)
      .map(() => file),
  );
  expect(leaving).toEqual([]);
});

test('the domain knows neither HTTP functions nor the Functions runtime', () => {
  const found = texts.filter(
    ({ file, text }) => file.startsWith('lib/') && /@azure\/functions|\.\.\/functions\/|HttpRequest/.test(text),
  );
  expect(found.map(({ file }) => file)).toEqual([]);
});

test('which platforms there are is known to their folders, the schema of models.json and the composition root alone', () => {
  // Of container groups there is more to be known: their words are those of the domain.
  const others = Object.entries(PROVIDERS).filter(([name]) => name !== 'container-instances');
  const kinds = CONTAINER_KINDS.filter((kind) => kind !== 'group' && kind !== 'image');
  expect(Math.min(others.length, kinds.length)).toBeGreaterThan(1);
  const names = new RegExp(`(${[...others.flat(), ...kinds].join('|').replaceAll('.', '\\.')})\\b`);
  const own = new RegExp(`^(lib/compute/(${others.map(([name]) => name).join('|')})/|lib/config/|app\\.ts$)`);
  expect(texts.filter(({ file, text }) => names.test(text) && !own.test(file)).map(({ file }) => file)).toEqual([]);
});

test('loading the bundle loads nothing of Node.js that only calls need', async () => {
  const folder = fileURLToPath(new URL('../../node_modules/.cache/test', import.meta.url));
  await buildApp({ folder });
  const core = fileURLToPath(new URL('../../bench/functions-core.cjs', import.meta.url));
  const script = `require(${JSON.stringify(join(folder, 'main.cjs'))}); process.stdout.write(process.moduleLoadList.join('\\n')); process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', core, '--eval', script]);
  const loaded = stdout.split('\n').map((name) => name.replace(/^.* /, ''));
  expect(loaded).toContain('internal/modules/cjs/loader');
  expect(loaded.filter((name) => /undici|webstreams|^(fs\/promises|https|http2|tls|dns|zlib)$/.test(name))).toEqual([]);
});

test('the bundle stays within its size, and the client libraries are a file of their own', async () => {
  const { main, clients } = await buildApp({
    folder: fileURLToPath(new URL('../../node_modules/.cache/test', import.meta.url)),
  });
  expect(main.bytes).toBeLessThan(767_000);
  expect(clients.bytes).toBeLessThan(920_000);
  const ofClients = Object.keys(clients.inputs).join('\n');
  const ofApp = Object.keys(main.inputs).join('\n');
  expect(ofApp).toContain('src/main.ts');
  for (const library of ['core-rest-pipeline', 'identity', 'keyvault-secrets', 'data-tables']) {
    expect(ofClients).toContain(`node_modules/@azure/${library}/`);
    expect(ofApp).not.toContain(`@azure/${library}/`);
  }
});
