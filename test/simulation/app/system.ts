// What an instance of the app gets of the world instead of a process's own.

import type { System } from '../../../src/app.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
import type { Caller, ExternalCalls } from '../world/external-calls.ts';
import type { Random } from '../world/random.ts';
import type { World } from '../world/world.ts';

// The app loads its clients with their first calls, which takes time that is not on the clock.
await import('../../../src/lib/azure/clients.ts');

export interface SystemOptions {
  /** The gate that its calls go through. */
  readonly calls: ExternalCalls;
  readonly caller: Caller;
  readonly random: Random;
  /** Default: the world's. */
  readonly clock?: Clock;
}

export function systemFor(world: World, options: SystemOptions): System {
  const { calls, caller, random, clock = world.clock } = options;
  return {
    ...calls.clientsFor(caller),
    environment: world.settings,
    clock,
    random,
    credential: world.credential,
    appFolder: world.folder,
  };
}
