// Taking a claim: the in-flight index first, then claim and run in one transaction. A trigger that finds the
// claim taken gets the run that it names, or, where that run ended without a submission, opens it again.

import { sizeOf, slotsOfAttempt } from '../compute/container.ts';
import type { Json, Platform } from '../compute/platform.ts';
import { type Upcoming, untilOpening } from '../rounds/standing.ts';
import { newAttempt } from '../runs/attempt.ts';
import { type Asked, newRun } from '../runs/new-run.ts';
import { type Run, withTriggerId } from '../runs/run.ts';
import { type InFlightIndex, type RunStore, type RunWrite, StaleRunError, type Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { atMost, type Clock } from '../util/clock.ts';
import { AppError, ConflictError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { Log } from '../util/log.ts';
import { claimKeys, type RoundKnowledge } from './keys.ts';
import type { NoteTriggerId } from './note-trigger-id.ts';
import { openAgain } from './open-again.ts';
import { dayRunCovers, decideOnHolder } from './policy.ts';
import { askedFor, reopened } from './reopen.ts';

export interface ClaimInput extends Asked {
  readonly knowledge: RoundKnowledge;
  /** The round, where it has yet to open and the run waits for that; null: it is to start now. */
  readonly opening: Upcoming | null;
  /** An operator wants another attempt although there was a good one. */
  readonly force: boolean;
  /** What the platform prepares for a first attempt already, by {@link preparedSoon}; null: it is still to be asked. */
  readonly ahead: Promise<Json> | null;
  /** The versions of secrets that its container is to be given, as far as they are known soon. */
  readonly secretVersions: Promise<readonly string[]>;
  readonly signal?: AbortSignal | undefined;
}

/** The run that the claim names; a duplicate's start belongs to another trigger, any other to the caller. */
export interface Claimed {
  readonly stored: Stored<Run>;
  readonly duplicate: boolean;
  /** The run waited, and what it waited for is due now: the watch goes on with it. */
  readonly isHastened: boolean;
}

export interface ClaimDependencies {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly noteTriggerId: NoteTriggerId;
  readonly runs: RunStore;
  readonly inFlight: InFlightIndex;
  readonly platform: Platform;
  readonly log: Log;
}

/** What a trigger proposes to write: a run, and the claims that name it. */
interface Proposal {
  readonly run: Run;
  readonly own: string;
  readonly day: string | null;
}

/** Races are decided by the table; this many lost ones in a row mean that something is wrong. */
const MAX_RACES = 8;

/**
 * @throws {ConflictError} where an operator forces while a run is in flight; ExternalCallError where the record
 * could not be written: then nothing was started, and nothing is left but an entry of the in-flight index.
 */
export async function takeClaim(dependencies: ClaimDependencies, input: ClaimInput): Promise<Claimed> {
  const { runs, inFlight, clock, newId, platform, log } = dependencies;
  const { model, knowledge, opening, ahead, secretVersions, signal } = input;
  const id = newId();
  const now = clock.now();
  const { tournament } = model;
  const openAt = opening?.openTime ?? now;
  const { own, day } = claimKeys({ ...input, tournament, runId: id, openAt });
  const round = knowledge.kind === 'round' ? knowledge.round : null;
  const requested = newRun({ ...input, id, round, claim: own, now });
  const entry = { model: model.name, runId: id, writtenAt: now };
  const withAttempt = async (): Promise<Run> => {
    const size = sizeOf(model, { lastResort: false, previous: null });
    const slots = slotsOfAttempt(requested, model, false);
    const attempt = newAttempt({ number: 1, platform: platform.name, slots, ...size, prepared: null, now });
    const begun = { ...requested, attempt };
    const [prepared, versions] = await Promise.all([
      ahead ?? preparedSoon(dependencies, platform.prepare(begun, model, null), signal),
      secretVersions,
    ]);
    return { ...requested, attempt: { ...attempt, prepared, secretVersions: [...versions] } };
  };
  const [run] = await Promise.all([
    opening === null ? withAttempt() : { ...requested, ...waiting(opening, now) },
    inFlight.add(entry, signal),
  ]);
  const proposal: Proposal = { run, own, day };
  const claimed = (await insert(runs, proposal, signal)) ?? (await resolveConflict(dependencies, input, proposal));
  // The entry is of no use to a trigger that lost. If this fails, the watcher clears it.
  if (claimed.stored.value.id !== id) {
    await inFlight.remove(entry, signal).catch((error: unknown) => {
      log.warn({ err: error, runId: id }, 'in-flight entry left to the watcher');
    });
  }
  return claimed;
}

function waiting(opening: Upcoming, now: Date) {
  return { state: 'waiting', ...untilOpening(opening, now) } as const;
}

/** What the platform prepares; null where it does not answer soon: then the starter asks it again. */
export async function preparedSoon(
  { clock }: Pick<ClaimDependencies, 'clock'>,
  preparing: Promise<Json>,
  outer: AbortSignal | undefined,
): Promise<Json> {
  try {
    return await atMost<Json>(
      clock,
      TIMING.prepareMs,
      () => preparing,
      () => null,
      outer,
    );
  } catch (error) {
    if (!(error instanceof ExternalCallError)) throw error;
    return null;
  }
}

function insert(runs: RunStore, { run, own, day }: Proposal, signal: AbortSignal | undefined): Promise<Claimed | null> {
  const claims = day === null ? [own] : [own, day];
  return write(
    runs,
    run,
    [{ do: 'insert-run', run }, ...claims.map((key): RunWrite => ({ do: 'insert-claim', key, runId: run.id }))],
    signal,
  );
}

/** @returns null where a row exists already. */
async function write(
  runs: RunStore,
  run: Run,
  writes: readonly RunWrite[],
  signal: AbortSignal | undefined,
): Promise<Claimed | null> {
  const etag = await runs.write(run.model, writes, signal);
  return etag === null ? null : { stored: { value: run, etag }, duplicate: false, isHastened: false };
}

async function resolveConflict(
  dependencies: ClaimDependencies,
  input: ClaimInput,
  proposal: Proposal,
): Promise<Claimed> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    try {
      const claimed = await tryResolve(dependencies, input, proposal);
      if (claimed !== null) return claimed;
    } catch (error) {
      // Another trigger won this race: look at what it wrote.
      if (!(error instanceof StaleRunError)) throw error;
    }
  }
  throw new AppError(
    'claim-race',
    `Several triggers for model ${input.model.name} arrived at once, and this one started nothing.`,
  );
}

