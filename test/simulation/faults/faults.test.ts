// External calls of the app fail, each way: one of three here, all of them with `npm run chaos -- --all`.

import { expect, test } from 'vitest';
import { campaign, sharedWorld } from './campaign.ts';
import { busyBaseline, garbledCalls, singleFaults } from './enumerated.ts';
import { KINDS } from './history.ts';
import { Tally } from './tally.ts';

const world = sharedWorld();

test.each(KINDS)(
  'a call that fails once, in any way, changes nothing of the end (%s)',
  { timeout: 180_000 },
  async (kind) => {
    const baseline = busyBaseline(kind);
    const { calls } = await new Tally().try(world(), baseline);
    const histories = singleFaults(baseline, calls, 1).filter((_, index) => index % 3 === 0);
    const { tally, found } = await campaign(world(), histories);
    expect(found).toBe('');
    expect(tally.faultCount).toBe(histories.length);
  },
);

test.each(['image', 'group'] as const)(
  'a call that is answered once in a form that nobody can read changes nothing of the end (%s)',
  { timeout: 180_000 },
  async (kind) => {
    const baseline = busyBaseline(kind);
    const { calls } = await new Tally().try(world(), baseline);
    // No multiple of the forms: another form each time, for every call.
    const histories = garbledCalls(baseline, calls).filter((_, index) => index % 37 === 0);
    const { tally, found } = await campaign(world(), histories);
    expect(found).toBe('');
    expect(tally.faultCount).toBe(histories.length);
  },
);
