// How an attempt ended: what an exit code, a stop or a failure means, in the words of the record.

import type { Attempt, Outcome } from '../runs/attempt.ts';
import type { Failure, FailureReason } from '../runs/failure.ts';
import { failureOfExit } from './diagnoses.ts';

/** How an attempt ended, before Numerai has been asked and a next attempt has been decided. */
export interface Ending {
  readonly outcome: Outcome;
  readonly failure: Failure | null;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Whether only its exit code says why it failed, and its log may tell more. */
  readonly isByItself: boolean;
  /** All that tells of the end is that the platform has no such execution any more: Numerai is asked before that is believed. */
  readonly isAbsence?: true;
  /** False where the container may still run: a second one beside it would double the work. */
  readonly mayRetry: boolean;
  /** What it is instead where Numerai has no submission; null where that is a failure of the container. */
  readonly unverified: Ending | null;
}

/** When, by the platform's clock; null where it does not say. */
export interface Times {
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export const NO_TIMES: Times = { startedAt: null, finishedAt: null };

/** An ending with what is usual where nothing else is given. */
export function ended(ending: Pick<Ending, 'outcome' | 'failure' | 'reason'> & Partial<Ending>): Ending {
  return {
    exitCode: null,
    startedAt: null,
    finishedAt: null,
    isByItself: false,
    mayRetry: true,
    unverified: null,
    ...ending,
  };
}

/** An attempt that something other than its container made fail. */
export function failedBy({ failure, reason }: FailureReason): Ending {
  const outcome = failure === 'stopped-outside' || failure === 'cancelled' ? 'cancelled' : 'failed';
  return ended({ outcome, failure, reason });
}

/**
 * A container that ended by itself.
 * @param trouble what the platform says is wrong; null: only the exit code is known.
 */
export function endOfExitCode(
  exitCode: number | null,
  trouble: FailureReason | null,
  { startedAt, finishedAt }: Times,
): Ending {
  const facts = { exitCode, startedAt, finishedAt };
  if (trouble !== null) return { ...failedBy(trouble), ...facts };
  if (exitCode === 0) return ended({ outcome: 'succeeded', failure: null, reason: null, ...facts });
  if (exitCode === null) {
    const reason = 'The container ended, and Azure does not report its exit code. Look at its log.';
    return ended({ outcome: 'failed', failure: 'exit-code', reason, ...facts });
  }
  return { ...failedBy(failureOfExit(exitCode, null)), isByItself: true, ...facts };
}

/** The ending with what the container's log tells of it, where that counts. */
export function withLog(ending: Ending, log: string | null): Ending {
  const { exitCode, isByItself } = ending;
  if (!isByItself || exitCode === null || log === null) return ending;
  return { ...ending, ...failureOfExit(exitCode, log) };
}

/** Somebody stopped the container, for example in the portal. */
export function stoppedOutside(execution: string | null, times: Times): Ending {
  return ended({
    outcome: 'cancelled',
    failure: 'stopped-outside',
    reason: `The execution ${execution} was stopped by somebody outside of this app. Start it again if that was a mistake.`,
    ...times,
  });
}

/** The app stopped the container. @param mayRetry false where it may still run. */
export function endOfStop(
  model: string,
  because: NonNullable<Attempt['stop']>['because'],
  times: Times,
  mayRetry = true,
): Ending {
  switch (because) {
    case 'timeout':
      return ended({
        outcome: 'timed_out',
        failure: 'timeout',
        reason: `The container did not end within its time limit, so the app told Azure to stop it. Raise timeoutMinutes of ${model}, or make it faster.`,
        ...times,
        mayRetry,
      });
    case 'last-resort':
      return ended({
        outcome: 'timed_out',
        failure: 'timeout',
        reason:
          'The container could not end before the round closes any more, so the app stopped it for the last resort.',
        ...times,
        mayRetry,
      });
    case 'operator':
      return ended({
        outcome: 'cancelled',
        failure: 'cancelled',
        reason: 'An operator cancelled the run.',
        ...times,
        mayRetry,
      });
  }
}
