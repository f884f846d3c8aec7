// How long loading the app takes: processes that load it and end, against a Node.js that loads nothing. The
// unbundled app is the same code with its packages in node_modules.

import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { browserPart } from '../scripts/browser-part.ts';
import { type BuildResult, buildApp } from '../scripts/build.ts';
import { kilobytes, median, ms, printTable, ratio } from './numbers.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CORE = fileURLToPath(new URL('functions-core.cjs', import.meta.url));
/** Inside node_modules, so that the unbundled app finds its packages. */
const FOLDER = join(ROOT, 'node_modules/.cache/bench');
const TIMES = 31;

/** The client libraries, as an app without lazy loading has them: at the top of its modules. */
const LIBRARIES = [
  '@azure/arm-containerinstance',
  '@azure/data-tables',
  '@azure/identity',
  '@azure/keyvault-secrets',
];

export async function benchLoadTime(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const bundle = await buildApp({ outfile: join(FOLDER, 'main.cjs') });
  const nothing = join(FOLDER, 'nothing.cjs');
  await writeFile(nothing, '');
  const cases = {
    bare: nothing,
    bundle: bundle.outfile,
    lazy: await unbundled('unbundled-lazy.cjs'),
    unbundled: await unbundled('unbundled.cjs', LIBRARIES),
  };
  const times: Record<keyof typeof cases, number[]> = {
    bare: [],
    bundle: [],
    lazy: [],
    unbundled: [],
  };
  // In turns, so that whatever else the machine does befalls all alike.
  for (let turn = 0; turn <= TIMES; turn++) {
    for (const name of ['bare', 'bundle', 'lazy', 'unbundled'] as const) {
      const startedAt = performance.now();
      execFileSync(process.execPath, ['--require', CORE, cases[name]], {
        cwd: ROOT,
        stdio: 'ignore',
      });
      // The first turn warms the file cache.
      if (turn > 0) times[name].push(performance.now() - startedAt);
    }
  }
  const bare = median(times.bare);
  const best = Math.min(...times.bare);
  const all = median(times.unbundled) - bare;
  const row = (name: keyof typeof cases, label: string): string[] => {
    const over = median(times[name]) - bare;
    return [
      label,
      ms(median(times[name])),
      name === 'bare' ? '–' : ms(over),
      name === 'bare' ? '–' : ms(Math.min(...times[name]) - best),
      name === 'bare' ? '–' : ratio(over, all),
    ];
  };
  printTable(
    `Loading the app (${TIMES} processes each)`,
    ['', 'median', 'over bare Node.js', 'best over best', 'to unbundled'],
    [
      row('bare', 'bare Node.js'),
      row('bundle', 'the bundle'),
      row('unbundled', 'unbundled, libraries at the top'),
      row('lazy', 'unbundled, libraries when needed'),
    ],
  );
  printSizes(bundle);
}

async function unbundled(name: string, eager: readonly string[] = []): Promise<string> {
  const outfile = join(FOLDER, name);
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    plugins: [browserPart(ROOT)],
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    banner: { js: eager.map((library) => `require(${JSON.stringify(library)});`).join('') },
    logLevel: 'warning',
  });
  return outfile;
}

function printSizes({ bytes, metafile, lazyMetafile }: BuildResult): void {
  const parts = new Map<string, number>();
  for (const [path, size] of [...sizesOf(metafile), ...sizesOf(lazyMetafile)]) {
    const name = packageOf(path);
    // The text of the lazy part is counted by what it consists of.
    if (!name.startsWith('lazy-')) parts.set(name, (parts.get(name) ?? 0) + size);
  }
  const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, 12);
  printTable(
    'Size of the bundle',
    ['part', 'minified', 'of the whole'],
    [
      ['the whole', kilobytes(bytes), ''],
      ...largest.map(([name, size]) => [
        name,
        kilobytes(size),
        `${Math.round((100 * size) / bytes)} %`,
      ]),
    ],
  );
}

function sizesOf(metafile: Metafile | undefined): [string, number][] {
  return Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
    Object.entries(inputs).map(([path, { bytesInOutput }]): [string, number] => [
      path,
      bytesInOutput,
    ]),
  );
}

function packageOf(path: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? path.split('/').slice(0, 2).join('/');
}
