// What the executions of a job show of an attempt: a pure function of them and of the record.

import { TIMING } from '../../runs/timing.ts';
import { quote } from '../../util/quote.ts';
import { type AttemptedRun, absent, type Observation } from '../platform.ts';
import type { Execution } from './execution.ts';
import { failureOfWords, missing } from './failures.ts';
import { isOf, sizeOfTemplate } from './template.ts';

const OUTCOMES: Readonly<Record<string, Observation['outcome']>> = {
  Succeeded: 'ok',
  Failed: 'failed',
  Stopped: 'stopped',
};

/** States of what goes on, whatever else is said: Job_Executions_Get.json of the specification shows one with an end. */
const GOES_ON = ['Running', 'Processing'];

/**
 * How it ended; null where it has not. In any other state, such as `Degraded` (replicas have failed), `Unknown` and those that
 * are yet to come, it has ended only if it says when.
 */
export function outcomeOf({ status, endedAt }: Execution): Observation['outcome'] {
  return OUTCOMES[status] ?? (endedAt !== null && !GOES_ON.includes(status) ? 'failed' : null);
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
  if (seen === undefined) return unseen(run, job, all);
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
    // Not where Azure says that it succeeded, and the code does not; or only when it ended.
    isClear: outcome === 'ok' ? (exitCode ?? 0) === 0 : seen.status === 'Degraded' || seen.status in OUTCOMES,
    trouble: outcome === 'failed' ? failureOfWords(words, exitCode, job) : null,
  };
}

/** Running, by Azure's word, an execution is already while its image is pulled; where its container is said, that counts. */
function hasStarted({ attempt }: AttemptedRun, { status, containerStatus, startedAt }: Execution): boolean {
  if (status === 'Running' || status === 'Degraded') return !/waiting|pending|creating/i.test(containerStatus ?? '');
  // Unknown: as it was.
  return status !== 'Processing' && (attempt.startedAt !== null || startedAt !== null);
}

/**
 * None of the attempt is shown. One that may be, since Azure does not say whose it is, is left alone, and no other one is
 * started beside it.
 */
function unseen(run: AttemptedRun, job: string, all: readonly Execution[]): Observation {
  const { acceptedAt, execution, requestedAt } = run.attempt;
  const isSince = ({ startedAt }: Execution) =>
    startedAt === null || Date.parse(startedAt) >= Date.parse(requestedAt) - TIMING.clockSkewMs;
  const nobodys =
    execution === null
      ? all.find((each) => each.template === null && outcomeOf(each) === null && isSince(each))
      : undefined;
  if (nobodys === undefined) return absent(acceptedAt === null ? null : notShown(job));
  const what = `execution ${nobodys.name} of the Container Apps job ${job}, which does not say whose it is, to end`;
  const isWaiting = acceptedAt !== null;
  return {
    ...absent(null),
    phase: isWaiting ? 'waiting' : 'absent',
    progress: isWaiting ? `Waiting for ${what}.` : what,
  };
}

const notShown = (job: string) =>
  ({
    failure: 'not-started',
    reason: `Azure accepted the start, but the Container Apps job ${job} shows no execution of it. Look at its execution history in the portal.`,
  }) as const;
