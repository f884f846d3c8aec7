// Who answers the webhooks in the simulated weeks: the app, the app without its fallback, and a handler as the
// tutorials have it.

import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../src/app.ts';
import { withBudget } from '../../../src/functions/start-budget.ts';
import { fallback } from '../../../src/lib/fallback/tick.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { requestRun } from '../../../src/lib/start/start-run.ts';
import { parseWebhookBody } from '../../../src/lib/start/webhook-body.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import type { Services } from '../../../src/services.ts';
import { drive } from './drive.ts';
import { createWorld, type ModelInWorld, type World, type WorldOptions } from './world.ts';

/** The weeks as they went. */
export interface Outcome {
  readonly world: World;
  /** Every run on record; none for a handler that keeps no record. */
  readonly runs: readonly Run[];
  /** Real time that it took. */
  readonly seconds: number;
}

/** The real app: its settings, its clients of Azure and Numerai, its tables; only time and network are ours. */
export async function runApp(
  options: WorldOptions,
  { withFallback }: { readonly withFallback: boolean },
): Promise<Outcome> {
  const begun = performance.now();
  let started = false;
  const parts: { services?: Services } = {};
  const world = await createWorld(options, async (model, text) => {
    const { services } = parts;
    const found = services?.models.find(({ name }) => name === model.name);
    const body = parseWebhookBody(text);
    if (services === undefined || found === undefined || !body.ok) return 500;
    await withBudget(services, (signal) =>
      requestRun(services, {
        model: found,
        trigger: 'webhook',
        force: false,
        ...body.call,
        signal,
      }),
    );
    started = true;
    return 200;
  });
  const folder = await mkdtemp(join(tmpdir(), 'weeks-'));
  try {
    writeFileSync(join(folder, 'models.json'), JSON.stringify(modelsFile(world, withFallback)));
    const app = createApp({
      environment: world.settings,
      clock: world.clock,
      random: () => 0.5,
      fetch: world.inProcess.fetch,
      httpClient: world.inProcess.httpClient,
      credential: {
        getToken: async (scopes) => {
          const audience = [scopes].flat()[0]?.replace(/\/\.default$/, '') ?? '';
          const { token, expiresOn } = world.tokens.issue({
            audience,
            clientId: 'app',
            lifetimeSeconds: 24 * 3600,
          });
          return { token, expiresOnTimestamp: expiresOn * 1000 };
        },
      },
      appFolder: folder,
    });
    const services = app.servicesFor({}, () => {});
    parts.services = services;
    // The client libraries are loaded with the first call, which takes real time.
    await Promise.all([services.inFlight.read(), services.platform.observe('nothing')]);
    const covered = new Set<string>();
    await drive(
      world,
      {
        watch: async () => (await watch(services)).inFlight > 0,
        ...(withFallback
          ? {
              fallback: async () => {
                if ((await fallback(services, covered)).started > 0) started = true;
              },
            }
          : {}),
      },
      () => {
        const was = started;
        started = false;
        return was;
      },
    );
    const runs = await Promise.all(
      services.models.map(({ name }) => services.runs.listRuns(name, { limit: 1000 })),
    );
    return { world, runs: runs.flat(), seconds: (performance.now() - begun) / 1000 };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await world.close();
  }
}

function modelsFile(world: World, withFallback: boolean): object {
  return {
    models: world.models.map(({ name, id, tournament, timeoutMinutes }) => ({
      name,
      numeraiModelId: id,
      tournament,
      timeoutMinutes,
      fallback: withFallback,
      container: { image: 'docker.io/someone/submission:1' },
    })),
  };
}

/** Starts the model's container on each call and asks nothing; one that runs is left alone, as Azure does. */
export async function runTutorial(options: WorldOptions): Promise<Outcome> {
  const begun = performance.now();
  const running = new Set<ModelInWorld>();
  const parts: { world?: World } = {};
  const world = await createWorld(options, async (model) => {
    if (parts.world === undefined || running.has(model)) return 200;
    running.add(model);
    const container = await parts.world.runtime.start({
      name: model.name,
      image: 'docker.io/someone/submission:1',
      env: { MODEL_ID: model.id },
      cpu: 1,
      memoryGB: 1.5,
    });
    void container.ended.then(() => running.delete(model));
    return 200;
  });
  parts.world = world;
  try {
    await drive(world, {}, () => false);
    return { world, runs: [], seconds: (performance.now() - begun) / 1000 };
  } finally {
    await world.close();
  }
}
