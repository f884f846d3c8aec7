// Bundles what is deployed, `npm run build`: the app, and the Azure clients that it loads later. Each is one
// file with its source map beside it; and beside both the description of the HTTP API, which the app serves.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import { browserPart } from './browser-part.ts';

export interface BuildOptions {
  /** Default: the app, src/main.ts. */
  readonly entry?: string;
  /** Where the two files go; default: dist. */
  readonly folder?: string;
}

/** Size and origin of a file, as esbuild reports them. */
export type BuiltFile = Metafile['outputs'][string];

export interface BuildResult {
  /** main.cjs */
  readonly main: BuiltFile;
  /** azure-clients.cjs */
  readonly clients: BuiltFile;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLIENTS = join(ROOT, 'src/lib/azure/clients.ts');

/** Of the HTTP API: `npm run schema` makes it. */
const DESCRIPTION = 'docs/openapi.json';

/** The oldest Node.js that the Functions plans run and that this app supports. */
const TARGET = 'node22';

/**
 * V8 reads every function of a file when it loads the file, used or not. So the Azure clients, which are most
 * of the code, are a file of their own, beside the app's.
 */
const clientsApart: Plugin = {
  name: 'clients-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/clients\.ts$/ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' && join(resolveDir, path) === CLIENTS
        ? { path: './azure-clients.cjs', external: true }
        : undefined,
    );
  },
};

/**
 * What pino writes files with, here and in other threads, and redacts by paths. The app's log is written by the invocation
 * that it is of, and redacted as a whole.
 */
const withoutFiles: Plugin = {
  name: 'without-files',
  setup({ onResolve, onLoad }) {
    const filter = /^(thread-stream|sonic-boom|@pinojs\/redact|\.\/(lib\/)?transport)$/;
    onResolve({ filter }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]pino[\\/]/.test(importer) ? { path, namespace: 'without-files' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'without-files' }, () => ({ contents: 'module.exports = class {};' }));
  },
};

/**
 * Short names have the libraries of the app's own file, of which no stack trace is in need; and of the app its schemas,
 * pages, alerts, adapters and what answers operators: functions of data, or of calls that name in their errors what they do.
 * Their lines are in the source map.
 */
const shortNames: Plugin = {
  name: 'short-names',
  setup({ onLoad }) {
    const filter =
      /[\\/](node_modules[\\/](zod|pino[\w-]*|safe-stable-stringify)|src[\\/](dashboard|lib[\\/](alerts|config|operations|compute[\\/][\w-]+)))[\\/].*\.(c?js|ts)$/;
    onLoad({ filter, namespace: 'file' }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: path.endsWith('.ts') ? 'ts' : 'js',
        minifyIdentifiers: true,
        sourcefile: path,
        sourcemap: 'inline',
        sourcesContent: false,
        target: TARGET,
      });
      return { contents: code };
    });
  },
};

/** Stands in the bundle until the hash of all of it, which is as long, takes its place. */
const BUILD_ID = '0build-id0build-id0';

/** Bundles `entry` and all that it imports, save the module that the Functions worker provides. */
export async function buildApp(options: BuildOptions = {}): Promise<BuildResult> {
  const folder = options.folder ?? join(ROOT, 'dist');
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: options.entry ?? join(ROOT, 'src/main.ts'), 'azure-clients': CLIENTS },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    // Names stay as they are, for stack traces. That is half as many bytes again, which load as fast.
    minifySyntax: true,
    minifyWhitespace: true,
    // Node.js quotes the line of an uncaught exception.
    lineLimit: 160,
    legalComments: 'none',
    define: { 'import.meta.dirname': '__dirname', BUILD_ID: JSON.stringify(BUILD_ID) },
    // What is written as `import()` becomes `require`, which takes a third of the time for the clients.
    supported: { 'dynamic-import': false },
    // The library's own minified form: of its names no stack trace is in need.
    alias: { '@azure/functions': '@azure/functions/dist/azure-functions.min.js' },
    external: ['@azure/functions-core'],
    sourcemap: 'linked',
    // The package has the files' names, and not their text.
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'warning',
    plugins: [clientsApart, withoutFiles, shortNames, browserPart(ROOT)],
  });
  await mkdir(folder, { recursive: true });
  const hash = createHash('sha256');
  for (const { path, contents } of outputFiles) if (path.endsWith('.cjs')) hash.update(contents);
  const buildId = hash.digest('hex').slice(0, BUILD_ID.length);
  for (const { path, text } of outputFiles) await replace(path, text.replaceAll(BUILD_ID, buildId));
  // Beside the bundle, not in it: V8 reads all of that at each start.
  const description = JSON.parse(await readFile(join(ROOT, DESCRIPTION), 'utf8'));
  await replace(join(folder, 'openapi.json'), JSON.stringify(description));
  const built = (name: string): BuiltFile => {
    const file = metafile.outputs[relative(ROOT, join(folder, name)).replaceAll('\\', '/')];
    if (file === undefined) throw new Error(`esbuild made no ${name}.`);
    return file;
  };
  return { main: built('main.cjs'), clients: built('azure-clients.cjs') };
}

/** In one step: another process may be loading the file that is there. */
async function replace(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}

/** Whether something that the bundle is made of is newer than the bundle. */
export async function isStale(): Promise<boolean> {
  const sources = await readdir(join(ROOT, 'src'), { recursive: true });
  const files = [
    ...sources.map((file) => join('src', file)),
    'package-lock.json',
    DESCRIPTION,
    'scripts/build.ts',
    'scripts/browser-part.ts',
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
  const { main, clients } = await buildApp();
  const kibibytes = ({ bytes }: BuiltFile) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(`dist/main.cjs: ${kibibytes(main)}, dist/azure-clients.cjs: ${kibibytes(clients)}`);
}
