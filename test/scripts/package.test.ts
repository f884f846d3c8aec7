// What is deployed: the bundle and few files beside it, which load from their folder alone.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildApp, isStale } from '../../scripts/build.ts';
import { stagePackage } from '../../scripts/package.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKER = fileURLToPath(new URL('../fixtures/worker.cjs', import.meta.url));
const PACKAGE = [
  'dist/azure-clients.cjs',
  'dist/azure-clients.cjs.map',
  'dist/main.cjs',
  'dist/main.cjs.map',
  'dist/openapi.json',
  'host.json',
  'models.json',
  'package.json',
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the package holds the bundle, host.json, package.json and models.json, and nothing else', async () => {
  const staged = await stagePackage(ROOT, join(folder, 'package'));
  const found = await readdir(join(folder, 'package'), { recursive: true });
  expect(staged).toEqual(PACKAGE);
  expect(found.map((name) => name.replaceAll('\\', '/')).sort()).toEqual(['dist', ...PACKAGE].sort());
});

test('it leaves nothing to install, and points to the bundle', async () => {
  await stagePackage(ROOT, folder);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(Object.keys(manifest).sort()).toEqual(['main', 'name', 'private', 'version']);
  expect(manifest.main).toBe('dist/main.cjs');
});

test('it loads from that folder alone, and registers the functions of src', async () => {
  await stageBuilt();
  const { functions } = await load();
  expect(functions.toSorted()).toEqual(await functionsOfTheSource());
});

test('it loads the Azure clients once the functions are registered, and not before', async () => {
  await stageBuilt();
  const { files } = await load();
  expect(files.atFirst).toEqual(['dist/main.cjs']);
  expect(files.afterwards).toEqual(['dist/main.cjs', 'dist/azure-clients.cjs']);
});

test('it finds models.json beside itself, whatever the working directory is', async () => {
  await stageBuilt();
  const { errors } = await load();
  expect(errors).toBe('');
  await rm(join(folder, 'models.json'));
  const without = await load();
  expect(without.errors).toContain(`MODELS_FILE: got \`models.json\` (ENOENT`);
  expect(without.errors).toContain(join(folder, 'models.json'));
});

test('an exception names the TypeScript file, the function and the line that it comes from', async () => {
  await stageBuilt();
  const { logged } = await load('webhook');
  const { msg, err } = JSON.parse(logged.find((line) => line.includes('on purpose')) ?? '{}');
  expect(msg).toBe('request failed');
  expect(err.stack).toMatch(/^RangeError: thrown on purpose: params\n {4}at /);
  expect(err.stack).not.toContain('main.cjs');
  const frames = [...err.stack.matchAll(/at (?:async )?(\w+) \((src\/[\w./-]+\.ts):(\d+):\d+\)/g)];
  const [[, name, file = '', line] = []] = frames;
  const source = await readFile(join(ROOT, file), 'utf8');
  expect(source).toContain(`function ${name}(`);
  expect(source.split('\n')[Number(line) - 1]).toContain('request.params');
  expect(frames.at(-1)?.slice(1, 3)).toEqual(['answer', 'src/functions/http/handler.ts']);
});

test('the maps name the sources and the packages, and no folder of this machine', async () => {
  await stageBuilt();
  for (const name of ['main', 'azure-clients']) {
    const map = JSON.parse(await readFile(join(folder, `dist/${name}.cjs.map`), 'utf8'));
    expect(map.sources).toContain(`../src/${name === 'main' ? 'app.ts' : 'lib/azure/clients.ts'}`);
    expect(map.sourcesContent).toBeUndefined();
    expect(map.sources.filter((source: string) => /^(\/|[A-Za-z]:|file:)/.test(source))).toEqual([]);
  }
});

/** Stages the bundle that is made of the sources as they are. */
async function stageBuilt(): Promise<void> {
  if (await isStale()) await buildApp();
  await stagePackage(ROOT, folder);
}

const SETTINGS = {
  AZURE_SUBSCRIPTION_ID: '11111111-2222-4333-8444-555555555555',
  CONTAINER_RESOURCE_GROUP: 'my-containers',
  CONTAINER_LOCATION: 'westus2',
  AzureWebJobsStorage__tableServiceUri: 'https://account.table.core.windows.net/',
};

interface Loaded {
  readonly functions: readonly string[];
  readonly logged: readonly string[];
  /** The files of the package that the process has loaded. */
  readonly files: { readonly atFirst: readonly string[]; readonly afterwards: readonly string[] };
  /** What went to standard error. */
  readonly errors: string;
}

/** Loads the staged package in a process of its own, and calls a function of it where one is named. */
async function load(...called: readonly string[]): Promise<Loaded> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [WORKER, folder, ...called], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...SETTINGS },
  });
  return { ...JSON.parse(stdout), errors: stderr };
}

/** The functions that src/functions registers, whichever they are, sorted. */
async function functionsOfTheSource(): Promise<readonly string[]> {
  const folder = join(ROOT, 'src', 'functions');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const sources = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const names = sources.flatMap((source) => [
    ...[...source.matchAll(/\bapp\.(?:http|timer)\(\s*'(\w+)'/g)].map(([, name = '']) => name),
    ...[...source.matchAll(/^export const (\w+): HttpFunction = /gm)].map(([, name = '']) => name),
  ]);
  return names.sort();
}

test('what was staged before does not stay', async () => {
  await writeFile(join(folder, 'local.settings.json'), '{}');
  await stagePackage(ROOT, folder);
  expect(await readdir(folder)).not.toContain('local.settings.json');
});

test('a missing file is named, with what makes it', async () => {
  const root = join(folder, 'root');
  await mkdir(root);
  await cp(join(ROOT, 'package.json'), join(root, 'package.json'));
  await expect(stagePackage(root, join(folder, 'package'))).rejects.toThrow(
    'dist/main.cjs is missing. Run `npm run build`.',
  );
});
