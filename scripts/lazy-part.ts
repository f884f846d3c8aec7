// What the app loads by `import()` (the Azure client libraries) goes into the bundle as text. V8 reads
// every function of a file when it loads the file, used or not, and these libraries are nine tenths of it;
// text costs next to nothing until it is compiled, which happens with the first `import()`.

import { dirname, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const ENTRY = 'lazy-entry';
const PART = 'lazy-part';

/** The part as a script: `exports[module]()` evaluates and gives that module. */
interface LazyPart {
  readonly script: string;
  readonly metafile: Metafile;
}

/** An esbuild plugin, and what it made: the metafile of the part, once the build is done. */
export interface LazyPartPlugin {
  readonly plugin: Plugin;
  /** What the part consists of; undefined where nothing is imported lazily. */
  metafile(): Metafile | undefined;
}

/**
 * Makes the plugin for one build.
 * @param entry the entry point of the bundle: what it imports lazily is looked for in a first, quick pass.
 * @param options what the build of the part has in common with that of the bundle.
 */
export function lazyPart(entry: string, options: BuildOptions): LazyPartPlugin {
  let part: Promise<LazyPart> | undefined;
  let made: LazyPart | undefined;
  const plugin: Plugin = {
    name: 'lazy-part',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ kind, path, importer }) =>
        kind === 'dynamic-import'
          ? { path: resolve(dirname(importer), path), namespace: ENTRY }
          : undefined,
      );
      onLoad({ filter: /./, namespace: ENTRY }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(PART)})[${JSON.stringify(nameOf(path))}]();`,
        loader: 'js',
        resolveDir: dirname(path),
      }));
      onResolve({ filter: new RegExp(`^${PART}$`) }, () => ({ path: PART, namespace: PART }));
      onLoad({ filter: /./, namespace: PART }, async () => {
        part ??= lazyImportsOf(entry, options).then((modules) => buildPart(modules, options));
        made = await part;
        return { contents: loaderOf(made.script), loader: 'js', resolveDir: dirname(entry) };
      });
    },
  };
  return { plugin, metafile: () => made?.metafile };
}

/** Names in the bundle say nothing of the machine that it was built on. */
const nameOf = (path: string): string => path.replace(/^.*[\\/]src[\\/]/, '').replaceAll('\\', '/');

async function lazyImportsOf(entry: string, options: BuildOptions): Promise<readonly string[]> {
  const found = new Set<string>();
  await build({
    ...options,
    entryPoints: [entry],
    packages: 'external',
    sourcemap: false,
    metafile: false,
    write: false,
    plugins: [
      {
        name: 'find-lazy-imports',
        setup({ onResolve }) {
          onResolve({ filter: /^\./ }, ({ kind, path, importer }) => {
            if (kind !== 'dynamic-import') return undefined;
            found.add(resolve(dirname(importer), path));
            return { path, external: true };
          });
        },
      },
    ],
  });
  return [...found].sort();
}

async function buildPart(modules: readonly string[], options: BuildOptions): Promise<LazyPart> {
  const lines = modules.map(
    (path) => `exports[${JSON.stringify(nameOf(path))}] = () => require(${JSON.stringify(path)});`,
  );
  const { outputFiles, metafile } = await build({
    ...options,
    stdin: { contents: lines.join('\n'), resolveDir: process.cwd(), loader: 'js' },
    sourcemap: false,
    metafile: true,
    write: false,
  });
  return { script: outputFiles[0]?.text ?? '', metafile };
}

const loaderOf = (script: string): string => `
  const { createRequire } = require('node:module');
  const { compileFunction } = require('node:vm');
  const part = { exports: {} };
  const source = ${JSON.stringify(script)};
  compileFunction(source, ['exports', 'require', 'module'], { filename: 'azure-client-libraries.cjs' })(
    part.exports, createRequire(__filename), part,
  );
  module.exports = part.exports;
`;
