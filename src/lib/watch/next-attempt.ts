// Is another attempt worth it? A pure function of the run that failed and of what is known of the round.

import type { Round } from '../rounds/round.ts';
import { isOpen, timeLeftMs } from '../rounds/round.ts';
import { durationSeconds, type Failure, type Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';

export type RetryDecision =
  | { readonly retry: true }
  | { readonly retry: false; readonly why: string | null };

export interface RetryInput {
  /** The run as it ended. */
  readonly run: Run;
  readonly now: Date;
  /** The run's round; null where Numerai cannot be asked or the round is not known. */
  readonly round: Round | null;
  /** How long the model usually takes, in seconds; null where no run of it has succeeded yet. */
  readonly usualSeconds: number | null;
}

/** Failures that the same attempt would meet again, or that somebody wanted. */
const NOT_WORTH_IT: ReadonlySet<Failure> = new Set<Failure>([
  'secret',
  'configuration',
  'cancelled',
  'stopped-outside',
  'round-missed',
]);

/** A start needs some time before the container runs: pulling an image, mostly. */
const START_SECONDS = 60;

export function decideOnRetry({ run, now, round, usualSeconds }: RetryInput): RetryDecision {
  if (run.failure === null || NOT_WORTH_IT.has(run.failure)) return { retry: false, why: null };
  // Somebody wants this to stop, whatever it ended with in the meantime.
  if (run.isTest || run.stopRequest?.because === 'operator') return { retry: false, why: null };
  if (run.retriesLeft <= 0)
    return { retry: false, why: `This was attempt ${run.attempt}, the last one.` };
  if (round === null) {
    const over = now.getTime() - Date.parse(run.requestedAt) > TIMING.assumedRoundMs;
    return over
      ? {
          retry: false,
          why: 'It is not tried again, since the round is most likely closed by now.',
        }
      : { retry: true };
  }
  if (!isOpen(round, now))
    return { retry: false, why: `It is not tried again, since round ${round.number} is closed.` };
  const neededMs = (START_SECONDS + (usualSeconds ?? 0)) * 1000;
  const leftMs = timeLeftMs(round, now);
  if (leftMs < neededMs) {
    return {
      retry: false,
      why: `It is not tried again: round ${round.number} closes in ${Math.max(0, Math.round(leftMs / 60_000))} min, and the model needs about ${Math.ceil(neededMs / 60_000)} min.`,
    };
  }
  return { retry: true };
}

/**
 * How long the next attempt waits, in milliseconds. A start that was refused would be refused again at
 * once; one that failed later has taken its time already.
 */
export function retryWaitMs(run: Pick<Run, 'acceptedAt' | 'attempt'>): number {
  return run.acceptedAt === null ? run.attempt * TIMING.retryWaitMs : 0;
}

/**
 * How long the model takes when all goes well, in seconds: the lower quartile of its runs that succeeded
 * on time; null where there is none. An attempt too many costs cents, one too few costs the round: a few
 * slow runs, or runs in the long round of the weekend, must not talk the app out of a retry.
 */
export function usualDurationSeconds(
  runs: readonly Pick<Run, 'state' | 'submission' | 'startedAt' | 'finishedAt'>[],
): number | null {
  const durations = runs
    .filter((run) => run.state === 'succeeded' && run.submission !== 'late')
    .map(durationSeconds)
    .filter((seconds) => seconds !== null)
    .sort((a, b) => a - b);
  return durations[Math.floor((durations.length - 1) / 4)] ?? null;
}
