// Does a run wait for its round to open? A pure function of the run, of the round as Numerai has it now, and the time.

import { documentedWindow } from '../rounds/documented-hours.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundsKnown } from '../rounds/round-cache.ts';
import { openOrJustOpening, standingOf, untilOpening } from '../rounds/standing.ts';
import type { Run } from '../runs/run.ts';
import { ageMs } from '../util/clock.ts';

export type OpeningDecision =
  /** Nothing about the opening keeps it from going on. */
  | { readonly do: 'go-on' }
  /** It waits on; `changes` is what the record is to say of that. */
  | { readonly do: 'wait'; readonly changes: Partial<Pick<Run, 'waitingFor' | 'nextAttemptAt'>> }
  /** Such a round cannot be, and it would wait for ever; `why` is a sentence. */
  | { readonly do: 'give-up'; readonly why: string };

type WaitingRun = Pick<Run, 'round' | 'isTest' | 'attempt' | 'requestedAt' | 'nextAttemptAt'>;

const GO_ON: OpeningDecision = { do: 'go-on' };

/** What Numerai's list does not show within this is taken to be open, where it should be; else it cannot be. */
const UNLISTED_GRACE_MS = 10 * 60_000;

/** Whether the opening matters at all: a run that has had an attempt waits for other things as well, until it is due. */
export function mayAwaitOpening(run: WaitingRun, now: Date): run is WaitingRun & { readonly round: number } {
  return run.round !== null && !run.isTest && (run.attempt === null || isDue(run, now));
}

/**
 * Decides on a run that may wait for its round to open.
 * @param last what Numerai listed when it last answered.
 */
export function decideOnOpening(
  run: WaitingRun & { readonly round: number },
  known: RoundsKnown,
  now: Date,
  last: readonly Round[] = [],
): OpeningDecision {
  // What Numerai last said of the opening holds; where it said nothing, the documented hours do, unless they are those
  // of another round.
  const isByHours = run.nextAttemptAt === null && isMostLikelyOpen(last, now);
  if (known.kind === 'unknown') return isDue(run, now) || isByHours ? GO_ON : { do: 'wait', changes: {} };
  const standing = standingOf(run.round, known.rounds, now);
  if (standing.kind !== 'next' && standing.kind !== 'later') return GO_ON;
  if (standing.openTime === null && ageMs(run.requestedAt, now) >= UNLISTED_GRACE_MS) {
    if (isMostLikelyOpen(known.rounds, now)) return GO_ON;
    // It was taken while Numerai could not be asked.
    if (standing.kind === 'later')
      return { do: 'give-up', why: `Numerai lists no round ${run.round}, and it is not the one that opens next.` };
  }
  return { do: 'wait', changes: untilOpening(standing, now) };
}

const isDue = ({ nextAttemptAt }: WaitingRun, now: Date): boolean =>
  nextAttemptAt !== null && now.getTime() >= Date.parse(nextAttemptAt);

/** Numerai's list may lack a round, or say too little of it to be read. */
function isMostLikelyOpen(rounds: readonly Round[], now: Date): boolean {
  return documentedWindow(now) !== null && openOrJustOpening(rounds, now) === null;
}
