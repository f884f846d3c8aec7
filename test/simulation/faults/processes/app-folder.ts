// An app whose processes go by a simulated clock: they read the time from a file.

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EnvironmentOptions } from '../../../../local/environment/environment.ts';
import type { SimulatedClock } from '../../../../local/environment/simulated-clock.ts';
import { buildApp } from '../../../../scripts/build.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

interface AppFolder {
  /** What an environment needs to run it; no process is started yet. */
  readonly options: EnvironmentOptions;
  /** Lets time pass, also for the processes. */
  advance(milliseconds: number): Promise<void>;
  remove(): Promise<void>;
}

/** Builds it. */
export async function buildAppFolder(clock: SimulatedClock): Promise<AppFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'faults-app-'));
  for (const file of ['package.json', 'host.json']) await cp(join(ROOT, file), join(folder, file));
  await buildApp({ entry: join(ROOT, 'test/simulation/faults/processes/entry.ts'), folder: join(folder, 'dist') });
  const clockFile = join(folder, 'clock');
  const advance = async (milliseconds: number) => {
    await clock.advance(milliseconds);
    await writeFile(clockFile, clock.now().toISOString());
  };
  await advance(0);
  return {
    options: { clock, settings: { CLOCK_FILE: clockFile }, host: { appFolder: folder }, hosts: 0 },
    advance,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
