// Starting the current attempt of a run whose lease the caller holds. What was refused before anything ran is tried
// elsewhere at once, then again within seconds, and then waits: it never costs an attempt. What stays open, since it may
// arrive yet, keeps its lease: when that is over the watcher looks, before it starts anything.

import { isDeepStrictEqual } from 'node:util';
import type { ClaimDependencies } from '../claims/take-claim.ts';
import { slotsOfAttempt } from '../compute/container.ts';
import { withVersions } from '../compute/given-secrets.ts';
import { type AttemptedRun, hasAttempt, Refusal, type Started, type StartOptions } from '../compute/platform.ts';
import { type Entry, isJob } from '../config/models.ts';
import type { SecretStore } from '../config/secrets.ts';
import { acceptance } from '../runs/attempt.ts';
import { waitsFor } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { givenSlots, withSlots } from '../runs/slots.ts';
import { isPassing, type RunStore, StaleRunError, type Stored } from '../runs/stores.ts';
import { leaseEndMs, mayStartUnderLease, TIMING } from '../runs/timing.ts';
import { ageMs, atMost, type Clock } from '../util/clock.ts';
import { AppError, messageOf } from '../util/errors.ts';
import { together } from '../util/sentences.ts';
import type { NumeraiModels } from '../verification/numerai-models.ts';
import { backoffMs } from './backoff.ts';
import { type Configuration, configurationOf } from './configuration-mark.ts';
import { nothingLeft } from './nothing-left.ts';
import { type SlotsToStart, slotsToStart } from './slots-to-start.ts';
import type { StartBounds } from './start-bounds.ts';

const CONFIGURATION_MS = 2_000;

export interface StartDependencies extends ClaimDependencies {
  readonly secrets: SecretStore;
  readonly bounds: StartBounds;
  readonly numeraiModels: NumeraiModels;
}

export interface StartAttemptOptions {
  /** Aborted when the trigger stops waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Until when a submission counts; null where nobody has asked. */
  readonly closeTime?: Date | null;
}

/**
 * Starts the attempt and records what came of it. Never throws for what the watcher can take up: the run is
 * then returned as it was.
 */
export async function startAttempt(
  dependencies: StartDependencies,
  stored: Stored<Run>,
  model: Entry,
  options: StartAttemptOptions = {},
): Promise<Stored<Run>> {
  const { clock } = dependencies;
  const log = dependencies.log.child({ model: model.name, runId: stored.value.id });
  const begun = clock.now();
  let known = stored;
  let mayArrive = false;
  const noteSecrets = async (given: readonly string[]): Promise<void> => {
    const { attempt } = attempted(known.value);
    const secretVersions = [...withVersions(attempt.secretVersions, given)];
    if (secretVersions.length > attempt.secretVersions.length)
      known = await update(dependencies.runs, known, { attempt: { ...attempt, secretVersions } });
  };
  for (;;) {
    try {
      known = await prepare(dependencies, known, model);
      const due = await slotsToStart(dependencies, attempted(known.value), model);
      const run = { ...attempted(known.value), slots: due.slots };
      const done = nothingLeft(run, model, clock.now());
      if (done !== null) return record(dependencies, known, done);
      const [started, configuration] = await Promise.all([
        dependencies.bounds.within(
          run.isTest,
          () => dependencies.platform.start(run, model, { ...startOptions(clock, known, options.signal), noteSecrets }),
          isJob(run) && run.trigger === 'webhook',
        ),
        configurationSoon(dependencies, model),
      ]);
      log.info({ ...started, attempt: run.attempt.number }, 'start accepted');
      // Where that cannot be recorded the lease stays as it is, used, and the watcher will find the execution.
      return record(dependencies, known, accepted(known.value, model, started, configuration, due, clock.now()));
    } catch (error) {
      log.warn({ err: error }, 'container not started');
      if (!(error instanceof Refusal)) return known;
      mayArrive ||= error.mayArrive;
      const refusal = mayArrive ? stillOpen(error) : error;
      const again = await tryAgainNow(dependencies, known, model, refusal, begun, options);
      if (again === null) return record(dependencies, known, postponed(known.value, refusal, clock.now(), options));
      known = again;
    }
  }
}

/** What was sent before it, and not clearly refused, may be carried out yet: nothing goes elsewhere meanwhile. */
function stillOpen(cause: Refusal): Refusal {
  const { failure, message: reason, retryAfterMs, wouldDouble } = cause;
  return new Refusal({ failure, reason }, { cause, retryAfterMs, mayArrive: true, wouldDouble });
}

/** Elsewhere at once; at the same place within seconds, where it did not answer. Null where that has to wait. */
async function tryAgainNow(
  { clock, platform, runs }: StartDependencies,
  known: Stored<Run>,
  model: Entry,
  refusal: Refusal,
  begun: Date,
  { signal }: StartAttemptOptions,
): Promise<Stored<Run> | null> {
  if (signal?.aborted || refusal.wouldDouble) return null;
  const run = attempted(known.value);
  try {
    if (refusal.elsewhere) {
      const tried = { ...run.attempt, failure: refusal.failure };
      const prepared = await platform.prepare(run, model, tried, true);
      return await update(runs, known, { attempt: { ...run.attempt, prepared } });
    }
    const waitMs = Math.max(TIMING.repeatWaitMs, refusal.retryAfterMs);
    const isSoon = ageMs(begun.toISOString(), clock.now()) + waitMs < TIMING.repeatForMs;
    if (refusal.failure !== 'not-started' || !isSoon) return null;
    await clock.sleep(waitMs, signal);
    return signal?.aborted ? null : known;
  } catch (error) {
    if (isPassing(error)) return null;
    throw error;
  }
}

