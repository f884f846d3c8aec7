// One world for a test file, and what a test says of many histories.

import { afterAll, beforeAll } from 'vitest';
import { busyBaseline } from './enumerated.ts';
import { type History, KINDS } from './history.ts';
import { type RunOptions, runHistory } from './run-history.ts';
import { describeFinding, Tally } from './tally.ts';
import { type FaultsWorld, startFaultsWorld } from './world.ts';

/** Starts a world before the tests of a file and ends it after them. */
export function sharedWorld(options?: Parameters<typeof startFaultsWorld>[0]): () => FaultsWorld {
  let world: FaultsWorld | undefined;
  beforeAll(async () => {
    world = await startFaultsWorld(options);
    // The first histories of a process load what is loaded late, which takes time that is not on the clock:
    // what is counted in the tests must not depend on it.
    for (const kind of KINDS) await runHistory(world, busyBaseline(kind));
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error('The world has not been started yet.');
    return world;
  };
}

/** Tries all histories. @returns what was found, readable; empty where nothing was. */
export async function campaign(
  world: FaultsWorld,
  histories: Iterable<History>,
): Promise<{ tally: Tally; found: string }> {
  const tally = new Tally();
  for (const history of histories) await tally.try(world, history);
  return { tally, found: tally.findings.map(describeFinding).join('\n\n') };
}

/** How many histories it takes until something is found; null where nothing is. */
export async function huntDown(
  world: FaultsWorld,
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
