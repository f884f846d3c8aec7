// A history once more, so late in its round that the clairvoyant just makes it: then what is slower than what it is denied
// costs the round, and shows.

import type { Fate } from '../world/fate.ts';
import { verdictOn } from './clairvoyant.ts';
import { type History, ROUND_MS } from './history.ts';
import type { Observed } from './observed.ts';

const STEP_MS = 5_000;
/** Calls take no time but where a fault says so; a little for the turn. */
const TURN_MS = 1_000;
const UNFORESEEN: ReadonlySet<Fate['do']> = new Set(['slow-back', 'slow-there', 'garbled']);

/** The round closes as soon as the clairvoyant can have submitted; null where that is never. */
export function atTheLastMoment({ history, fates }: Pick<Observed, 'history' | 'fates'>): History | null {
  if (history.opensAfterMs !== 0 || history.extended !== null) return null;
  const closing = (closeMs: number): History => ({
    ...history,
    name: `${history.name}, at the last moment`,
    opensAfterMs: closeMs - ROUND_MS,
    expect: 'if possible',
  });
  for (let closeMs = STEP_MS; closeMs < ROUND_MS; closeMs += STEP_MS)
    if (verdictOn({ history: closing(closeMs), fates }).isPossible) return closing(closeMs + TURN_MS);
  return null;
}

/**
 * Whether a submission is due, and the clairvoyant knows no more than anybody could. Its answers take no time; it knows
 * which of others is given a place first, that a region which accepts a start has no room for it, and which answer of many
 * is garbled.
 */
export function isFair({ expect, crowd, capacity, disturbances, locations }: History): boolean {
  const isAcceptedAndFails = capacity.some((each) => each.capacity !== 'refuses') && locations.length > 1;
  const isByChance = disturbances.some(({ fate }) => UNFORESEEN.has(fate.do));
  return expect !== 'ended' && crowd === null && !isAcceptedAndFails && !isByChance;
}
