// Bundles the app into the one file that is deployed: `npm run build`.

import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions as EsbuildOptions, type Metafile } from 'esbuild';
import { browserPart } from './browser-part.ts';
import { lazyPart } from './lazy-part.ts';
import { withoutLogDestinations } from './log-destinations.ts';

export interface BuildOptions {
  /** Default: the app, src/main.ts. */
  readonly entry?: string;
  /** Default: dist/main.cjs. Its source map lies beside it. */
  readonly outfile?: string;
  /** Default true. */
  readonly minify?: boolean;
}

export interface BuildResult {
  readonly outfile: string;
  /** Size of the bundle without its map. */
  readonly bytes: number;
  /** What the bundle consists of. */
  readonly metafile: Metafile;
  /** What the part of it consists of that is kept as text until it is needed. */
  readonly lazyMetafile: Metafile | undefined;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The oldest Node.js that the Functions plans run and that this app supports. */
const TARGET = 'node22';

/**
 * Bundles `entry` and all that it imports, save the module that the Functions worker provides. One file:
 * what is loaded by `import()` is in it too, but is compiled only when it is asked for.
 */
export async function buildApp(options: BuildOptions = {}): Promise<BuildResult> {
  const outfile = options.outfile ?? join(ROOT, 'dist/main.cjs');
  const entry = options.entry ?? join(ROOT, 'src/main.ts');
  const common = {
    absWorkingDir: ROOT,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    minify: options.minify ?? true,
    legalComments: 'none',
    external: ['@azure/functions-core'],
    logLevel: 'warning',
  } as const satisfies EsbuildOptions;
  const lazy = lazyPart(entry, common);
  const { metafile, outputFiles } = await build({
    ...common,
    entryPoints: [entry],
    outfile,
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    write: false,
    plugins: [lazy.plugin, withoutLogDestinations, browserPart(ROOT)],
  });
  await mkdir(dirname(outfile), { recursive: true });
  for (const { path, contents } of outputFiles) {
    // In one step: another process may be loading the bundle that is there.
    const unfinished = `${path}.${process.pid}`;
    await writeFile(unfinished, contents);
    await rename(unfinished, path);
  }
  const bytes = outputFiles.find(({ path }) => path === outfile)?.contents.length ?? 0;
  return { outfile, bytes, metafile, lazyMetafile: lazy.metafile() };
}

/** Whether something that the bundle is made of is newer than the bundle. */
export async function isStale(): Promise<boolean> {
  const sources = await readdir(join(ROOT, 'src'), { recursive: true });
  const files = [
    ...sources.map((file) => join('src', file)),
    'package-lock.json',
    'scripts/build.ts',
    'scripts/lazy-part.ts',
    'scripts/browser-part.ts',
    'scripts/log-destinations.ts',
  ];
  const changedAt = async (file: string) => (await stat(join(ROOT, file))).mtimeMs;
  try {
    const builtAt = await changedAt('dist/main.cjs');
    return (await Promise.all(files.map(changedAt))).some((time) => time > builtAt);
  } catch {
    // No bundle yet, or a file that vanished meanwhile.
    return true;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes } = await buildApp();
  console.log(`dist/main.cjs: ${(bytes / 1024).toFixed(0)} KiB`);
}
