// Taking a claim: the pointer first, then claim and run in one transaction. Whoever finds the claim taken
// gets the run that holds it, or, where that run ended without a submission, makes the next attempt.

import type { Services } from '../../services.ts';
import { ExternalCallError } from '../azure/external-call.ts';
import { lastStartOf } from '../compute/container-instances/platform.ts';
import type { Model } from '../config/models.ts';
import { newRun, nextAttempt, type Run, type RunRequest, type Trigger } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { type Claim, type RunWrite, StaleRunError, type Stored } from '../storage/run-store.ts';
import { withTimeLimit } from '../util/clock.ts';
import { AppError, ConflictError } from '../util/errors.ts';
import {
  type ClaimKeys,
  claimKeys,
  dayRunCovers,
  decideOnHolder,
  type RoundKnowledge,
} from './policy.ts';

export interface ClaimInput {
  readonly model: Model;
  readonly trigger: Trigger;
  readonly triggerId: string | null;
  readonly isTest: boolean;
  readonly knowledge: RoundKnowledge;
  /** An operator wants another attempt although there was a good one. */
  readonly force: boolean;
  /** Something for the record, such as why the round is not known. */
  readonly reason: string | null;
  readonly signal?: AbortSignal | undefined;
}

export type ClaimResult =
  /** The caller owns the start, for as long as the lease lasts. */
  | { readonly kind: 'claimed'; readonly stored: Stored<Run> }
  | { readonly kind: 'duplicate'; readonly run: Run }
  /** The run is on record, and somebody else has taken over its start. */
  | { readonly kind: 'own-taken-over'; readonly run: Run };

type ClaimServices = Pick<Services, 'clock' | 'newId' | 'runs' | 'inFlight' | 'log' | 'platform'>;

/** Races are decided by the table; this many lost ones in a row mean that something is wrong. */
const MAX_RACES = 8;

/**
 * @throws {ConflictError} where an operator forces while a run is in flight; {@link ExternalCallError} where
 * the record could not be written: then nothing was started, and nothing is left but a pointer.
 */
export async function claimRound(services: ClaimServices, input: ClaimInput): Promise<ClaimResult> {
  const { runs, inFlight, clock, newId } = services;
  const { model, signal } = input;
  const id = newId();
  const now = clock.now();
  const keys = claimKeys({ ...input, runId: id, now });
  const pointer = { model: model.name, runId: id, writtenAt: now };
  const [priorContainerStart] = await Promise.all([
    priorStart(services, model, signal),
    inFlight.add(pointer, signal),
  ]);
  const request: RunRequest = {
    ...input,
    id,
    round: input.knowledge.kind === 'round' ? input.knowledge.round : null,
    claim: keys.own,
    now,
    leaseUntil: new Date(now.getTime() + TIMING.leaseMs),
    priorContainerStart,
  };
  const run = newRun(request);
  const writes: RunWrite[] = [
    { do: 'insert-claim', key: keys.own, claim: { kind: 'run', runId: id } },
    ...dayAlias(keys),
    { do: 'insert-run', run },
  ];
  const etags = await runs.write(model.name, writes, signal);
  if (etags !== null) return claimed(run, etags);

  const result = await resolveConflict(services, input, keys, request);
  // The pointer is of no use to a trigger that lost. If this fails, the watcher clears it.
  if (result.kind === 'duplicate') {
    await inFlight.remove(pointer, signal).catch((error: unknown) => {
      services.log.warn({ err: error, runId: id }, 'a pointer was left to the watcher');
    });
  }
  return result;
}

/**
 * When an existing group was started last, so that it stands in the record from the beginning; null where
 * Azure does not answer soon: then the starter looks before it starts.
 */
async function priorStart(
  { clock, platform }: ClaimServices,
  model: Model,
  outer: AbortSignal | undefined,
): Promise<string | null> {
  const { container } = model;
  if (container.kind !== 'group') return null;
  try {
    const seen = await withTimeLimit(clock, TIMING.priorLookMs, outer, (signal) =>
      platform.observe(container.group, signal),
    );
    return lastStartOf(seen);
  } catch (error) {
    if (!(error instanceof ExternalCallError)) throw error;
    return null;
  }
}

function dayAlias(keys: ClaimKeys): RunWrite[] {
  return keys.day === null
    ? []
    : [{ do: 'insert-claim', key: keys.day, claim: { kind: 'alias', of: keys.own } }];
}

