// Random mixtures of everything, and outages. `npm run chaos` has more of them; a seed that fails is repeated
// with `npm run chaos -- --seed <seed> --runs 1 --verbose`.

import { describe, expect, test } from 'vitest';
import { campaign, sharedWorld } from './campaign.ts';
import { outages } from './enumerated.ts';
import { ALL_KINDS, chosenHistories, kindsOf } from './kinds.ts';
import { historyInStep } from './random-history.ts';

const world = sharedWorld();

describe('after each of many histories every promise holds', () => {
  test('80 random ones, with every kind of event', { timeout: 120_000 }, async () => {
    const histories = chosenHistories(80, 2);
    const occurring = new Set(histories.flatMap(kindsOf));
    expect([...occurring].sort()).toEqual(ALL_KINDS);
    const { tally, found } = await campaign(world(), histories);
    expect(found).toBe('');
    // Not only planned: each kind has happened to a call.
    expect([...tally.faults.keys()]).toEqual(
      expect.arrayContaining([
        '429',
        '500',
        '503',
        'arrive-late',
        'hang',
        'lose-answer',
        'refuse',
        'slow-back',
        'slow-there',
      ]),
    );
    expect(tally.kills).toBeGreaterThan(20);
    expect(tally.faultCount).toBeGreaterThan(200);
  });

  test('webhooks and watchers in step', { timeout: 120_000 }, async () => {
    const histories = Array.from({ length: 30 }, (_, index) => historyInStep(index + 1));
    expect((await campaign(world(), histories)).found).toBe('');
  });

  test('20 minutes without each dependency, and without any', { timeout: 180_000 }, async () => {
    const some = outages().filter((_, index) => index % 3 === 0);
    expect((await campaign(world(), some)).found).toBe('');
  });
});
