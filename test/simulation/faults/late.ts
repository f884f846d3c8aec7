// A history once more, so late in its round that the clairvoyant just makes it: then what is slower than what it is denied
// costs the round, and shows.

import { verdictOn } from './clairvoyant.ts';
import { type History, ROUND_MS } from './history.ts';
import type { Observed } from './observed.ts';

const STEP_MS = 5_000;
/** Calls take no time but where a fault says so; a little for the turn. */
const TURN_MS = 1_000;

/**
 * The round closes as soon as the clairvoyant can have submitted; null where that is never, where an answer takes its time
 * all along (the clairvoyant's do not), and where it may be right that nothing is submitted.
 */
export function atTheLastMoment({ history, fates }: Pick<Observed, 'history' | 'fates'>): History | null {
  if (history.opensAfterMs !== 0 || history.extended !== null || history.expect === 'ended') return null;
  if (history.disturbances.some(({ fate }) => fate.do === 'slow-back' || fate.do === 'slow-there')) return null;
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
