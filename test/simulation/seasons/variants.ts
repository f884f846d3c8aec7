// Who answers the webhooks in the simulated weeks: the app, the app without its fallback, and a handler as the
// tutorials have it.

import { Instance } from '../app/instance.ts';
import { type Attempt, recordOf } from '../app/record.ts';
import { ExternalCalls } from '../world/external-calls.ts';
import { live, Started } from './live.ts';
import type { SeasonModel } from './models.ts';
import { createSeason, type Season, type SeasonOptions } from './season.ts';

/** The weeks as they went. */
export interface Outcome {
  readonly season: Season;
  /** Every attempt on record, each model's oldest first; none for a handler that keeps no record. */
  readonly attempts: readonly Attempt[];
}

/** The real app: its settings, its clients of Azure and Numerai, its tables; only time and network are ours. */
export async function runApp(
  options: SeasonOptions,
  { withFallback }: { readonly withFallback: boolean },
): Promise<Outcome> {
  const started = new Started();
  const parts: { app?: Instance } = {};
  const season = await createSeason(options, async ({ name }, text) => {
    const status = (await parts.app?.webhook(name, text)) ?? 500;
    started.say();
    return status;
  });
  const { world, models } = season;
  try {
    world.setModels(models.map((model) => entryOf(model, withFallback)));
    const calls = new ExternalCalls(world);
    const app = new Instance(world, { name: 'app', calls });
    parts.app = app;
    await live(
      season,
      calls,
      {
        watch: async () => (await app.watch()).inFlight > 0,
        ...(withFallback ? { fallback: async () => (await app.fallback()) > 0 } : {}),
      },
      started,
    );
    app.die();
    const record = recordOf(world);
    const attempts = await Promise.all(models.map(({ name }) => record.attemptsOf(name)));
    return { season, attempts: attempts.flat() };
  } finally {
    await world.close();
  }
}

/** An entry of `models.json`. */
function entryOf({ name, id, tournament, timeoutMinutes }: SeasonModel, withFallback: boolean) {
  return {
    name,
    numeraiModelId: id,
    tournament,
    timeoutMinutes,
    fallback: withFallback,
    container: { image: 'docker.io/someone/submission:1' },
  };
}

/** Starts the model's container on each call and asks nothing; one that runs is left alone, as Azure does. */
export async function runTutorial(options: SeasonOptions): Promise<Outcome> {
  const running = new Set<SeasonModel>();
  const parts: { season?: Season } = {};
  const season = await createSeason(options, async (model) => {
    if (parts.season === undefined || running.has(model)) return 200;
    running.add(model);
    const container = await parts.season.world.runtime.start({
      name: model.name,
      image: 'docker.io/someone/submission:1',
      env: { MODEL_ID: model.id },
      cpu: 1,
      memoryGB: 1.5,
    });
    void container.ended.then(() => running.delete(model));
    return 200;
  });
  parts.season = season;
  try {
    await live(season, new ExternalCalls(season.world), {}, new Started());
    return { season, attempts: [] };
  } finally {
    await season.world.close();
  }
}
