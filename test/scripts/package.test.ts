// What is deployed: exactly four files, which load from their folder alone.

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
const PACKAGE = ['dist/main.cjs', 'host.json', 'models.json', 'package.json'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Stands in for the module that the Functions worker provides, and prints the functions that are registered. */
const WORKER = `
const Module = require('node:module');
const load = Module._load;
const names = [];
const core = {
  registerFunction: (metadata) => { names.push(metadata.name); return { dispose() {} }; },
  registerHook: () => ({ dispose() {} }),
  setProgrammingModel: () => {},
  getProgrammingModel: () => undefined,
  hostVersion: '4', workerVersion: '3', version: '3',
};
const provided = new Proxy(core, { get: (target, key) => target[key] ?? class {} });
Module._load = function (request, ...rest) {
  return request === '@azure/functions-core' ? provided : load.call(this, request, ...rest);
};
const { main } = require('./package.json');
require('./' + main);
console.log(JSON.stringify(names));
`;

test('the package holds the bundle, host.json, package.json and models.json, and nothing else', async () => {
  const staged = await stagePackage(ROOT, join(folder, 'package'));
  const found = await readdir(join(folder, 'package'), { recursive: true });
  expect(staged).toEqual(PACKAGE);
  expect(found.map((name) => name.replaceAll('\\', '/')).sort()).toEqual(
    ['dist', ...PACKAGE].sort(),
  );
});

test('it leaves nothing to install, and points to the bundle', async () => {
  await stagePackage(ROOT, folder);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(Object.keys(manifest).sort()).toEqual(['main', 'name', 'private', 'version']);
  expect(manifest.main).toBe('dist/main.cjs');
});

test('it loads from that folder alone, and registers the functions of src', async () => {
  if (await isStale()) await buildApp();
  await stagePackage(ROOT, folder);
  const worker = join(folder, 'worker.cjs');
  await writeFile(worker, WORKER);
  const { stdout } = await promisify(execFile)(process.execPath, [worker], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  });
  const names: string[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(names.sort()).toEqual(await functionsOfTheSource());
});

/** The functions that src/functions registers, whichever they are, sorted. */
async function functionsOfTheSource(): Promise<readonly string[]> {
  const folder = join(ROOT, 'src', 'functions');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const sources = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const names = sources.flatMap((source) =>
    [...source.matchAll(/\bapp\.(?:http|timer)\(\s*'(\w+)'/g)].map(([, name = '']) => name),
  );
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
