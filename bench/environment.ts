// The local environment as the benchmarks use it: without containers that take time, and without limits.

import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SimulatedRuntime } from '../local/containers/simulated.ts';
import type { Schedule } from '../local/emulators/numerai/schedules.ts';
import { type Environment, startEnvironment } from '../local/environment/environment.ts';
import { roundsAtOnce } from '../local/environment/rounds.ts';
import { buildApp } from '../scripts/build.ts';
import { systemClock } from '../src/lib/util/clock.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** How long Azure and Numerai take to answer. */
export const LATENCY_MS = { tables: 10, keyVault: 30, resourceManager: 300, numerai: 300 } as const;

/** The round that is open. */
export const ROUND = 1234;

/** How a start goes on after it was accepted: complete after 20 s, so that nothing happens while a webhook is measured. */
const START_MS = { accept: 1_000, pulling: 14_000, starting: 5_000, deleting: 10 } as const;

/** A model whose container group is made for each attempt, with the secrets of a usual one. */
export const imageModel = (name: string) => ({
  name,
  tournament: 'classic',
  container: {
    image: 'example.org/some:1',
    secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
  },
});

/** Emulators for these models, and no host yet. */
export function benchEnvironment(
  models: readonly object[],
  schedule: Schedule = roundsAtOnce(ROUND, ROUND, new Date()),
): Promise<Environment> {
  return startEnvironment({
    models: [...models],
    hosts: 0,
    numerai: { schedule },
    settings: { MAX_STARTS_PER_DAY: '1000000' },
    runtime: new SimulatedRuntime({ clock: systemClock, behaviour: () => ({ endsAfter: 50 }) }),
    resourceManager: { delays: START_MS, groupQuota: 1e6, coreQuota: 1e6 },
  });
}

/** A folder as the Functions host wants it, with one of this folder's entries bundled. */
export async function appFolder(folder: string, entry: 'app' | 'handlers'): Promise<string> {
  const target = join(folder, entry);
  await buildApp({ entry: join(HERE, `${entry}.ts`), folder: join(target, 'dist') });
  await cp(join(HERE, '../host.json'), join(target, 'host.json'));
  await writeFile(join(target, 'package.json'), JSON.stringify({ main: 'dist/main.cjs' }));
  return target;
}

/** Replaces all faults of these services. */
export function setLatency(environment: Environment, on: boolean): void {
  for (const [name, milliseconds] of Object.entries(LATENCY_MS)) {
    const { faults } = environment.emulators[name] ?? {};
    faults?.clear();
    if (on) faults?.add({ kind: 'latency', milliseconds });
  }
}
