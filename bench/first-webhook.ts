// The first webhook of a new process, without latencies: what the app itself needs for it, loading the Azure clients
// included, and the emulators on the same machine.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../local/environment/environment.ts';
import { buildApp } from '../scripts/build.ts';
import { benchEnvironment, imageModel, ROUND } from './environment.ts';
import { median, ms, printTable, ratio, timed } from './numbers.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TIMES = 20;
/** By then a new process has loaded what it loads by itself. */
const REST_MS = 400;

/** Each is called once. */
const MODELS = Array.from({ length: 4 * (TIMES + 1) }, (_, index) => imageModel(`model-${index}`));

interface Build {
  readonly label: string;
  readonly folder: string;
  /** The webhook of a process that is at rest. */
  readonly atRest: number[];
  /** The webhook that comes with the process's being ready. */
  readonly atOnce: number[];
  /** From the start of the process to the answer of that one. */
  readonly fromStart: number[];
}

/** @param against a folder with another build of the app, to be measured in turn with this one. */
export async function benchFirstWebhook(against?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-first-'));
  const environment = await benchEnvironment(MODELS);
  try {
    await buildApp({ folder: join(folder, 'dist') });
    for (const file of ['package.json', 'host.json']) await cp(join(ROOT, file), join(folder, file));
    const builds = [
      buildOf('this build', folder),
      ...(against === undefined ? [] : [buildOf('the other build', against)]),
    ];
    // In turns, so that whatever else the machine does befalls all alike. The first turn makes the tables.
    for (let turn = 0; turn <= TIMES; turn++) for (const build of builds) await measure(environment, build, turn > 0);
    print(builds);
  } finally {
    await environment.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const buildOf = (label: string, folder: string): Build => ({
  label,
  folder,
  atRest: [],
  atOnce: [],
  fromStart: [],
});

async function measure(environment: Environment, build: Build, kept: boolean): Promise<void> {
  const resting = await environment.addHost({ appFolder: build.folder });
  await sleep(REST_MS);
  const atRest = await timed(() => callWebhook(resting.url));
  await resting.kill();

  const started = await timed(() => environment.addHost({ appFolder: build.folder }));
  const atOnce = await timed(() => callWebhook(started.result.url));
  await started.result.kill();
  if (!kept) return;
  build.atRest.push(atRest.took);
  build.atOnce.push(atOnce.took);
  build.fromStart.push(started.took + atOnce.took);
}

let called = 0;

async function callWebhook(url: string): Promise<void> {
  const model = MODELS[called++]?.name;
  const response = await fetch(`${url}/api/webhook/${model}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roundNumber: String(ROUND), triggerId: model, isTest: false, dataVersion: 5 }),
  });
  const text = await response.text();
  if (response.status !== 200 || !text.includes('"state":"starting"'))
    throw new Error(`The webhook answered ${response.status}: ${text}`);
}

function print(builds: readonly Build[]): void {
  const columns = ['atRest', 'atOnce', 'fromStart'] as const;
  const rows = builds.map((build) => [
    build.label,
    ...columns.map((column) => `${ms(median(build[column]))}, ${ms(Math.min(...build[column]))}`),
  ]);
  const [here, other] = builds;
  if (here !== undefined && other !== undefined)
    rows.push([
      'this to the other',
      ...columns.map(
        (column) =>
          `${ratio(median(here[column]), median(other[column]))}, ${ratio(Math.min(...here[column]), Math.min(...other[column]))}`,
      ),
    ]);
  printTable(
    `The first webhook of a new process, without latencies (${TIMES} processes each; median, best)`,
    ['', 'at rest', 'called at once', 'start of the process to the answer'],
    rows,
  );
}
