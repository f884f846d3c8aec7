// The world of the simulated month: models with their containers, and external calls that are counted and take
// their time on the clock.

import { TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';
import { REALISTIC_DELAYS } from '../../local/emulators/resource-manager/delays.ts';
import { DOCUMENTED_BUCKETS, DOCUMENTED_LIMITS } from '../../local/emulators/resource-manager/limits.ts';
import type { System } from '../../src/app.ts';
import { systemFor } from '../../test/simulation/app/system.ts';
import { ExternalCalls } from '../../test/simulation/world/external-calls.ts';
import { startWorld, type World } from '../../test/simulation/world/world.ts';
import { LATENCY_MS, MONTH } from './assumptions.ts';
import type { Tally } from './tally.ts';

const KEYS = { publicId: 'SIMULATEDPUBLICID', secretKey: 'SIMULATEDSECRETKEY' };
export const APP_URL = 'https://app.local.test';

export interface MonthOptions {
  readonly models: number;
  readonly alerts: boolean;
  readonly tally: Tally;
  readonly callWebhook: (model: string, body: string) => Promise<number>;
}

export interface MonthWorld {
  readonly world: World;
  readonly calls: ExternalCalls;
  readonly models: readonly ModelInMonth[];
  /** What the app gets where it runs in this group of instances. */
  systemFor(group: string): System;
}

interface ModelInMonth {
  readonly name: string;
  readonly id: string;
  readonly tournament: keyof typeof TOURNAMENTS;
  readonly workMs: number;
}

export async function startMonth(options: MonthOptions): Promise<MonthWorld> {
  const models = Array.from({ length: options.models }, (_, index) => modelOf(index));
  const world = await startWorld({
    start: new Date(MONTH.begin),
    numerai: {
      accounts: [{ username: 'simulated', ...KEYS, models: models.map(atNumerai) }],
      callWebhook: async (url, body) => ({
        status: await options.callWebhook(url.split('/').at(-1) ?? '', JSON.stringify(body)),
        body: '',
      }),
    },
    resourceManager: {
      delays: REALISTIC_DELAYS,
      rateLimits: DOCUMENTED_LIMITS,
      throttling: DOCUMENTED_BUCKETS,
    },
    secrets: { 'numerai-public-id': KEYS.publicId, 'numerai-secret-key': KEYS.secretKey },
    settings: {
      PUBLIC_URL: APP_URL,
      ALERT_WEBHOOKS: options.alerts ? 'json:alert-json' : '',
    },
  });
  world.setModels(models.map(inModelsFile));
  const part = Array.from({ length: MONTH.logLines / MONTH.logParts }, () => 'x'.repeat(MONTH.logLineLength - 1));
  world.runtime.behaviour = ({ env }) => {
    const model = models.find(({ id }) => id === env.MODEL_ID);
    if (model === undefined) throw new Error('A container without MODEL_ID.');
    const effect = () => void world.numerai.submit({ modelId: model.id, triggerId: env.TRIGGER_ID ?? null });
    const after = model.workMs / MONTH.logParts;
    const working = Array.from({ length: MONTH.logParts - 1 }, () => ({ after, line: part.join('\n') }));
    return { steps: [...working, { after, effect, line: [...part.slice(1), 'Submitted.'].join('\n') }] };
  };
  const calls = new ExternalCalls(world, {
    plan({ dependency }, { name }, request) {
      options.tally.request(name, dependency, request);
      return { do: 'slow-there', by: LATENCY_MS[dependency] };
    },
  });
  return {
    world,
    calls,
    models,
    systemFor: (group) =>
      systemFor(world, {
        calls,
        caller: { name: group, isDead: () => false, die: () => {} },
        random: Math.random,
      }),
  };
}

/** Three of five models are of the classic tournament. */
function modelOf(index: number): ModelInMonth {
  const tournament = index % 5 === 3 ? 'signals' : index % 5 === 4 ? 'crypto' : 'classic';
  const number = String(index + 1).padStart(2, '0');
  return {
    name: `model-${number}`,
    id: `00000000-0000-4000-a000-${number.padStart(12, '0')}`,
    tournament,
    // The model in the middle of the list is the mean one: the first where there is only one.
    workMs: MONTH.workMs[(index + 2) % MONTH.workMs.length] ?? 0,
  };
}

const atNumerai = ({ id, name, tournament }: ModelInMonth) => ({
  id,
  name: name.replaceAll('-', '_'),
  tournament: TOURNAMENTS[tournament],
  webhook: `${APP_URL}/api/webhook/${name}`,
});

const inModelsFile = ({ name, id, tournament }: ModelInMonth) => ({
  name,
  numeraiModels: [id],
  tournament,
  container: {
    image: 'docker.io/someone/submission:1',
    secrets: {
      NUMERAI_PUBLIC_ID: 'numerai-public-id',
      NUMERAI_SECRET_KEY: 'numerai-secret-key',
    },
  },
});
