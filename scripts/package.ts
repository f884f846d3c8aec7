// Stages what is deployed in dist/package: the bundle with its source maps, the description of the API, host.json,
// package.json, models.json, and nothing else. The bundle has everything in it, so the staged package.json names no
// dependencies: neither the Azure Developer CLI nor a build in Azure finds anything to install.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkConfiguration } from '../cli/check/configuration.ts';
import { requireNoFaults } from '../cli/check/require-no-faults.ts';
import { isMain, runMain } from './command-line.ts';

const HOW_TO_BUILD = 'Run `npm run build`.';

/** Files that are copied as they are, and what makes them. */
const COPIED: Readonly<Record<string, string>> = {
  'dist/main.cjs': HOW_TO_BUILD,
  'dist/main.cjs.map': HOW_TO_BUILD,
  'dist/azure-clients.cjs': HOW_TO_BUILD,
  'dist/azure-clients.cjs.map': HOW_TO_BUILD,
  'dist/openapi.json': HOW_TO_BUILD,
  'host.json': 'It belongs to the repository: restore it.',
  'models.json': 'Write it: README.md shows how.',
};

/**
 * Empties `target` and fills it with the files of the package.
 * @returns their names, relative to `target`, sorted.
 * @throws where a file is missing, with what makes it.
 */
export async function stagePackage(root: string, target: string): Promise<readonly string[]> {
  await rm(target, { recursive: true, force: true });
  const staged: string[] = [];
  const copy = async (name: string) => {
    await mkdir(dirname(join(target, name)), { recursive: true });
    await cp(join(root, name), join(target, name));
    staged.push(name);
  };
  for (const [name, howToMake] of Object.entries(COPIED)) {
    try {
      await copy(name);
    } catch (cause) {
      throw new Error(`${name} is missing. ${howToMake}`, { cause });
    }
  }
  await writeFile(join(target, 'package.json'), await stagedManifest(root));
  return [...staged, 'package.json'].sort();
}

/** What Functions needs of package.json: where the bundle is, and that it is CommonJS. */
async function stagedManifest(root: string): Promise<string> {
  const { name, version, main } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify({ name, version, private: true, main }, null, 2)}\n`;
}

if (isMain(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  await runMain(() => main(root));
}

async function main(root: string): Promise<void> {
  // A package with a wrong models.json would answer every call with 500.
  const { findings } = await checkConfiguration({
    file: 'models.json',
    folder: root,
    // The same package for every installation.
    environment: {},
    deploys: false,
  });
  requireNoFaults(findings, (line) => console.log(line));
  const staged = await stagePackage(root, join(root, 'dist', 'package'));
  console.log(`dist/package: ${staged.join(', ')}`);
}
