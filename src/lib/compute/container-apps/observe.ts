// What the executions of a job show of an attempt: a pure function of them and of the record.

import { quote } from '../../util/quote.ts';
import { type AttemptedRun, absent, type Observation } from '../platform.ts';
import { failureOfWords, missing } from './failures.ts';
import type { Execution } from './job.ts';
import { isOf, sizeOfTemplate } from './template.ts';

const OUTCOMES: Readonly<Record<string, Observation['outcome']>> = {
  Succeeded: 'ok',
  Failed: 'failed',
  Stopped: 'stopped',
};

/** How it ended; null where it has not. `Degraded`: replicas have failed; it has ended only if it says when. */
export function outcomeOf({ status, endedAt }: Execution): Observation['outcome'] {
  return OUTCOMES[status] ?? (status === 'Degraded' && endedAt !== null ? 'failed' : null);
}

/** Those of the attempt, the one on record first, then the newest. There are two where a start arrived late. */
export function ownExecutions(run: AttemptedRun, all: readonly Execution[]): readonly Execution[] {
  const rank = ({ name }: Execution) => (name === run.attempt.execution ? 0 : 1);
  return all
    .filter((each) => isOf(run, each))
    .sort((a, b) => rank(a) - rank(b) || (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
}

/** @param all null where there is no such job. */
export function observationOf(run: AttemptedRun, job: string, all: readonly Execution[] | null): Observation {
  if (all === null) return absent(missing(job));
  const [seen, ...others] = ownExecutions(run, all);
  if (seen === undefined) return absent(run.attempt.acceptedAt === null ? null : notShown(job));
  const { name: execution, words, startedAt, endedAt, exitCode } = seen;
  const outcome = outcomeOf(seen);
  const facts = {
    ...absent(null),
    execution,
    // No execution says it.
    location: run.attempt.location,
    ...sizeOfTemplate(seen.template),
    progress: words === '' ? null : quote(words),
  };
  if (outcome === null) {
    const isRunning = hasStarted(run, seen);
    const trouble = isRunning ? null : failureOfWords(words, null, job);
    return { ...facts, phase: isRunning ? 'running' : 'waiting', startedAt: isRunning ? startedAt : null, trouble };
  }
  return {
    ...facts,
    phase: 'ended',
    startedAt,
    finishedAt: endedAt,
    exitCode,
    outcome,
    goesOn: others.some((each) => outcomeOf(each) === null),
    // Azure says that it succeeded, and the code does not.
    isClear: outcome !== 'ok' || (exitCode ?? 0) === 0,
    trouble: outcome === 'failed' ? failureOfWords(words, exitCode, job) : null,
  };
}

/** Running, by Azure's word, an execution is already while its image is pulled; where its container is said, that counts. */
function hasStarted({ attempt }: AttemptedRun, { status, containerStatus, startedAt }: Execution): boolean {
  if (status === 'Running' || status === 'Degraded') return !/waiting|pending|creating/i.test(containerStatus ?? '');
  // Unknown: as it was.
  return status !== 'Processing' && (attempt.startedAt !== null || startedAt !== null);
}

const notShown = (job: string) =>
  ({
    failure: 'not-started',
    reason: `Azure accepted the start, but the Container Apps job ${job} shows no execution of it. Look at its execution history in the portal.`,
  }) as const;
