// The starter: takes the claim, then starts the container group and returns when the start is accepted.
// What fails here for a passing reason leaves the run `requested`, where the watcher finds it.

import type { Services } from '../../services.ts';
import { ExternalCallError } from '../azure/external-call.ts';
import { SecretError } from '../azure/key-vault.ts';
import type { RoundKnowledge } from '../claims/policy.ts';
import { type ClaimResult, claimRound } from '../claims/take-claim.ts';
import { failureOfRefusal, isNoCapacity } from '../compute/container-instances/failures.ts';
import { type GroupObservation, lastStartOf } from '../compute/container-instances/platform.ts';
import { secretNamesOf, specificationOf } from '../compute/container-instances/specification.ts';
import type { CreatedGroup, ExistingGroup, Model } from '../config/models.ts';
import { NumeraiAnswerError } from '../numerai/graphql.ts';
import { openRound } from '../rounds/round.ts';
import type { Failure, Run, Trigger } from '../runs/run.ts';
import { mayStartUnderLease, TIMING } from '../runs/timing.ts';
import { StaleRunError, type Stored } from '../storage/run-store.ts';
import { withTimeLimit } from '../util/clock.ts';
import { AppError, messageOf } from '../util/errors.ts';
import { concludeRun } from '../watch/end-attempt.ts';

export interface StartRequest {
  readonly model: Model;
  readonly trigger: Trigger;
  readonly triggerId: string | null;
  readonly isTest: boolean;
  readonly force: boolean;
  /** The round as the trigger names it; null to ask Numerai. */
  readonly round: number | null;
  readonly reason?: string | null;
  /** Aborted when the trigger stops waiting; the watcher goes on from there. */
  readonly signal?: AbortSignal;
}

export interface StartResult {
  readonly run: Run;
  readonly duplicate: boolean;
}

/**
 * Records a run and starts its container group, unless the round is taken care of.
 * @throws {ConflictError} for a force while a run is in flight; ExternalCallError where the record could not be
 * written, and so nothing was started.
 */
export async function requestRun(services: Services, request: StartRequest): Promise<StartResult> {
  const { knowledge, why } = await knowRound(services, request);
  const result: ClaimResult = await claimRound(services, {
    ...request,
    knowledge,
    reason: request.reason ?? why,
  });
  if (result.kind !== 'claimed') return { run: result.run, duplicate: result.kind === 'duplicate' };
  const log = services.log.child({ model: request.model.name, runId: result.stored.value.id });
  log.info(
    {
      trigger: request.trigger,
      triggerId: request.triggerId,
      round: result.stored.value.round,
      attempt: result.stored.value.attempt,
    },
    'run recorded',
  );
  const starting = startRun(services, result.stored, request.model, request.signal);
  const started = await beforeAbort(starting, request.signal, result.stored);
  return { run: started.value, duplicate: false };
}

/** Whoever stops waiting gets the run as it was recorded; what is still done is done under the lease. */
function beforeAbort<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  otherwise: T,
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    // The work ends by itself at the same signal; it is left alone only where it then goes on.
    const giveUp = () => setImmediate(() => resolve(otherwise));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** Of the time that a trigger may wait, only so much goes to asking which round it is. */
const ROUND_QUESTION_MS = 3_000;

async function knowRound(
  services: Services,
  request: StartRequest,
): Promise<{ knowledge: RoundKnowledge; why: string | null }> {
  if (request.round !== null) {
    return { knowledge: { kind: 'round', round: request.round }, why: null };
  }
  const known = await withTimeLimit(services.clock, ROUND_QUESTION_MS, request.signal, (signal) =>
    services.roundBook.rounds(request.model.tournament, signal),
  );
  if (known.kind === 'unknown') {
    return {
      knowledge: { kind: 'unknown' },
      why: `The round is not known, since Numerai could not be asked: ${known.why}`,
    };
  }
  // A clock that is behind may call a round closed that has just opened.
  const now = services.clock.now();
  const round =
    openRound(known.rounds, now) ??
    openRound(known.rounds, new Date(now.getTime() + TIMING.clockSkewMs));
  return round === null
    ? { knowledge: { kind: 'closed' }, why: 'Started while no round was open.' }
    : { knowledge: { kind: 'round', round: round.number }, why: null };
}

