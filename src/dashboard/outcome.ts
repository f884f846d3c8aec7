// What a run, or a round, looks like: its letter, its colour, its words.

import type { RoundOutcome } from '../lib/operations/status.ts';
import { hasEnded, type Run } from '../lib/runs/run.ts';
import type { Tone } from './tones.ts';

export interface Look {
  /** One letter; never the colour alone. */
  readonly letter: string;
  readonly tone: Tone;
  readonly words: string;
}

/** What a run looks like. */
export function lookOf(run: Run): Look {
  switch (run.state) {
    case 'requested':
      return { letter: 'Q', tone: 'busy', words: 'requested' };
    case 'starting':
      return { letter: 'Q', tone: 'busy', words: 'starting' };
    case 'running':
      return run.submission === 'pending'
        ? { letter: 'R', tone: 'busy', words: 'waiting for Numerai' }
        : { letter: 'R', tone: 'busy', words: 'running' };
    case 'succeeded':
      return lookOfSuccess(run);
    case 'failed':
      if (run.failure === 'round-missed') return { letter: 'M', tone: 'bad', words: 'missed' };
      return run.submission === 'missing'
        ? { letter: 'F', tone: 'bad', words: 'no submission' }
        : { letter: 'F', tone: 'bad', words: 'failed' };
    case 'timed_out':
      return { letter: 'T', tone: 'bad', words: 'timed out' };
    case 'cancelled':
      return { letter: 'C', tone: 'warn', words: 'cancelled' };
  }
}

function lookOfSuccess(run: Run): Look {
  if (run.isTest) return { letter: 'S', tone: 'good', words: 'succeeded' };
  switch (run.submission) {
    case 'accepted':
      return { letter: 'S', tone: 'good', words: 'submitted' };
    case 'late':
      return { letter: 'L', tone: 'warn', words: 'submitted late' };
    default:
      return { letter: 'U', tone: 'quiet', words: 'ran, unconfirmed' };
  }
}

/** What the letters stand for, in the order of the legend. */
export const LETTERS: readonly (Omit<Look, 'words'> & { readonly meaning: string })[] = [
  { letter: 'S', tone: 'good', meaning: 'submitted on time' },
  { letter: 'U', tone: 'quiet', meaning: 'ran, not confirmed by Numerai' },
  { letter: 'R', tone: 'busy', meaning: 'running' },
  { letter: 'Q', tone: 'busy', meaning: 'requested or starting' },
  { letter: 'L', tone: 'warn', meaning: 'submitted late' },
  { letter: 'C', tone: 'warn', meaning: 'cancelled' },
  { letter: 'F', tone: 'bad', meaning: 'failed' },
  { letter: 'T', tone: 'bad', meaning: 'timed out' },
  { letter: 'M', tone: 'bad', meaning: 'missed: nothing ran in time' },
  { letter: '–', tone: 'quiet', meaning: 'no run on record' },
];

export interface Cell extends Look {
  readonly round: number;
  readonly attempts: number;
  readonly run: Run | null;
}

/** How many rounds a strip shows. */
const CELLS = 20;

/** The last rounds, oldest first; rounds in between that have no run are there as well. */
export function cellsOf(rounds: readonly RoundOutcome[]): Cell[] {
  const newest = rounds[0]?.round;
  const oldest = rounds.at(-1)?.round;
  if (newest === undefined || oldest === undefined) return [];
  const byRound = new Map(rounds.map((outcome) => [outcome.round, outcome]));
  const first = Math.max(oldest, newest - CELLS + 1);
  return Array.from({ length: newest - first + 1 }, (_, index) => {
    const round = first + index;
    const outcome = byRound.get(round);
    return outcome === undefined
      ? { round, attempts: 0, run: null, letter: '–', tone: 'quiet', words: 'no run' }
      : { round, attempts: outcome.attempts, run: outcome.run, ...lookOf(outcome.run) };
  });
}

/** What Numerai says of a submission, in words. */
export const SUBMISSIONS = {
  unknown: 'not confirmed',
  pending: 'waiting for Numerai',
  accepted: 'accepted',
  missing: 'missing',
  late: 'late',
} as const satisfies Record<Run['submission'], string>;

/** What Numerai says of the run, in a few words; null where there is nothing to say yet. */
export function submissionWords(run: Run): string | null {
  if (run.submission === 'unknown' && (!hasEnded(run) || run.state !== 'succeeded')) return null;
  if (run.submission === 'unknown' && run.isTest) return null;
  return SUBMISSIONS[run.submission];
}
