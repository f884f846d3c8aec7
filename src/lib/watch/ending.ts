// How a run ended: what an exit code, a stop or a failure means, in the words of the record.

import type { EndState, Failure, Run, StopRequest } from '../runs/run.ts';

/** How a run ended, before Numerai has been asked and a retry has been decided. */
export interface Ending {
  readonly state: EndState;
  readonly failure: Failure | null;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** False where the old container may still run: a second one beside it would double the work. */
  readonly mayRetry: boolean;
  /** What it is instead where Numerai has no submission; null where that is a failure of the container. */
  readonly unproven: Ending | null;
}

/** When, by Azure's clock; null where it does not say. */
export interface Times {
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** EX_CONFIG of sysexits.h: a submission that ends with it asks not to be tried again. */
export const EXIT_CONFIGURATION = 78;

export function ended(
  ending: Pick<Ending, 'state' | 'failure' | 'reason'> & Partial<Ending>,
): Ending {
  return {
    exitCode: null,
    startedAt: null,
    finishedAt: null,
    mayRetry: true,
    unproven: null,
    ...ending,
  };
}

export function failedBy(failure: Failure, reason: string): Ending {
  return ended({ state: 'failed', failure, reason });
}

export function endOfExitCode(
  run: Run,
  exitCode: number | null,
  detail: string | null,
  when: Times,
): Ending {
  // Named one by one: whole records have times as well, and other fields.
  const { startedAt, finishedAt } = when;
  const times = { exitCode, startedAt, finishedAt };
  if (exitCode === 0) return ended({ state: 'succeeded', failure: null, reason: null, ...times });
  if (exitCode === 137 || /OOM/i.test(detail ?? '')) {
    return ended({
      state: 'failed',
      failure: 'out-of-memory',
      reason: `The container was killed (exit code ${exitCode ?? 'unknown'}), most often because it needed more memory than its limit. ${run.ownsGroup ? `Raise memoryGB of model ${run.model} in models.json` : `Give container group ${run.containerGroup} more memory`}, or load the data in parts.`,
      ...times,
    });
  }
  const why =
    exitCode === EXIT_CONFIGURATION
      ? 'it says that its configuration is wrong (EX_CONFIG), so it is not tried again'
      : 'its log says why';
  return ended({
    state: 'failed',
    failure: exitCode === EXIT_CONFIGURATION ? 'configuration' : 'exit-code',
    reason:
      exitCode === null
        ? 'The container ended, and Azure does not tell its exit code. Look at its log.'
        : `The container ended with exit code ${exitCode}; ${why}.`,
    ...times,
  });
}

export function stoppedOutside(run: Run, times: Times): Ending {
  return ended({
    state: 'cancelled',
    failure: 'stopped-outside',
    reason: `The container group ${run.containerGroup} was stopped by somebody outside of this app. Start the model again if that was a mistake.`,
    startedAt: times.startedAt,
    finishedAt: times.finishedAt,
  });
}

/** @param mayRetry false where the container may still run. */
export function endOfStop(
  run: Run,
  because: StopRequest['because'],
  when: Times,
  mayRetry: boolean,
): Ending {
  const { finishedAt } = when;
  const times = { startedAt: when.startedAt ?? run.startedAt, finishedAt, mayRetry };
  switch (because) {
    case 'timeout':
      return ended({
        state: 'timed_out',
        failure: 'timeout',
        reason: `The container did not end within its time limit and was stopped. Raise timeoutMinutes of model ${run.model}, or make the submission faster.`,
        ...times,
      });
    case 'operator':
      return ended({
        state: 'cancelled',
        failure: 'cancelled',
        reason: 'An operator cancelled the run.',
        ...times,
      });
    case 'image':
      return ended({
        state: 'failed',
        failure: 'image',
        reason: run.reason ?? 'The image could not be pulled.',
        ...times,
      });
  }
}

/** The end was decided at an earlier tick, and the group may be gone since: there is nothing to look at. */
export function endDecidedBefore(run: Run, failure: Failure): Ending {
  const { reason, exitCode, startedAt, finishedAt } = run;
  const state = STATE_OF_FAILURE[failure] ?? 'failed';
  return ended({ state, failure, reason, exitCode, startedAt, finishedAt });
}

const STATE_OF_FAILURE: Partial<Record<Failure, EndState>> = {
  timeout: 'timed_out',
  cancelled: 'cancelled',
  'stopped-outside': 'cancelled',
};
