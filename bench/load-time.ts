// How long loading the app takes: processes that load it and end, against a Node.js that loads nothing. The
// unbundled app is the same code with its packages in node_modules.

import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { browserPart } from '../scripts/browser-part.ts';
import { type BuildResult, buildApp } from '../scripts/build.ts';
import { kilobytes, median, ms, printTable, ratio } from './numbers.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CORE = fileURLToPath(new URL('functions-core.cjs', import.meta.url));
/** Inside node_modules, so that the unbundled app finds its packages. */
const FOLDER = join(ROOT, 'node_modules/.cache/bench');
const TIMES = 31;
/** Ends the process once the functions are registered: what the app loads afterwards is not on that path. */
const LOAD = 'require(process.argv[1]); process.exit();';
const LOAD_ALL = 'require(process.argv[1]);';

/** The client libraries, as an app without lazy loading has them: at the top of its modules. */
const LIBRARIES = ['@azure/arm-containerinstance', '@azure/data-tables', '@azure/identity', '@azure/keyvault-secrets'];

interface Case {
  readonly label: string;
  readonly file: string;
  readonly script: string;
  readonly times: number[];
}

/** @param against a folder with another build of the app, to be measured in turn with this one. */
export async function benchLoadTime(against?: string): Promise<void> {
  const bundle = await buildApp({ folder: FOLDER });
  const nothing = join(FOLDER, 'nothing.cjs');
  await writeFile(nothing, '');
  const caseOf = (label: string, file: string, script = LOAD): Case => ({
    label,
    file,
    script,
    times: [],
  });
  const main = join(FOLDER, 'main.cjs');
  const bare = caseOf('bare Node.js', nothing);
  const all = caseOf('unbundled, libraries at the top', await unbundled('all.cjs', LIBRARIES));
  const cases = [
    bare,
    caseOf('the bundle', main),
    ...(against === undefined ? [] : [caseOf('the other build', join(against, 'dist/main.cjs'))]),
    caseOf('the bundle, and then the Azure clients', main, LOAD_ALL),
    all,
    caseOf('unbundled, libraries when needed', await unbundled('lazy.cjs')),
  ];
  // In turns, so that whatever else the machine does befalls all alike.
  for (let turn = 0; turn <= TIMES; turn++) {
    for (const { file, script, times } of cases) {
      const startedAt = performance.now();
      execFileSync(process.execPath, ['--require', CORE, '--eval', script, file], {
        cwd: ROOT,
        stdio: 'ignore',
      });
      // The first turn warms the file cache.
      if (turn > 0) times.push(performance.now() - startedAt);
    }
  }
  const over = ({ times }: Case) => median(times) - median(bare.times);
  printTable(
    `Loading the app (${TIMES} processes each)`,
    ['', 'median', 'over bare Node.js', 'best over best', 'to unbundled'],
    cases.map((measured) => [
      measured.label,
      ms(median(measured.times)),
      ...(measured === bare
        ? ['–', '–', '–']
        : [
            ms(over(measured)),
            ms(Math.min(...measured.times) - Math.min(...bare.times)),
            ratio(over(measured), over(all)),
          ]),
    ]),
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
    define: { 'import.meta.dirname': '__dirname' },
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    banner: { js: eager.map((library) => `require(${JSON.stringify(library)});`).join('') },
    logLevel: 'warning',
  });
  return outfile;
}

function printSizes(files: BuildResult): void {
  for (const name of ['main', 'clients'] as const) {
    const { bytes, inputs } = files[name];
    const parts = new Map<string, number>();
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const part = packageOf(path);
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
    const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, 8);
    printTable(
      `Size of the bundle: ${name}`,
      ['part', 'minified', 'of the whole'],
      [['the whole', bytes] as const, ...largest].map(([part, size]) => [
        part,
        kilobytes(size),
        `${Math.round((100 * size) / bytes)} %`,
      ]),
    );
  }
}

function packageOf(path: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? path.split('/').slice(0, 2).join('/');
}
