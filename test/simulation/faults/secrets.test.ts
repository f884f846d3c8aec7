// A secret that changes while its container runs, or before: nothing of it shows, and the round is submitted.

import { expect, test } from 'vitest';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { ROTATED } from './enumerated.ts';
import { GOOD, type History, plainHistory, type SecretPlan } from './history.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const CHANGES: readonly SecretPlan['what'][] = ['rotate', 'rotate-all', 'disable', 'delete', 'forbid'];
const FAILS = { seconds: 30, exitCode: 1, submits: false } as const;

async function violations(history: History): Promise<readonly string[]> {
  return violationsOf(await runHistory(world(), history), world().secretValues);
}

test('a rotated secret, watched by an instance that never had the old one', async () => {
  expect(await violations(ROTATED)).toEqual([]);
});

test.each(CHANGES.flatMap((what) => [0, 1].map((watcher) => [what, watcher] as const)))(
  '%s in mid-run, given back ten minutes later (instance %i watches): an attempt fails, and the next one submits',
  async (what, instance) => {
    const history = plainHistory('image', {
      name: `${what} in mid-run`,
      containers: [FAILS, GOOD],
      instances: 2,
      triggers: [{ at: 5 * SECOND, by: 'webhook', instance }],
      secret: { at: 20 * SECOND, what, backAt: 10 * MINUTE },
    });
    expect(await violations(history)).toEqual([]);
  },
);

test.each(CHANGES)('%s before the first start, given back after a quarter of an hour', async (what) => {
  const history = plainHistory('image', {
    name: `${what} before the start`,
    secret: { at: 0, what, backAt: 15 * MINUTE },
  });
  expect(await violations(history)).toEqual([]);
});
