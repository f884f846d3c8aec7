// What a round must stand that has hardships: wrong rounds, stopped timers, shared cores, Azure's documented limits, and what is
// down up to the close. There must be a submission wherever the clairvoyant of the seasons could have had one.

import { describe, expect, test } from 'vitest';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { verdictOn } from './clairvoyant.ts';
import { crowds, limits, stoppedTimers, upToTheClose, wrongRounds } from './enumerated-hardships.ts';
import type { History } from './history.ts';
import type { Observed } from './observed.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();

async function ran(history: History): Promise<Observed> {
  const observed = await runHistory(world(), history);
  expect(violationsOf(observed, world().secretValues)).toEqual([]);
  return observed;
}

describe('a webhook that names no open round starts nothing, and the fallback the right one', () => {
  test.each(wrongRounds())('$name', async (history) => {
    const { answers, starts, attempts } = await ran(history);
    expect(answers.map(({ outcome }) => outcome)).toEqual([409, 409, 409]);
    expect([starts.length, attempts.length]).toEqual([1, 1]);
  });
});

describe('models that share the cores of a region all submit', () => {
  test.each(crowds())('$name', async (history) => {
    const { crowd, starts } = await ran(history);
    const all = [starts, ...crowd.map((member) => member.starts)];
    expect(all.map(({ length }) => length)).toEqual([history.containers.length, ...crowd.map(() => 1)]);
  });
});

describe("what others use up of Azure's limits costs no round", () => {
  test.each(limits())('$name', async (history) => {
    const observed = await ran(history);
    expect(verdictOn(observed)).toMatchObject({ isPossible: true });
  });
});

describe('timers that stand still while HTTP goes on', () => {
  test.each(stoppedTimers())('$name', async (history) => {
    const observed = await ran(history);
    if (history.httpEveryMs !== null) expect(verdictOn(observed)).toMatchObject({ isPossible: true });
  });
});

describe('what is down up to the close, or up to shortly before it', () => {
  test.each(upToTheClose())('$name', async (history) => {
    await ran(history);
  });
});
