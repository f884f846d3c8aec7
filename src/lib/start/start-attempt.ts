// Starting the current attempt of a run whose lease the caller holds. What fails for a passing reason leaves
// the attempt not started, where the watcher finds it; what was refused for good ends the attempt.

import type { ClaimDependencies } from '../claims/take-claim.ts';
import { type AttemptedRun, hasAttempt, Refusal, type Started, type StartOptions } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import { isPassing, type Stored } from '../runs/stores.ts';
import { mayStartUnderLease, TIMING } from '../runs/timing.ts';
import type { Clock } from '../util/clock.ts';
import { AppError, messageOf } from '../util/errors.ts';
import type { NumeraiModels } from '../verification/numerai-models.ts';
import { checkModel } from './check-model.ts';
import type { StartBounds } from './start-bounds.ts';

export interface StartDependencies extends ClaimDependencies {
  readonly bounds: StartBounds;
  readonly numeraiModels: NumeraiModels;
}

/**
 * Starts the attempt and records what came of it. Never throws for what the watcher can take up: the run is
 * then returned as it was.
 */
export async function startAttempt(
  dependencies: StartDependencies,
  stored: Stored<Run>,
  model: Model,
  signal?: AbortSignal,
): Promise<Stored<Run>> {
  const { clock, platform } = dependencies;
  const log = dependencies.log.child({ model: model.name, runId: stored.value.id });
  let started: Started;
  let known = stored;
  let warning: string | null = null;
  try {
    known = await prepare(dependencies, stored, model);
    warning = await checkModel(dependencies, model);
    const run = attempted(known.value);
    started = await dependencies.bounds.within(run.isTest, () =>
      platform.start(run, model, startOptions(clock, known, signal)),
    );
  } catch (error) {
    log.warn({ err: error }, 'container not started');
    if (!(error instanceof Refusal)) return known;
    const changesOf = error.countsAsAttempt ? refused : postponed;
    return record(dependencies, known, changesOf(known.value, error, clock.now()));
  }
  log.info({ ...started, attempt: attempted(known.value).attempt.number }, 'start accepted');
  // Where that cannot be recorded the lease stays as it is, used, and the watcher will find the execution.
  return record(dependencies, known, accepted(known.value, started, model, warning, clock.now()));
}

/** What must be on record before anything is sent: the instance that comes next recognizes our start by it. */
async function prepare({ runs, platform }: StartDependencies, stored: Stored<Run>, model: Model): Promise<Stored<Run>> {
  const run = attempted(stored.value);
  if (run.attempt.prepared !== null) return stored;
  let prepared: AttemptedRun['attempt']['prepared'];
  try {
    prepared = await platform.prepare(run, model, null);
  } catch (error) {
    const reason = messageOf(error);
    throw new Refusal({ failure: 'not-started', reason }, { countsAsAttempt: false, cause: error });
  }
  return runs.update(stored, { attempt: { ...run.attempt, prepared } });
}

function startOptions(clock: Clock, { value: run }: Stored<Run>, signal: AbortSignal | undefined): StartOptions {
  return {
    signal,
    // The lease must outlast the call: past that, the watcher may think that nobody is starting this run.
    checkLease() {
      if (signal?.aborted) {
        const reason = 'The trigger ran out of time before the start could be sent.';
        throw new Refusal({ failure: 'not-started', reason }, { countsAsAttempt: false });
      }
      if (!mayStartUnderLease(run.attempt?.leaseUntil ?? null, clock.now()))
        throw new AppError(
          'lease-over',
          `The lease of run ${run.id} is too short for the start; the watcher takes it up.`,
        );
    },
  };
}

function attempted(run: Run): AttemptedRun {
  if (!hasAttempt(run)) throw new AppError('no-attempt', `Run ${run.id} has no attempt to start.`);
  return run;
}

function accepted(
  run: Run,
  { execution, location }: Started,
  model: Model,
  warning: string | null,
  now: Date,
): Partial<Run> {
  const { attempt } = attempted(run);
  const size = model.container.kind === 'image' ? model.container : attempt;
  const isNew = warning !== null && !run.startNote?.includes(warning);
  const startNote = isNew ? [run.startNote, warning].filter((note) => note !== null).join(' ') : run.startNote;
  return {
    state: 'starting',
    reason: startNote,
    startNote,
    attempt: {
      ...attempt,
      execution,
      location,
      cpu: size.cpu,
      memoryGB: size.memoryGB,
      acceptedAt: now.toISOString(),
      leaseUntil: null,
    },
  };
}

/** The attempt has ended before anything ran; what follows is decided like after any other end. */
function refused(run: Run, { failure, message }: Refusal, now: Date): Partial<Run> {
  const { attempt } = attempted(run);
  const at = now.toISOString();
  return {
    reason: message,
    attempt: {
      ...attempt,
      outcome: 'failed',
      failure,
      reason: message,
      finishedAt: at,
      endSeenAt: at,
      leaseUntil: null,
      logKept: true,
    },
  };
}

/** Nothing was done: the next start may follow as soon as it is allowed to. */
function postponed(run: Run, { message, retryAfterMs }: Refusal, now: Date): Partial<Run> {
  const waitMs = Math.min(retryAfterMs, TIMING.longestWaitMs);
  return {
    reason: `The start was postponed: ${message}`,
    attempt: {
      ...attempted(run).attempt,
      leaseUntil: new Date(now.getTime() + waitMs).toISOString(),
    },
  };
}

async function record(
  { runs, log }: StartDependencies,
  stored: Stored<Run>,
  changes: Partial<Run>,
): Promise<Stored<Run>> {
  try {
    return await runs.update(stored, changes);
  } catch (error) {
    if (!isPassing(error)) throw error;
    log.warn({ err: error, runId: stored.value.id }, 'start left to the watcher');
    return stored;
  }
}
