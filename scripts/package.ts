// Stages what is deployed in dist/package: the bundle, host.json, package.json, models.json, and nothing
// else. The bundle has everything in it, so the staged package.json names no dependencies: neither the
// Azure Developer CLI nor a build in Azure finds anything to install.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain } from './command-line.ts';

/** Files that are copied as they are. The bundle's source map stays here: nothing in Azure reads it. */
const COPIED = ['dist/main.cjs', 'host.json', 'models.json'] as const;

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
  for (const name of COPIED) {
    try {
      await copy(name);
    } catch (cause) {
      throw new Error(`${name} is missing. ${HOW_TO_MAKE[name]}`, { cause });
    }
  }
  await writeFile(join(target, 'package.json'), await stagedManifest(root));
  return [...staged, 'package.json'].sort();
}

const HOW_TO_MAKE: Readonly<Record<(typeof COPIED)[number], string>> = {
  'dist/main.cjs': 'Run `npm run build`.',
  'host.json': 'It belongs to the repository: restore it.',
  'models.json': 'Write it: README.md shows how.',
};

/** What Functions needs of package.json: where the bundle is, and that it is CommonJS. */
async function stagedManifest(root: string): Promise<string> {
  const { name, version, main } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify({ name, version, private: true, main }, null, 2)}\n`;
}

if (isMain(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const staged = await stagePackage(root, join(root, 'dist', 'package'));
  console.log(`dist/package: ${staged.join(', ')}`);
}
