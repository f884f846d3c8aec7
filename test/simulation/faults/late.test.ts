// The app submits on time in rounds that close as soon as the clairvoyant can have submitted, so that an app that waits for
// longer than it is documented to loses them.

import { expect, test } from 'vitest';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { verdictOn } from './clairvoyant.ts';
import { endings, outages, places, unattended } from './enumerated-late.ts';
import type { History } from './history.ts';
import { atTheLastMoment } from './late.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();

test.each([...endings(), ...places(), ...outages()])('$name, at the last moment', async (history) => {
  const late = atTheLastMoment({ history, fates: [] });
  if (late === null) throw new Error('The clairvoyant has no such moment.');
  await submitsOnTime(late);
});

test.each(unattended())('$name', submitsOnTime);

async function submitsOnTime(history: History): Promise<void> {
  const observed = await runHistory(world(), history);
  expect(violationsOf(observed, world().secretValues)).toEqual([]);
  expect(verdictOn(observed)).toMatchObject({ isPossible: true });
}
