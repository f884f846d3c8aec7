// Taking a claim: the in-flight index first, then claim and run in one transaction. A trigger that finds the
// claim taken gets the run that it names, or, where that run ended without a submission, opens it again.

import type { AttemptedRun, Json, Platform } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { type Attempt, newAttempt } from '../runs/attempt.ts';
import { newRun } from '../runs/new-run.ts';
import type { Run, Trigger } from '../runs/run.ts';
import {
  type InFlightIndex,
  type RunStore,
  type RunWrite,
  StaleRunError,
  type Stored,
} from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { type Clock, withTimeLimit } from '../util/clock.ts';
import { AppError, ConflictError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { Log } from '../util/log.ts';
import { type ClaimKeys, claimKeys, type RoundKnowledge } from './keys.ts';
import { dayRunCovers, decideOnHolder } from './policy.ts';
import { reopened } from './reopen.ts';

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
  /** The caller owns the start: of a new run for as long as its lease lasts, or of a run opened again. */
  | { readonly kind: 'claimed'; readonly stored: Stored<Run> }
  | { readonly kind: 'duplicate'; readonly run: Run }
  /** The run is on record, and another instance has taken over its start. */
  | { readonly kind: 'taken-over'; readonly run: Run };

export interface ClaimDependencies {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly runs: RunStore;
  readonly inFlight: InFlightIndex;
  readonly platform: Platform;
  readonly log: Log;
}

/** Races are decided by the table; this many lost ones in a row mean that something is wrong. */
const MAX_RACES = 8;

/**
 * @throws {ConflictError} where an operator forces while a run is in flight; ExternalCallError where the record
 * could not be written: then nothing was started, and nothing is left but an entry of the in-flight index.
 */
export async function takeClaim(
  dependencies: ClaimDependencies,
  input: ClaimInput,
): Promise<ClaimResult> {
  const { runs, inFlight, clock, newId, log } = dependencies;
  const { model, signal } = input;
  const id = newId();
  const now = clock.now();
  const keys = claimKeys({ ...input, runId: id, now });
  const run = firstRun(dependencies, input, { id, claim: keys.own, now });
  const entry = { model: model.name, runId: id, writtenAt: now };
  const [prepared] = await Promise.all([
    prepareSoon(dependencies, run, model, signal),
    inFlight.add(entry, signal),
  ]);
  const claim: Claim = { keys, run: withPrepared(run, prepared) };
  const etag = await runs.write(model.name, insertsOf(claim), signal);
  if (etag !== null) return claimed(claim.run, etag);

  const result = await resolveConflict(dependencies, input, claim);
  // The entry is of no use to a trigger that lost. If this fails, the watcher clears it.
  if (result.kind !== 'claimed' || result.stored.value.id !== id) {
    await inFlight.remove(entry, signal).catch((error: unknown) => {
      log.warn({ err: error, runId: id }, 'in-flight entry left to the watcher');
    });
  }
  return result;
}

/** A run to be recorded, and the rows that it is to hold. */
interface Claim {
  readonly keys: ClaimKeys;
  readonly run: AttemptedRun;
}

function firstRun(
  { platform }: ClaimDependencies,
  input: ClaimInput,
  { id, claim, now }: { id: string; claim: string; now: Date },
): AttemptedRun {
  const { knowledge } = input;
  const attempt: Attempt = newAttempt({
    number: 1,
    platform: platform.name,
    prepared: null,
    now,
  });
  const run = newRun({
    id,
    model: input.model,
    round: knowledge.kind === 'round' ? knowledge.round : null,
    trigger: input.trigger,
    triggerId: input.triggerId,
    isTest: input.isTest,
    reason: input.reason,
    claim,
    now,
    attempt,
  });
  return { ...run, attempt };
}

function withPrepared(run: AttemptedRun, prepared: Json): AttemptedRun {
  return { ...run, attempt: { ...run.attempt, prepared } };
}

/** What the platform prepares; null where it does not answer soon: then the starter asks it again. */
async function prepareSoon(
  { clock, platform }: ClaimDependencies,
  run: AttemptedRun,
  model: Model,
  outer: AbortSignal | undefined,
): Promise<Json> {
  try {
    return await withTimeLimit(clock, TIMING.prepareMs, outer, (signal) =>
      platform.prepare(run, model, null, signal),
    );
  } catch (error) {
    if (!(error instanceof ExternalCallError)) throw error;
    return null;
  }
}

function insertsOf({ keys, run }: Claim): RunWrite[] {
  return [
    { do: 'insert-run', run },
    { do: 'insert-claim', key: keys.own, runId: run.id },
    ...(keys.day === null
      ? []
      : [{ do: 'insert-claim', key: keys.day, runId: run.id } satisfies RunWrite]),
  ];
}

function claimed(run: Run, etag: string): ClaimResult {
  return { kind: 'claimed', stored: { value: run, etag } };
}

async function resolveConflict(
  dependencies: ClaimDependencies,
  input: ClaimInput,
  claim: Claim,
): Promise<ClaimResult> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    try {
      const result = await tryResolve(dependencies, input, claim);
      if (result !== null) return result;
    } catch (error) {
      // Another trigger won this race: look at what it wrote.
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
  dependencies: ClaimDependencies,
  input: ClaimInput,
  claim: Claim,
): Promise<ClaimResult | null> {
  const { runs } = dependencies;
  const name = input.model.name;
  const own = await runs.getClaim(name, claim.keys.own, input.signal);
  if (own === null) return resolveDay(dependencies, input, claim);
  const holder = await runs.get(name, own.value, input.signal);
  if (holder === null) return null;
  // What cannot be read cannot be waited for: the round matters more than a submission too many.
  if (holder === 'unreadable') return replaceHolder(dependencies, input, claim, own);
  if (holder.value.id === claim.run.id) return ofOurs(holder, claim.run);
  return resolveHolder(dependencies, input, holder);
}

/**
 * An earlier try of ours was carried out, and only its answer was lost. Ours is the start only while the lease
 * is the one that we wrote: if that took long, the watcher may have taken over.
 */
function ofOurs(holder: Stored<Run>, run: AttemptedRun): ClaimResult {
  return holder.value.attempt?.leaseUntil === run.attempt.leaseUntil
    ? { kind: 'claimed', stored: holder }
    : { kind: 'taken-over', run: holder.value };
}

async function resolveHolder(
  { runs, inFlight, clock }: ClaimDependencies,
  input: ClaimInput,
  holder: Stored<Run>,
): Promise<ClaimResult> {
  const { id, state } = holder.value;
  const name = input.model.name;
  switch (decideOnHolder(holder.value, input.force)) {
    case 'duplicate':
      return { kind: 'duplicate', run: holder.value };
    case 'refuse':
      throw new ConflictError(
        `Run ${id} of model ${name} is in flight (${state}). Cancel it first, or wait for its end.`,
      );
    case 'reopen': {
      const now = clock.now();
      await inFlight.add({ model: name, runId: id, writtenAt: now }, input.signal);
      return {
        kind: 'claimed',
        stored: await runs.update(holder, reopened(holder.value, input, now), input.signal),
      };
    }
  }
}

async function replaceHolder(
  { runs, log }: ClaimDependencies,
  { model, signal }: ClaimInput,
  { keys, run }: Claim,
  own: Stored<string>,
): Promise<ClaimResult | null> {
  log.error(
    { model: model.name, runId: own.value },
    'the run that holds the claim cannot be read; a new run takes its place',
  );
  const etag = await runs.write(
    model.name,
    [
      { do: 'insert-run', run },
      { do: 'update-claim', key: keys.own, runId: run.id, etag: own.etag },
    ],
    signal,
  );
  return etag === null ? null : claimed(run, etag);
}

/** The round is free, but its day is claimed: by a run that did not know its round, or for another round. */
async function resolveDay(
  { runs }: ClaimDependencies,
  input: ClaimInput,
  { keys, run }: Claim,
): Promise<ClaimResult | null> {
  const name = input.model.name;
  const day = keys.day === null ? null : await runs.getClaim(name, keys.day, input.signal);
  if (day === null || keys.day === null || run.round === null) return null;
  const dayRun = await runs.get(name, day.value, input.signal);

  if (dayRun !== null && dayRun !== 'unreadable' && dayRunCovers(dayRun.value, run.round)) {
    // From now on it is the run of this round.
    const adopted: Run = { ...dayRun.value, round: run.round, claim: keys.own };
    const etag = await runs.write(
      name,
      [
        { do: 'update-run', run: adopted, etag: dayRun.etag },
        { do: 'insert-claim', key: keys.own, runId: adopted.id },
      ],
      input.signal,
    );
    if (etag === null) return null;
    // A force is decided on the round's own claim, which there is now.
    return input.force ? null : { kind: 'duplicate', run: adopted };
  }
  const etag = await runs.write(
    name,
    [
      { do: 'insert-run', run },
      { do: 'insert-claim', key: keys.own, runId: run.id },
      { do: 'update-claim', key: keys.day, runId: run.id, etag: day.etag },
    ],
    input.signal,
  );
  return etag === null ? null : claimed(run, etag);
}
