// A state of the dashboard, and how it is set up.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../environment/environment.ts';
import type { Host } from '../host/host.ts';
import { type History, openHistory } from './history.ts';

export interface Scene {
  /** Entries of `models.json`. */
  readonly models: readonly object[];
  readonly jobs?: readonly object[];
  /** Writes the history. */
  seed(history: History, now: Date): Promise<void>;
}

/** Starts a host that has the scene's models, with the scene's history. */
export async function play(
  environment: Environment,
  scene: Scene,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ host: Host; history: History }> {
  const file = join(environment.folder, `models-${name}.json`);
  await writeFile(file, JSON.stringify({ models: scene.models, jobs: scene.jobs }));
  // Several scenes of one environment have nothing to do with each other.
  const own = { ...settings, MODELS_FILE: file, INSTALLATION_NAME: installationOf(name) };
  const history = openHistory(environment, own);
  await scene.seed(history, new Date());
  const host = await environment.addHost({ environment: { ...environment.settings, ...own } });
  return { host, history };
}

/** The installation that a scene is, by its name. */
export const installationOf = (name: string): string => name.replace(/\W/g, '');

/** Models with images of different sizes. @param prefix distinguishes the scenes of one environment. */
export function modelsNamed(names: readonly string[], prefix = ''): object[] {
  return names.map((name, index) => ({
    name: `${prefix}${name}`,
    tournament: 'classic',
    numeraiModels: [`${prefix}${name}`.replaceAll('-', '_')],
    container: {
      image: `docker.io/someone/${name}:1.${index % 7}`,
      cpu: [1, 2, 4][index % 3],
      memoryGB: [2, 8, 16][index % 3],
      env: { LOG_LEVEL: 'info' },
      secrets: {
        NUMERAI_PUBLIC_ID: 'numerai-public-id',
        NUMERAI_SECRET_KEY: 'numerai-secret-key',
      },
      locations: ['westeurope', 'northeurope'],
    },
    timeoutMinutes: [20, 45, 30][index % 3],
  }));
}
