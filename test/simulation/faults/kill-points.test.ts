// The app dies at each of its external calls: before it is sent, and after it was answered.

import { expect, test } from 'vitest';
import { campaign, sharedWorld } from './campaign.ts';
import { busyBaseline, IN_PART, killPoints } from './enumerated.ts';
import { KINDS } from './history.ts';
import { Tally } from './tally.ts';

const world = sharedWorld();

test.each([...KINDS.map((kind) => busyBaseline(kind)), IN_PART])(
  'a process that dies at any call leaves a run that is brought to the right end ($name)',
  { timeout: 120_000 },
  async (baseline) => {
    const { calls } = await new Tally().try(world(), baseline);
    // Of the long one every ninth; `npm run chaos -- --all` tries all of them.
    const histories = killPoints(baseline, calls).filter((_, index) => baseline !== IN_PART || index % 9 === 0);
    const { tally, found } = await campaign(world(), histories);
    expect(found).toBe('');
    expect(tally.kills).toBe(histories.length);
  },
);
