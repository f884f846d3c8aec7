// A harness that finds nothing wrong with a wrong starter proves nothing of a right one.

import { expect, test } from 'vitest';
import { huntDown, sharedWorld } from './campaign.ts';
import {
  busyBaseline,
  FAILS_FIRST,
  IN_PART,
  killPoints,
  LATE_START,
  ROTATED,
  restartDuringRemoval,
  UNSEEN_END,
} from './enumerated.ts';
import { crowds, limits, stoppedTimers, upToTheClose, wrongRounds } from './enumerated-hardships.ts';
import { endings, places, unattended } from './enumerated-late.ts';
import type { History } from './history.ts';
import { atTheLastMoment } from './late.ts';
import { MUTANTS } from './mutants.ts';
import { historyInStep, randomHistory } from './random-history.ts';
import { Tally } from './tally.ts';

const world = sharedWorld();
/** Histories that are tried before a mutant counts as not caught. */
const AT_MOST = 200;

async function killPointsOfARetry(): Promise<History[]> {
  const baseline = busyBaseline('image');
  const { calls } = await new Tally().try(world(), baseline);
  // Those in which something is caught come late.
  return killPoints(baseline, calls).toReversed();
}

async function aRestart(): Promise<History[]> {
  const { calls } = await new Tally().try(world(), FAILS_FIRST);
  return [restartDuringRemoval(calls)];
}

function* drawn(draw: (seed: number) => History): Generator<History> {
  for (let seed = 1; seed <= AT_MOST; seed += 1) yield draw(seed);
}

const latest = (histories: readonly History[]): History[] =>
  histories.map((history) => atTheLastMoment({ history, fates: [] })).filter((late) => late !== null);

const HUNTS: Readonly<Record<string, () => Promise<Iterable<History>>>> = {
  'in step': async () => drawn(historyInStep),
  random: async () => drawn(randomHistory),
  'kill points': killPointsOfARetry,
  restart: aRestart,
  'late start': async () => [LATE_START],
  'unseen end': async () => [UNSEEN_END],
  'in part': async () => [IN_PART],
  rotated: async () => [ROTATED],
  'wrong rounds': async () => wrongRounds(),
  crowds: async () => crowds(),
  limits: async () => limits(),
  timers: async () => stoppedTimers(),
  'up to the close': async () => upToTheClose(),
  'endings at the last moment': async () => latest(endings()),
  'places at the last moment': async () => latest(places()),
  unattended: async () => unattended(),
  'no Numerai': async () => upToTheClose().filter(({ name }) => name.startsWith('numerai')),
};

// Each is a starter or watcher that does this.
test.each(MUTANTS)('$name', { timeout: 180_000 }, async ({ mutation, hunt }) => {
  const histories = await HUNTS[hunt]?.();
  expect(await huntDown(world(), histories ?? [], { mutation })).not.toBeNull();
});
