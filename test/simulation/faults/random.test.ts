// Random mixtures of everything. A seed that fails is had again with
// `npm run chaos -- --seed <seed> --runs 1 --verbose`.

import { describe, expect, test } from 'vitest';
import { campaign, sharedWorld } from './campaign.ts';
import { outages } from './enumerated.ts';
import { historyInStep, randomHistory } from './random-history.ts';

const world = sharedWorld();

const drawn = <T>(draw: (seed: number) => T, many: number): T[] =>
  Array.from({ length: many }, (_, index) => draw(index + 1));

describe('after each of many histories every promise holds', () => {
  test('500 random ones', { timeout: 240_000 }, async () => {
    const { tally, found } = await campaign(world(), drawn(randomHistory, 500));
    expect(found).toBe('');
    expect(tally.histories).toBe(500);
    // They are histories with something in them.
    expect(tally.kills).toBeGreaterThan(100);
    expect(tally.faultCount).toBeGreaterThan(1000);
  });

  test('webhooks and watchers in step', { timeout: 120_000 }, async () => {
    expect((await campaign(world(), drawn(historyInStep, 40))).found).toBe('');
  });

  test('20 minutes without each dependency, and without any', { timeout: 120_000 }, async () => {
    const some = outages().filter((_, index) => index % 3 === 0);
    expect((await campaign(world(), some)).found).toBe('');
  });
});
