// What a webhook is answered while something that the app depends on is down.

import { expect, test } from 'vitest';
import type { Dependency, Fate } from '../world/fate.ts';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { KINDS, plainHistory } from './history.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();

const FATES: readonly Fate[] = [
  { do: 'refuse' },
  { do: 'hang' },
  { do: 'status', status: 500 },
  { do: 'status', status: 429, retryAfter: 60 },
];
const rows = (['tables', 'resource-manager', 'key-vault', 'numerai'] as const).flatMap((of) =>
  KINDS.map((kind) => [of, kind] as const),
);

test.each(rows)('without %s a run of kind %s', { timeout: 60_000 }, async (of, kind) => {
  for (const fate of FATES) {
    const history = plainHistory(kind, {
      // Without a body: Numerai is asked for the round.
      triggers: [{ at: 5_000, by: 'bare', instance: 0 }],
      disturbances: [{ from: 0, to: 20 * 60_000, of, fate, probability: 1 }],
    });
    const observed = await runHistory(world(), history);
    const [first] = observed.answers;
    expect(violationsOf(observed, world().secretValues)).toEqual([]);
    expect(first?.outcome, JSON.stringify(fate)).toBe(expected(of));
    if (of === 'tables') expect(first?.startsMeanwhile).toBe(0);
    // Started within two ticks of the end of the outage, where it could not be started before.
    const start = observed.starts[0]?.at.getTime() ?? Number.POSITIVE_INFINITY;
    expect(start - observed.openTime.getTime()).toBeLessThan(24 * 60_000);
  }
});

function expected(of: Dependency): 200 | 503 {
  return of === 'tables' ? 503 : 200;
}
