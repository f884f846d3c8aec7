// At each tick of the watcher: the jobs whose time has come are started. A claim for each time makes sure that it
// happens once, whichever instances look and die; the mark only says how far that has come.

import { OverlapError } from '../claims/resolve-latest.ts';
import type { Job } from '../config/models.ts';
import { pauseOf } from '../runs/pause.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import { type InFlightState, nullIfPassing, type StoredMark } from '../runs/stores.ts';
import { isFreshDeployment } from '../runs/timers.ts';
import { type RequestDependencies, recordAndStart } from '../start/request.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { AppError, ConflictError } from '../util/errors.ts';
import { type DueDecision, decideOnJob, isLate, type Missed, skipped } from './due.ts';
import { missedWords, whyStarted } from './words.ts';

/** A job is late, or times of it were missed. */
export interface LateJob {
  readonly job: string;
  /** What was started for, late. */
  readonly time: Date;
  readonly first: Date;
  /** What happened, in a sentence. */
  readonly what: string;
}

export interface JobDependencies extends RequestDependencies {
  readonly jobs: readonly Job[];
  /** Reports it; a failure is no reason not to start. */
  readonly reportLateJob: (late: LateJob) => Promise<void>;
}

/** Jobs that are started side by side. */
const AT_ONCE = 8;

export interface JobsStarted {
  started: number;
  /** Jobs that could not be started; the next tick tries again. */
  failures: number;
}

/**
 * Starts what is due.
 * @param found as the tick has read it.
 * @param followed the runs that it has moved on, as they then are.
 */
export async function startDueJobs(
  dependencies: JobDependencies,
  found: Pick<InFlightState, 'schedules' | 'pauses' | 'deployedAt'>,
  followed: readonly Run[],
): Promise<JobsStarted> {
  const { jobs, log } = dependencies;
  const result: JobsStarted = { started: 0, failures: 0 };
  await forEachAtMost(AT_ONCE, jobs, async (job) => {
    try {
      const runs = followed.filter((run) => run.model === job.name);
      if (await startIfDue(dependencies, job, found, runs)) result.started += 1;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      result.failures += 1;
      log.warn({ err: error, job: job.name }, 'job not started; the next tick tries again');
    }
  });
  await forgetOthers(dependencies, found);
  return result;
}

async function startIfDue(
  dependencies: JobDependencies,
  job: Job,
  { schedules, pauses }: Pick<InFlightState, 'schedules' | 'pauses'>,
  runs: readonly Run[],
): Promise<boolean> {
  const { inFlight, clock } = dependencies;
  const mark = schedules.find((each) => each.job === job.name) ?? null;
  const decision = decideOnJob({ job, mark, pause: pauseOf(job, pauses), runs, now: clock.now() });
  if (decision.do === 'nothing') return false;
  if (decision.do === 'start' && mark !== null) return start(dependencies, job, mark, decision);
  if (decision.do === 'skip') logSkip(dependencies, job, decision.time, runs.find((run) => !hasEnded(run))?.id ?? null);
  await inFlight.putSchedule(decision.mark, mark);
  return false;
}

async function start(
  dependencies: JobDependencies,
  job: Job,
  before: StoredMark,
  { time, missed, mark }: DueDecision & { do: 'start' },
): Promise<boolean> {
  const { inFlight, clock, log } = dependencies;
  const now = clock.now();
  try {
    const { duplicate } = await recordAndStart(dependencies, {
      model: job,
      trigger: 'timer',
      triggerId: null,
      isTest: false,
      force: false,
      round: null,
      scheduledFor: time.toISOString(),
      reason: whyStarted(time, missed, before, now),
    });
    if (!duplicate) await reportIfLate(dependencies, job, time, missed, now);
    await inFlight.putSchedule(mark, before);
    return !duplicate;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // Its run began after this tick looked.
    const isSkipped = error instanceof OverlapError;
    if (isSkipped) logSkip(dependencies, job, time, error.runId);
    else log.error({ err: error, job: job.name, time }, 'scheduled time left out');
    await inFlight.putSchedule(isSkipped ? skipped(mark, before, missed) : mark, before);
    return false;
  }
}

async function reportIfLate(
  { reportLateJob }: JobDependencies,
  { name }: Job,
  time: Date,
  missed: Missed | null,
  now: Date,
): Promise<void> {
  const what = missedWords(time, missed, now);
  if (what !== null && isLate(time, missed, now))
    await reportLateJob({ job: name, time, first: missed?.first ?? time, what });
}

function logSkip({ log }: JobDependencies, { name }: Job, time: Date, runId: string | null): void {
  log.info({ job: name, time: time.toISOString(), runId }, 'scheduled time skipped: a run is under way');
}

/** A job that is added again later begins anew. Not while a deployment may have this version and another side by side. */
async function forgetOthers(
  { jobs, inFlight, clock }: JobDependencies,
  { schedules, deployedAt }: Pick<InFlightState, 'schedules' | 'deployedAt'>,
): Promise<void> {
  if (deployedAt === null || isFreshDeployment(deployedAt, clock.now())) return;
  const gone = schedules.filter(({ job }) => !jobs.some(({ name, schedule }) => name === job && schedule !== null));
  for (const { job } of gone) await inFlight.removeSchedule(job).catch(nullIfPassing);
}
