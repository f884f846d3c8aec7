// Bundles the app into the one file that is deployed: `npm run build`.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

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
  readonly metafile: Metafile;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The oldest Node.js that the Functions plans run and that this app supports. */
const TARGET = 'node22';

/**
 * Bundles `entry` and all that it imports, save the module that the Functions worker provides. One file:
 * what is loaded by `import()` is in it too, but is evaluated only when it is asked for.
 */
export async function buildApp(options: BuildOptions = {}): Promise<BuildResult> {
  const outfile = options.outfile ?? join(ROOT, 'dist/main.cjs');
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [options.entry ?? join(ROOT, 'src/main.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    minify: options.minify ?? true,
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    external: ['@azure/functions-core'],
    metafile: true,
    logLevel: 'warning',
  });
  const bytes =
    Object.entries(metafile.outputs).find(([file]) => file.endsWith('.cjs'))?.[1].bytes ?? 0;
  return { outfile, bytes, metafile };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { outfile, bytes, metafile } = await buildApp();
  const metaFile = join(dirname(outfile), 'meta.json');
  await mkdir(dirname(outfile), { recursive: true });
  await writeFile(metaFile, JSON.stringify(metafile));
  console.log(`dist/main.cjs: ${(bytes / 1024).toFixed(0)} KiB`);
}