/**
 * Starts the container group of a run whose lease the caller holds, and records what came of it. Never
 * throws for what the watcher can take up: the run is then returned as it was.
 */
export async function startRun(
  services: Services,
  stored: Stored<Run>,
  model: Model,
  signal?: AbortSignal,
): Promise<Stored<Run>> {
  const log = services.log.child({ model: model.name, runId: stored.value.id });
  let accepted: Partial<Run>;
  let known = stored;
  try {
    known = await lookBefore(services, stored, model, signal);
    accepted = await sendStart(services, known.value, model, signal);
  } catch (error) {
    if (error instanceof NotAcceptedError) {
      log.warn({ err: error.cause, failure: error.failure }, 'container group not started');
      return concludeQuietly(services, known, model, error);
    }
    log.warn({ err: error }, 'start left to the watcher');
    return nothingWasDone(error) ? releaseLease(services, known, error) : known;
  }
  log.info(
    { containerGroup: stored.value.containerGroup, location: accepted.location },
    'container group start accepted',
  );
  try {
    return await services.runs.updateRun(known, {
      state: 'starting',
      acceptedAt: services.clock.now().toISOString(),
      leaseUntil: null,
      ...accepted,
    });
  } catch (error) {
    // The lease stays as it is: it has been used, and the watcher will see the group.
    if (!isPassing(error)) throw error;
    log.warn({ err: error }, 'accepted start not recorded; left to the watcher');
    return known;
  }
}

/**
 * An existing group shows an earlier start of it, and that must be on record before ours is sent: who
 * comes after us tells the two apart by it.
 */
async function lookBefore(
  services: Services,
  stored: Stored<Run>,
  { container }: Model,
  signal: AbortSignal | undefined,
): Promise<Stored<Run>> {
  if (container.kind !== 'group' || stored.value.priorContainerStart !== null) return stored;
  let seen: GroupObservation;
  try {
    seen = await services.platform.observe(container.group, signal);
  } catch (error) {
    throw new NothingDoneError(messageOf(error));
  }
  return services.runs.updateRun(stored, { priorContainerStart: lastStartOf(seen) });
}

/** What the next tick can do as well. */
function isPassing(error: unknown): boolean {
  return error instanceof StaleRunError || error instanceof ExternalCallError;
}

/** The start was refused, in a way that this attempt cannot get over. */
class NotAcceptedError extends AppError {
  readonly failure: Failure;

  constructor(failure: Failure, reason: string, cause: unknown) {
    super('not-accepted', reason, { cause });
    this.failure = failure;
  }
}

/** The start did not happen, for certain, and the next one may follow at once. */
class NothingDoneError extends AppError {
  constructor(reason: string) {
    super('nothing-done', reason);
  }
}

async function sendStart(
  services: Services,
  run: Run,
  model: Model,
  signal: AbortSignal | undefined,
): Promise<Partial<Run>> {
  const { container } = model;
  return container.kind === 'group'
    ? startExisting(services, run, model, container, signal)
    : create(services, run, model, container, signal);
}

async function startExisting(
  services: Services,
  run: Run,
  model: Model,
  container: ExistingGroup,
  signal: AbortSignal | undefined,
): Promise<Partial<Run>> {
  checkLease(services, run, signal);
  try {
    const answer = await services.platform.start(container.group, signal);
    if (answer === 'accepted') return {};
  } catch (error) {
    throw asRefusal(error, model, null);
  }
  // By whom, and since when? If it is an earlier start, with the data of an earlier round perhaps, ours is
  // still to be made when that has ended.
  throw new NothingDoneError(
    `Container group ${container.group} was running already when it was to be started.`,
  );
}