/** @returns null where the rows changed in between, and another look is needed. */
async function tryResolve(
  dependencies: ClaimDependencies,
  input: ClaimInput,
  proposal: Proposal,
): Promise<Claimed | null> {
  const { runs } = dependencies;
  const { model, signal } = input;
  const { run } = proposal;
  const claim = await runs.getClaim(model.name, proposal.own, signal);
  if (claim === null) return resolveDay(runs, input, proposal);
  const holder = await runs.get(model.name, claim.value, signal);
  // What cannot be read, or was removed by hand, cannot be waited for: the round matters more than a submission
  // too many.
  if (holder === null || holder === 'unreadable') return replaceHolder(dependencies, input, proposal, claim);
  // An earlier try of ours was carried out, and only its answer was lost. Ours is the start only while the lease
  // is the one that we wrote: if that took long, the watcher may have taken over.
  if (holder.value.id === run.id) {
    const isOurs = holder.value.attempt?.leaseUntil === run.attempt?.leaseUntil;
    return { stored: holder, duplicate: !isOurs, isHastened: false };
  }
  return resolveHolder(dependencies, input, holder);
}

async function replaceHolder(
  { runs, log }: ClaimDependencies,
  { model, signal }: ClaimInput,
  { run, own, day }: Proposal,
  claim: Stored<string>,
): Promise<Claimed | null> {
  log.error({ model: model.name, runId: claim.value }, 'run of a claim cannot be read; replaced');
  const dayClaim = day === null ? null : await runs.getClaim(model.name, day, signal);
  const writes: RunWrite[] = [
    { do: 'insert-run', run },
    { do: 'update-claim', key: own, runId: run.id, etag: claim.etag },
  ];
  // Else a trigger that cannot learn the round would replace it once more.
  if (day !== null && dayClaim?.value === claim.value)
    writes.push({ do: 'update-claim', key: day, runId: run.id, etag: dayClaim.etag });
  return write(runs, run, writes, signal);
}

async function resolveHolder(
  dependencies: ClaimDependencies,
  input: ClaimInput,
  holder: Stored<Run>,
): Promise<Claimed> {
  const { id, state, model } = holder.value;
  switch (decideOnHolder(holder.value, input)) {
    case 'duplicate':
      return {
        stored: await dependencies.noteTriggerId(dependencies.log, input, holder),
        duplicate: true,
        isHastened: false,
      };
    case 'hasten': {
      // Before its round opens there is nothing to hasten.
      if (input.opening !== null) return { stored: holder, duplicate: true, isHastened: false };
      const asked = askedFor('operator', dependencies.clock.now());
      const stored = await dependencies.runs.update(holder, asked, input.signal);
      return { stored, duplicate: false, isHastened: true };
    }
    case 'refuse':
      throw new ConflictError(
        `Run ${id} of model ${model} is in flight (${state}). Cancel it first, or wait for its end.`,
      );
    case 'reopen': {
      const now = dependencies.clock.now();
      const changes = { ...reopened(holder.value, input, now), ...(input.opening && waiting(input.opening, now)) };
      const stored = await openAgain(dependencies, holder, changes, now, input.signal);
      return { stored, duplicate: false, isHastened: false };
    }
  }
}

/** The round is free, but its day is claimed: by a run that did not know its round, or for another round. */
async function resolveDay(
  runs: RunStore,
  { model, opening, force, signal }: ClaimInput,
  { run, own, day }: Proposal,
): Promise<Claimed | null> {
  const claim = day === null ? null : await runs.getClaim(model.name, day, signal);
  if (claim === null || day === null || run.round === null) return null;
  const dayRun = await runs.get(model.name, claim.value, signal);
  // A run that has started already is not for a round that is still to open.
  const mayCover = opening === null && dayRun !== null && dayRun !== 'unreadable';
  if (mayCover && dayRunCovers(dayRun.value, run.round)) {
    // From now on it is the run of this round.
    const adopted: Run = {
      ...dayRun.value,
      ...withTriggerId(dayRun.value, run.triggerId),
      round: run.round,
      claim: own,
    };
    const written = await write(
      runs,
      adopted,
      [
        { do: 'update-run', run: adopted, known: dayRun },
        { do: 'insert-claim', key: own, runId: adopted.id },
      ],
      signal,
    );
    // A force is decided on the round's own claim, which there is now.
    return written === null || force ? null : { ...written, duplicate: true };
  }
  return write(
    runs,
    run,
    [
      { do: 'insert-run', run },
      { do: 'insert-claim', key: own, runId: run.id },
      { do: 'update-claim', key: day, runId: run.id, etag: claim.etag },
    ],
    signal,
  );
}
