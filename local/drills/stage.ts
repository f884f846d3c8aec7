// Carries a drill out in an environment.

import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type Environment, type EnvironmentOptions, startEnvironment } from '../environment/environment.ts';
import { roundsClosingIn } from '../environment/rounds.ts';
import type { Drill, SeenRun, Stage } from './drill.ts';

/** A drill that has not happened by then never will. */
const WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** 12:53. */
const CLOSES_IN_MINUTES = 7;

const statusSchema = z.object({
  models: z.array(
    z.object({
      model: z.string(),
      lastRun: z.nullable(
        z.object({ state: z.string(), submission: z.string(), nextAttemptAt: z.nullable(z.string()) }),
      ),
    }),
  ),
});

/** Makes a drill happen; what is to be told of it by then has been told. */
export async function carryOut(drill: Drill, environment: Environment): Promise<void> {
  const stage = stageOf(environment);
  await drill.happen(stage);
  // The fallback looks whether a round is about to close; the watcher delivers what there is to deliver.
  await stage.tick('fallback');
  await stage.tick('watcher');
}

function stageOf(environment: Environment): Stage {
  const { host, numerai } = environment;
  const named = (models: readonly string[]) =>
    environment.models.filter(({ name, isFirst }) => isFirst && (models.length === 0 || models.includes(name)));

  async function newestRuns(): Promise<ReadonlyMap<string, SeenRun | null>> {
    const response = await fetch(`${host.url}/api/status`, { headers: { 'x-functions-key': host.masterKey } });
    if (!response.ok) throw new Error(`The app answered HTTP ${response.status} when it was asked for its status.`);
    const { models } = statusSchema.parse(await response.json());
    return new Map(models.map(({ model, lastRun }) => [model, lastRun]));
  }

  const tick: Stage['tick'] = async (timer) => {
    await host.runTimer(timer);
  };
  return {
    environment,
    tick,
    async call(...models) {
      const atNumerai = named(models);
      for (const tournament of new Set(atNumerai.map((model) => model.tournament))) {
        const names = atNumerai.map(({ nameAtNumerai }) => nameAtNumerai);
        const plan = ({ name }: { readonly name: string }) => (names.includes(name) ? [0] : []);
        await numerai.fireWebhooks(numerai.rounds.open(tournament).number, { tournament, plan });
      }
    },
    async until(is, ...models) {
      const names = named(models).map(({ name }) => name);
      const endAt = performance.now() + WITHIN_MS;
      for (;;) {
        await tick('watcher');
        const runs = await newestRuns();
        const isSo = (name: string) => {
          const run = runs.get(name);
          return run !== undefined && run !== null && is(run);
        };
        if (names.every(isSo)) return;
        if (performance.now() > endAt)
          throw new Error(`The drill did not happen within ${WITHIN_MS / 1000} s: ${JSON.stringify([...runs])}.`);
        await sleep(LOOK_EVERY_MS);
      }
    },
  };
}

/** Starts an environment in which the drill has happened, with a round that closes in seven minutes. */
export async function playDrill(drill: Drill, options: EnvironmentOptions = {}): Promise<Environment> {
  const environment = await startEnvironment({
    models: drill.models,
    settings: { FALLBACK_GRACE_MINUTES: '60', ...drill.settings },
    numerai: { schedule: roundsClosingIn(CLOSES_IN_MINUTES, new Date()) },
    registerWebhooks: true,
    alerts: true,
    ...options,
  });
  try {
    await carryOut(drill, environment);
    return environment;
  } catch (error) {
    await environment.close();
    throw error;
  }
}