async function create(
  services: Services,
  run: Run,
  model: Model,
  container: CreatedGroup,
  signal: AbortSignal | undefined,
): Promise<Partial<Run>> {
  const [secrets, numeraiModelId] = await Promise.all([
    readSecrets(services, secretNamesOf(container), signal),
    services.modelIds.id(model).catch((error: unknown) => {
      if (error instanceof SecretError) throw new NotAcceptedError('secret', error.message, error);
      if (error instanceof ExternalCallError || error instanceof NumeraiAnswerError) throw error;
      throw new NotAcceptedError('configuration', messageOf(error), error);
    }),
  ]);
  const { locations } = container;
  for (let tried = 0; ; tried += 1) {
    const location = locations[(run.locationIndex + tried) % locations.length] ?? '';
    checkLease(services, run, signal);
    try {
      const name = run.containerGroup ?? '';
      await services.platform.create(
        specificationOf({ run, name, model, container, numeraiModelId, location, secrets }),
        signal,
      );
      return { location, locationIndex: (run.locationIndex + tried) % locations.length };
    } catch (error) {
      const full =
        error instanceof ExternalCallError &&
        isNoCapacity(`${error.serviceCode ?? ''} ${error.message}`);
      if (full && tried + 1 < locations.length) {
        services.log.warn(
          { model: model.name, runId: run.id, location },
          'no capacity; trying the next location',
        );
        continue;
      }
      throw asRefusal(error, model, location);
    }
  }
}

async function readSecrets(
  services: Services,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  try {
    const entries = await Promise.all(
      names.map(async (name) => [name, (await services.secrets.get(name, signal)).value] as const),
    );
    return new Map(entries);
  } catch (error) {
    if (error instanceof SecretError) throw new NotAcceptedError('secret', error.message, error);
    throw error;
  }
}

/** The lease must outlast the call: past that, the watcher may think that nobody is starting this run. */
function checkLease(services: Services, run: Run, signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new NothingDoneError('The time of the trigger was over before the start could be sent.');
  if (!mayStartUnderLease(run.leaseUntil, services.clock.now())) {
    throw new AppError(
      'lease-over',
      `The lease of run ${run.id} is too short for the start; the watcher takes it up.`,
    );
  }
}

function asRefusal(error: unknown, model: Model, location: string | null): unknown {
  if (!(error instanceof ExternalCallError)) return error;
  const full = isNoCapacity(`${error.serviceCode ?? ''} ${error.message}`);
  if (error.failure !== 'refused' && !full) return error;
  const { failure, reason } = failureOfRefusal(error, model, location);
  return new NotAcceptedError(failure, reason, error);
}

async function concludeQuietly(
  services: Services,
  stored: Stored<Run>,
  model: Model,
  error: NotAcceptedError,
): Promise<Stored<Run>> {
  try {
    return await concludeRun(services, stored, model, {
      state: 'failed',
      failure: error.failure,
      reason: error.message,
      exitCode: null,
      startedAt: null,
      finishedAt: services.clock.now().toISOString(),
      mayRetry: true,
      unproven: null,
    });
  } catch (failure) {
    services.log.warn(
      { err: failure, runId: stored.value.id },
      'end of the run left to the watcher',
    );
    return stored;
  }
}

/** Whether a start that was not accepted certainly changed nothing, so that the next may follow at once. */
function nothingWasDone(error: unknown): boolean {
  if (error instanceof NothingDoneError || error instanceof NumeraiAnswerError) return true;
  if (!(error instanceof ExternalCallError)) return false;
  return error.failure === 'throttled' || error.service !== 'resource-manager';
}

async function releaseLease(
  services: Services,
  stored: Stored<Run>,
  error: unknown,
): Promise<Stored<Run>> {
  const asked = error instanceof ExternalCallError ? (error.retryAfterMs ?? 0) : 0;
  const retryAfterMs = Math.min(asked, TIMING.longestWaitMs);
  try {
    return await services.runs.updateRun(stored, {
      leaseUntil: new Date(services.clock.now().getTime() + retryAfterMs).toISOString(),
      reason: `Not started yet: ${messageOf(error)}`,
    });
  } catch (failure) {
    if (!isPassing(failure)) throw failure;
    return stored;
  }
}
