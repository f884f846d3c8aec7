// The app as a policy: this version, or that of another checkout, whose code is loaded from there into our world.

import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { randomFrom } from '../world/random.ts';
import { entryOf } from './models.ts';
import type { Living, Policy } from './policy.ts';
import type { Season } from './season.ts';

const HERE = fileURLToPath(new URL('../../..', import.meta.url));

type InstanceModule = typeof import('../app/instance.ts');
type RecordModule = typeof import('../app/record.ts');

/** @param checkout the root of another checkout, with its node_modules beside it; default: this one. */
export async function appPolicy(name: string, checkout: string = HERE): Promise<Policy> {
  const root = resolve(checkout);
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(root, 'test/simulation/app', file)).href);
  // The same files of another commit: what they export has the same shape.
  const { Instance, isExpected } = (await load('instance.ts')) as InstanceModule;
  const { recordOf } = (await load('record.ts')) as RecordModule;
  const schema = readFileSync(join(root, 'models.schema.json'), 'utf8');
  const knows = (field: string) => schema.includes(`"${field}"`);

  const start = (season: Season, count: number): Living => {
    const instance = new Instance(season.world, {
      name: `instance-${count}`,
      calls: season.calls,
      random: randomFrom(season.plan.options.seed * 1000 + count),
    });
    // A tick that a fault breaks off is one that the next one makes up for; it may have left work.
    const tick = async (work: () => Promise<number>): Promise<number> => {
      try {
        return await work();
      } catch (error) {
        if (!isExpected(error)) throw error;
        return 1;
      }
    };
    return {
      webhook: (model, body) => instance.webhook(model, body),
      watch: () => tick(async () => (await instance.watch()).inFlight),
      fallback: () => tick(() => instance.fallback()),
      died: instance.died,
      die: () => instance.die(),
    };
  };
  return {
    name,
    groupsFor: (models) => models.filter(({ kind }) => kind === 'group'),
    prepare: ({ world, plan }) => world.setModels(plan.models.map((model) => entryOf(model, knows))),
    start,
    record: async ({ world, plan }) => {
      const record = recordOf(world);
      return (await Promise.all(plan.models.map((model) => record.attemptsOf(model.name)))).flat();
    },
  };
}

/** What to call a checkout in a table. */
export const nameOf = (checkout: string): string => basename(resolve(checkout));
