// The world of a season: the models and rounds at Numerai, the groups in Azure, and what the plan does to them.

import { REALISTIC_DELAYS } from '../../../local/emulators/resource-manager/delays.ts';
import { DOCUMENTED_BUCKETS, DOCUMENTED_LIMITS } from '../../../local/emulators/resource-manager/limits.ts';
import { ExternalCalls } from '../world/external-calls.ts';
import { randomFrom } from '../world/random.ts';
import { startWorld, type World } from '../world/world.ts';
import { Conditions } from './conditions.ts';
import { type Containers, containersOf } from './containers.ts';
import { gateOf } from './gate.ts';
import { atNumerai, ownGroup, type SeasonModel } from './models.ts';
import { BEGIN, SCHEDULE, type SeasonPlan } from './plan.ts';

/** A person who makes a new key gives it the same words: what it was matters to nobody here. */
export const KEYS = { publicId: 'SIMULATEDPUBLICID', secretKey: 'SIMULATEDSECRETKEY' };

export interface Season {
  readonly world: World;
  readonly plan: SeasonPlan;
  readonly conditions: Conditions;
  readonly calls: ExternalCalls;
  readonly containers: Containers;
  close(): Promise<void>;
}

/** @param groupsFor the models that somebody has an existing group for. */
export async function createSeason(plan: SeasonPlan, groupsFor: readonly SeasonModel[]): Promise<Season> {
  const world = await startWorld({
    start: new Date(BEGIN),
    numerai: {
      schedule: SCHEDULE,
      accounts: [{ username: 'simulated', ...KEYS, models: plan.models.map(atNumerai) }],
    },
    resourceManager: { delays: REALISTIC_DELAYS, rateLimits: DOCUMENTED_LIMITS, throttling: DOCUMENTED_BUCKETS },
    secrets: { 'numerai-public-id': KEYS.publicId, 'numerai-secret-key': KEYS.secretKey },
    settings: {
      ALERT_WEBHOOKS: 'json:alert-json:alert-json-key',
      PUBLIC_URL: 'https://app.example',
      LOG_LEVEL: 'silent',
    },
  });
  const { numerai, resourceManager, clock, runtime } = world;
  const conditions = new Conditions(plan);
  const now = () => clock.now().getTime();
  const containers = containersOf({ plan, conditions, numerai, now });
  runtime.behaviour = containers.behaviour;
  runtime.pullMs = ({ env }) => containers.pullMs(env);
  const owners = new Map(groupsFor.map((model) => [ownGroup(model), model]));
  for (const [name, { image, cpu, memoryGB, locations, id }] of owners)
    resourceManager.createGroup({ name, image, cpu, memoryGB, location: locations[0] ?? '', env: { MODEL_ID: id } });
  const gate = gateOf(plan, conditions, now, {
    modelOf: (name) => owners.get(name) ?? null,
    locationOf: (name) => (resourceManager.groups.has(name) ? resourceManager.groups.get(name).location : null),
  });
  return {
    world,
    plan,
    conditions,
    calls: new ExternalCalls(world, { plan: gate, random: randomFrom(plan.options.seed), keepsCalls: false }),
    containers,
    close: () => world.close(),
  };
}
