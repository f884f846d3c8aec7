// The logs of containers that run: after its end Azure has only the last part of what a container wrote.

import { type AttemptedRun, hasAttempt } from '../compute/platform.ts';
import type { Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { withTimeLimit } from '../util/clock.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { AppError } from '../util/errors.ts';
import { keepLog, type LogDependencies, soon } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Logs that are read side by side: each may have 4 MB, and passes through several forms. */
const AT_ONCE = 4;

/**
 * Adds to the kept logs of running containers what these have written since. A log that cannot be had within some
 * seconds is left to the next time.
 */
export async function keepRunningLogs(
  dependencies: LogDependencies & Pick<WatchDependencies, 'clock' | 'log' | 'entries'>,
  runs: readonly Run[],
): Promise<void> {
  const { clock, log, entries } = dependencies;
  await withTimeLimit(clock, TIMING.runningLogsMs, undefined, (signal) =>
    forEachAtMost(AT_ONCE, runs.filter(isRunning), async (run) => {
      if (signal.aborted) return;
      const model = entries.find(({ name }) => name === run.model);
      try {
        await soon(clock, (tooLate) => keepLog(dependencies, run, model, tooLate));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        log.info({ err: error, model: run.model, runId: run.id }, 'log of a running container not kept now');
      }
    }),
  );
}

function isRunning(run: Run): run is AttemptedRun {
  if (run.state !== 'running' || !hasAttempt(run)) return false;
  const { startedAt, endSeenAt, outcome } = run.attempt;
  return startedAt !== null && endSeenAt === null && outcome === null;
}