function claimed(run: Run, etags: ReadonlyMap<string, string>): ClaimResult {
  return { kind: 'claimed', stored: { value: run, etag: etags.get(run.id) ?? '' } };
}

async function resolveConflict(
  services: ClaimServices,
  input: ClaimInput,
  keys: ClaimKeys,
  request: RunRequest,
): Promise<ClaimResult> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    try {
      const result = await tryResolve(services, input, keys, request);
      if (result !== null) return result;
    } catch (error) {
      // Somebody else won this race: look at what they wrote.
      if (!(error instanceof StaleRunError)) throw error;
    }
  }
  throw new AppError(
    'claim-race',
    `The claim of model ${input.model.name} kept changing. Try again in a minute.`,
  );
}

/** @returns null where the rows changed in between, and another look is needed. */
async function tryResolve(
  services: ClaimServices,
  input: ClaimInput,
  keys: ClaimKeys,
  request: RunRequest,
): Promise<ClaimResult | null> {
  const { runs } = services;
  const name = input.model.name;
  const own = await runs.getClaim(name, keys.own, input.signal);
  if (own === null) return resolveDay(services, input, keys, request);

  const key = own.value.kind === 'alias' ? own.value.of : keys.own;
  const claim = own.value.kind === 'alias' ? await runs.getClaim(name, key, input.signal) : own;
  if (claim === null || claim.value.kind === 'alias') return null;
  const holder = await runs.getRun(name, claim.value.runId, input.signal);
  if (holder === null) return null;
  // An earlier try of ours was carried out, and only its answer was lost. Ours is the start only while the
  // lease is the one that we wrote: if that took long, the watcher may have taken over.
  if (holder.value.id === request.id) {
    return holder.value.leaseUntil === request.leaseUntil.toISOString()
      ? { kind: 'claimed', stored: holder }
      : { kind: 'own-taken-over', run: holder.value };
  }

  const decision = decideOnHolder(holder.value, input.force);
  if (decision.kind === 'duplicate') return { kind: 'duplicate', run: decision.run };
  if (decision.kind === 'refuse') {
    throw new ConflictError(
      `Run ${decision.run.id} of model ${name} is in flight (${decision.run.state}). Cancel it first, or wait for its end.`,
    );
  }
  const run = nextAttempt(decision.previous, {
    ...request,
    claim: key,
    round: request.round ?? decision.previous.round,
  });
  return write(services, input, run, [
    { do: 'update-claim', key, claim: { kind: 'run', runId: run.id }, etag: claim.etag },
    { do: 'insert-run', run },
  ]);
}

/** The round is free, but its day is claimed: by a run that did not know its round, or for another round. */
async function resolveDay(
  services: ClaimServices,
  input: ClaimInput,
  keys: ClaimKeys,
  request: RunRequest,
): Promise<ClaimResult | null> {
  const { runs } = services;
  const name = input.model.name;
  const day = keys.day === null ? null : await runs.getClaim(name, keys.day, input.signal);
  if (day === null || keys.day === null || request.round === null) return null;
  const run = newRun(request);
  const alias: Claim = { kind: 'alias', of: keys.own };
  const dayRun =
    day.value.kind === 'run' ? await runs.getRun(name, day.value.runId, input.signal) : null;

  if (dayRun !== null && dayRunCovers(dayRun.value, request.round)) {
    // From now on it is the run of this round, so that its retries are found under the round's claim.
    const adopted: Run = { ...dayRun.value, round: request.round, claim: keys.own };
    const etags = await runs.write(
      name,
      [
        { do: 'insert-claim', key: keys.own, claim: { kind: 'run', runId: adopted.id } },
        { do: 'update-claim', key: keys.day, claim: alias, etag: day.etag },
        { do: 'update-run', run: adopted, etag: dayRun.etag },
      ],
      input.signal,
    );
    if (etags === null) return null;
    // A force is decided on the round's own claim, which there is now.
    return input.force ? null : { kind: 'duplicate', run: adopted };
  }
  return write(services, input, run, [
    { do: 'insert-claim', key: keys.own, claim: { kind: 'run', runId: run.id } },
    { do: 'update-claim', key: keys.day, claim: alias, etag: day.etag },
    { do: 'insert-run', run },
  ]);
}

async function write(
  { runs }: ClaimServices,
  { model, signal }: ClaimInput,
  run: Run,
  writes: readonly RunWrite[],
): Promise<ClaimResult | null> {
  const etags = await runs.write(model.name, writes, signal);
  return etags === null ? null : claimed(run, etags);
}
