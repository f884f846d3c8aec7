// What a job shows of an attempt: a pure function of it, of its run history, and of the record.

import { quote } from '../../util/quote.ts';
import { attemptIdOf } from '../environment.ts';
import { type AttemptedRun, absent, type Observation } from '../platform.ts';
import { exitCodeOf, failureOfWords, missing } from './failures.ts';
import type { Job, RunDetails } from './job.ts';
import type { Prepared } from './prepared.ts';
import { sizeOfNode } from './price.ts';

const OUTCOMES: Readonly<Record<string, Observation['outcome']>> = {
  Completed: 'ok',
  Failed: 'failed',
  Canceled: 'stopped',
};

/**
 * What goes on before the command runs, and for whom it waits. The order is not fixed: a job may be queued twice.
 * https://learn.microsoft.com/azure/machine-learning/how-to-track-monitor-analyze-runs
 */
const WAITS: Readonly<Record<string, string>> = {
  NotStarted: 'Azure Machine Learning has the job, and has not begun with it',
  Starting: 'Azure Machine Learning begins with the job',
  Provisioning: 'the compute is being made ready',
  Preparing: 'the image of the environment is being made ready',
  Queued: 'the job waits for a node of the cluster, which may have to start first',
  Scheduled: 'the job waits for its time',
  Paused: 'the job is paused',
};

/**
 * How it ended; null where it has not. In a state that says neither, such as `Unknown`, `NotResponding` and those that are yet to
 * come, it has ended only if the run history says when.
 */
export function outcomeOf({ status }: Job, details: RunDetails | null = null): Observation['outcome'] {
  const hasEnd = details !== null && details.endedAt !== null;
  return OUTCOMES[status] ?? (hasEnd && !goesOn(status) ? 'failed' : null);
}

/** By its state, whatever else is said. */
const goesOn = (status: string): boolean =>
  WAITS[status] !== undefined || ['Running', 'Finalizing', 'CancelRequested'].includes(status);

/**
 * Whether it has ended, or will without another word: one whose outputs are collected cannot be cancelled any more
 * (https://github.com/Azure/azureml-assets/pull/2496).
 */
export const isOver = (job: Job): boolean =>
  outcomeOf(job) !== null || job.status === 'CancelRequested' || job.status === 'Finalizing';

/** Whether its command may run, or have run: of these the run history is asked. */
export const mayHaveRun = ({ status }: Job): boolean => WAITS[status] === undefined && status !== 'CancelRequested';

/**
 * Those of the attempt among the jobs that an endpoint has made. There are two where a start arrived late. Somebody else's
 * have another id, or none; steps, which may be given the same inputs, are no jobs of their own.
 */
export function ofAttempt(run: AttemptedRun, jobs: readonly Job[]): readonly Job[] {
  return jobs.filter(({ isPipeline, inputs }) => isPipeline !== false && inputs.attempt_id === attemptIdOf(run));
}

/** Whether a job says that it is of another attempt. */
export const isOfOther = (run: AttemptedRun, { inputs: { attempt_id: id } }: Job): boolean =>
  id !== undefined && id !== attemptIdOf(run);

interface Seen {
  readonly prepared: Prepared;
  /** Null where there is none. */
  readonly job: Job | null;
  /** Null where the run history was not asked, or does not answer. */
  readonly details: RunDetails | null;
  readonly now: Date;
}

/** What the app knows of the attempt. */
export function observationOf(run: AttemptedRun, { prepared, job, details, now }: Seen): Observation {
  if (job === null) return absent(run.attempt.acceptedAt === null ? null : missing(prepared, run));
  const outcome = outcomeOf(job, details);
  const { words = '', startedAt = null, endedAt = null } = details ?? {};
  const facts = {
    ...absent(null),
    execution: job.name,
    location: prepared.location,
    ...sizeOfNode(prepared),
    progress: words === '' ? (WAITS[job.status] ?? null) : quote(words),
  };
  if (outcome === null) {
    const isRunning = isRunningNow(run, job);
    // Where nobody says when it began, it has not been running for longer than it has been seen to.
    const began = startedAt ?? run.attempt.startedAt ?? now.toISOString();
    return { ...facts, phase: isRunning ? 'running' : 'waiting', startedAt: isRunning ? began : null };
  }
  const exitCode = outcome === 'ok' ? 0 : exitCodeOf(words);
  return {
    ...facts,
    phase: 'ended',
    startedAt: startedAt ?? run.attempt.startedAt,
    finishedAt: endedAt,
    exitCode,
    outcome,
    // Why it ended is said there alone: what does not answer now may do so in a moment.
    isClear: outcome === 'stopped' || (details !== null && job.status in OUTCOMES),
    trouble: outcome === 'failed' ? failureOfWords(words, exitCode, job) : null,
  };
}

/** One that is being cancelled, or does not respond, is what it was. */
function isRunningNow({ attempt }: AttemptedRun, { status }: Job): boolean {
  if (status === 'Running' || status === 'Finalizing') return true;
  return WAITS[status] === undefined && attempt.startedAt !== null;
}
