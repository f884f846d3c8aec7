// One world for a test file, and what a test says of a campaign.

import { afterAll, beforeAll } from 'vitest';
import { busyBaseline } from './enumerated.ts';
import type { History } from './history.ts';
import type { RunOptions } from './run-history.ts';
import { describeFinding, Tally } from './tally.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

/** Starts a world before the tests of a file and ends it after them. */
export function sharedWorld(options?: WorldOptions): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await startWorld(options);
    // The first histories of a process load the client libraries, which takes time that no clock of ours
    // knows: what is counted in the tests must not depend on it.
    for (const kind of ['image', 'group'] as const)
      await new Tally().try(world, busyBaseline(kind));
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error('The world has not been started yet.');
    return world;
  };
}

/** Tries all histories. @returns what was found, readable; empty where nothing was. */
export async function campaign(
  world: World,
  histories: Iterable<History>,
): Promise<{ tally: Tally; found: string }> {
  const tally = new Tally();
  for (const history of histories) await tally.try(world, history);
  return { tally, found: tally.findings.map(describeFinding).join('\n\n') };
}

/** How many histories it takes until something is found; null where nothing is. */
export async function huntDown(
  world: World,
  histories: Iterable<History>,
  options: RunOptions,
): Promise<number | null> {
  const tally = new Tally();
  for (const history of histories) {
    await tally.try(world, history, options);
    if (tally.findings.length > 0) return tally.histories;
  }
  return null;
}
