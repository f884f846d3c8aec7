// What a run, an attempt or a round looks like: its letter, its colour, its words.

import type { Attempt } from '../lib/runs/attempt.ts';
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
    case 'waiting':
      return { letter: 'W', tone: 'warn', words: `waiting for attempt ${attemptsOf(run) + 1}` };
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

/** How many attempts were made. */
export function attemptsOf({ attempt }: Pick<Run, 'attempt'>): number {
  return attempt?.number ?? 0;
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

/** What one attempt looks like. */
export function lookOfAttempt(attempt: Attempt): Omit<Look, 'letter'> {
  switch (attempt.outcome) {
    case null:
      if (attempt.endSeenAt !== null) return { tone: 'busy', words: 'ended, being checked' };
      return { tone: 'busy', words: attempt.startedAt === null ? 'starting' : 'running' };
    case 'succeeded':
      return { tone: 'good', words: 'succeeded' };
    case 'failed':
      return {
        tone: 'bad',
        words: attempt.failure === 'missing-submission' ? 'no submission' : 'failed',
      };
    case 'timed_out':
      return { tone: 'bad', words: 'timed out' };
    case 'cancelled':
      return { tone: 'warn', words: 'cancelled' };
  }
}

/** What the letters stand for, in the order of the legend. */
export const LETTERS: readonly (Omit<Look, 'words'> & { readonly meaning: string })[] = [
  { letter: 'S', tone: 'good', meaning: 'submitted on time' },
  { letter: 'U', tone: 'quiet', meaning: 'ran, not confirmed by Numerai' },
  { letter: 'R', tone: 'busy', meaning: 'running' },
  { letter: 'Q', tone: 'busy', meaning: 'requested or starting' },
  { letter: 'W', tone: 'warn', meaning: 'waiting for its next attempt' },
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
}

/** How many rounds a strip shows. */
const CELLS = 20;

/**
 * The last rounds, oldest first; rounds in between that have no run are there as well.
 * @param runs one a round, newest first.
 */
export function cellsOf(runs: readonly Run[]): Cell[] {
  const byRound = new Map(
    runs.flatMap((run): [number, Run][] => (run.round === null ? [] : [[run.round, run]])),
  );
  if (byRound.size === 0) return [];
  const newest = Math.max(...byRound.keys());
  const first = Math.max(Math.min(...byRound.keys()), newest - CELLS + 1);
  return Array.from({ length: newest - first + 1 }, (_, index) => {
    const round = first + index;
    const run = byRound.get(round);
    return run === undefined
      ? { round, attempts: 0, letter: '–', tone: 'quiet', words: 'no run' }
      : { round, attempts: attemptsOf(run), ...lookOf(run) };
  });
}

/** What Numerai says of a submission, in words. */
const SUBMISSIONS = {
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
