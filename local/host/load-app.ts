// Finds and loads the app's entry points by the rules of the Node.js worker: `main` in package.json is a file or
// a glob; .mjs files, and .js files in a package of type module, are imported, all others are required.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Loads everything that `main` names, in order. Rethrows an error of the app with the entry point's name in front. */
export async function loadApp(appFolder: string): Promise<void> {
  const { main, type } = readPackage(appFolder);
  const files = existsSync(join(appFolder, main)) ? [main] : globSync(main, { cwd: appFolder }).sort();
  if (files.length === 0) {
    const why = /[*?{[]/.test(main) ? 'Found zero files matching the supplied pattern' : 'File does not exist';
    throw new Error(`Worker was unable to load entry point "${main}": ${why}`);
  }
  const require = createRequire(join(appFolder, 'package.json'));
  for (const file of files) {
    const path = join(appFolder, file);
    try {
      if (path.endsWith('.mjs') || (!path.endsWith('.cjs') && type === 'module'))
        await import(pathToFileURL(path).href);
      else require(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Worker was unable to load entry point "${file}": ${reason}`, {
        cause: error,
      });
    }
  }
}

function readPackage(appFolder: string): { main: string; type: string | undefined } {
  const content: unknown = JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8'));
  if (typeof content !== 'object' || content === null || !('main' in content) || typeof content.main !== 'string')
    throw new Error(`package.json in ${appFolder} has no entry point in "main".`);
  const type = 'type' in content && typeof content.type === 'string' ? content.type : undefined;
  return { main: content.main, type };
}
