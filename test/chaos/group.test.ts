// Every kill point and every single fault, for containers of the kind `group`.

import { expect, test } from 'vitest';
import { baselines, killPoints, singleFaults } from './enumerated.ts';
import { campaign, sharedWorld } from './shared-world.ts';
import { Tally } from './tally.ts';

const world = sharedWorld();
/** One attempt that fails and one that does its work: all that can be called is called. */
const baseline = baselines().find(({ name }) => name === 'group with a retry');
if (baseline === undefined) throw new Error('The baseline is gone.');
const callsOf = async () => (await new Tally().try(world(), baseline)).calls;

test('a process that dies at any call leaves a run that is brought to the right end', {
  timeout: 120_000,
}, async () => {
  const histories = killPoints(baseline, await callsOf());
  const { tally, found } = await campaign(world(), histories);
  expect(found).toBe('');
  expect(tally.kills).toBe(histories.length);
});

test('a call that fails once, in any way, changes nothing of the end', {
  timeout: 180_000,
}, async () => {
  const histories = singleFaults(baseline, await callsOf(), 1);
  const { tally, found } = await campaign(world(), histories);
  expect(found).toBe('');
  expect(tally.faultCount).toBe(histories.length);
});
