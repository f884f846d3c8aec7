// What runs in the reader's browser goes into the bundle as text: the module `dashboard:assets`.

import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const MODULE = 'dashboard:assets';
const FOLDER = 'src/dashboard';
/** Browsers of the last two years. */
const BROWSERS = ['chrome131', 'firefox132', 'safari18.1', 'ios18.1'];

/** @param root the project's folder. */
export function browserPart(root: string): Plugin {
  const textOf = async (file: string): Promise<string> => {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: [join(root, FOLDER, file)],
      bundle: true,
      minify: true,
      format: 'iife',
      platform: 'browser',
      target: BROWSERS,
      legalComments: 'none',
      write: false,
      logLevel: 'warning',
    });
    return outputFiles[0]?.text ?? '';
  };
  return {
    name: 'browser-part',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${MODULE}$`) }, () => ({ path: MODULE, namespace: MODULE }));
      onLoad({ filter: /./, namespace: MODULE }, async () => {
        const [style, script] = await Promise.all([textOf('styles/main.css'), textOf('browser/main.ts')]);
        return {
          contents: `export const style = ${JSON.stringify(style)}; export const script = ${JSON.stringify(script)};`,
          loader: 'js',
        };
      });
    },
  };
}