/** What must be on record before anything is sent: the instance that comes next recognizes our start by it. */
async function prepare({ runs, platform }: StartDependencies, stored: Stored<Run>, model: Entry): Promise<Stored<Run>> {
  const run = attempted(stored.value);
  if (run.attempt.prepared !== null) return stored;
  let prepared: AttemptedRun['attempt']['prepared'];
  try {
    prepared = await platform.prepare(run, model, null);
  } catch (error) {
    const reason = messageOf(error);
    throw new Refusal({ failure: 'not-started', reason }, { cause: error });
  }
  return update(runs, stored, { attempt: { ...run.attempt, prepared } });
}

function startOptions(
  clock: Clock,
  { value: run }: Stored<Run>,
  signal: AbortSignal | undefined,
): Omit<StartOptions, 'noteSecrets'> {
  return {
    signal,
    // The lease must outlast the call: past that, the watcher may think that nobody is starting this run.
    checkLease() {
      if (signal?.aborted) {
        const reason = 'The trigger ran out of time before the start could be sent.';
        throw new Refusal({ failure: 'not-started', reason }, {});
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

/** An acceptance is not recorded later for want of it. */
function configurationSoon(dependencies: StartDependencies, model: Entry): Promise<Configuration | null> {
  return atMost<Configuration | null>(
    dependencies.clock,
    CONFIGURATION_MS,
    () => configurationOf(dependencies, model),
    () => null,
  );
}

function accepted(
  run: Run,
  model: Entry,
  started: Started,
  configuration: Configuration | null,
  { slots, note }: SlotsToStart,
  now: Date,
): Partial<Run> {
  const { attempt } = attempted(run);
  const isNew = note !== null && !run.startNote?.includes(note);
  const startNote = isNew ? together(run.startNote, note) : run.startNote;
  return {
    state: 'starting',
    ...withSlots(slots),
    reason: startNote,
    startNote,
    waitingFor: null,
    nextAttemptAt: null,
    attempt: {
      ...attempt,
      slots: slotsOfAttempt({ ...run, slots }, model, attempt.lastResort, givenSlots({ ...run, slots })),
      ...started,
      configurationMark: configuration?.mark ?? null,
      // Those of an existing group are its owner's; they were set from the same vault, as far as anybody knows.
      secretVersions: [...withVersions(attempt.secretVersions, configuration?.secretVersions ?? [])],
      ...acceptance(now),
    },
  };
}

/**
 * Nothing was done: the same attempt is tried again later, for as long as the round is open. What may arrive yet has
 * until the end of the lease.
 */
function postponed(
  run: Run,
  { failure, message, retryAfterMs, mayArrive }: Refusal,
  now: Date,
  { signal, closeTime = null }: StartAttemptOptions,
): Partial<Run> {
  const { attempt } = attempted(run);
  const leftMs = closeTime === null ? null : closeTime.getTime() - now.getTime();
  // One that ran out of time was refused by nobody.
  const backoff = signal?.aborted ? 0 : backoffMs('refused', ageMs(attempt.requestedAt, now), leftMs);
  // However long a service asks to be left alone, there is time for another try.
  const grantedMs = Math.min(retryAfterMs, TIMING.longestWaitMs, (leftMs ?? Number.POSITIVE_INFINITY) / 2);
  const waitMs = Math.max(backoff, grantedMs);
  const leaseUntil = mayArrive ? attempt.leaseUntil : null;
  const at = Math.max(now.getTime() + waitMs, leaseUntil === null ? 0 : leaseEndMs(leaseUntil));
  return {
    state: 'waiting',
    waitingFor: waitsFor(failure),
    nextAttemptAt: new Date(at).toISOString(),
    reason: message,
    attempt: { ...attempt, refusals: attempt.refusals + 1, failure, reason: message, leaseUntil },
  };
}

/** What came of the start; where that cannot be recorded, the watcher finds out. */
async function record(
  { runs, log }: StartDependencies,
  stored: Stored<Run>,
  changes: Partial<Run>,
): Promise<Stored<Run>> {
  try {
    return await update(runs, stored, changes);
  } catch (error) {
    if (!isPassing(error)) throw error;
    log.warn({ err: error, runId: stored.value.id }, 'start left to the watcher');
    return stored;
  }
}

/**
 * Another call of the same round may note its trigger id at any time: that is no reason to stop.
 * @throws {StaleRunError} where anything else has changed: it is not overwritten.
 */
async function update(runs: RunStore, stored: Stored<Run>, changes: Partial<Run>): Promise<Stored<Run>> {
  let known = stored;
  for (;;) {
    try {
      return await runs.update(known, changes);
    } catch (error) {
      if (!(error instanceof StaleRunError)) throw error;
      const now = await runs.get(known.value.model, known.value.id);
      if (now === null || now === 'unreadable') throw error;
      if (!isDeepStrictEqual(now.value, { ...known.value, triggerIds: now.value.triggerIds })) throw error;
      known = now;
    }
  }
}
