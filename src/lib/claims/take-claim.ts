// Taking a claim: the in-flight index first, then claim and run in one transaction. A trigger that finds the
// claim taken gets the run that it names, or, where that run ended without a submission, opens it again.

import { sizeOf, slotsOfAttempt } from '../compute/container.ts';
import type { Json } from '../compute/platform.ts';
import type { Platforms } from '../compute/platforms.ts';
import { calledIn, isJob } from '../config/models.ts';
import { type Upcoming, untilOpening } from '../rounds/standing.ts';
import { newAttempt } from '../runs/attempt.ts';
import { newRun } from '../runs/new-run.ts';
import type { Run } from '../runs/run.ts';
import {
  type InFlightIndex,
  isPassing,
  type RunStore,
  type RunWrite,
  StaleRunError,
  type Stored,
} from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { atMost, type Clock } from '../util/clock.ts';
import { AppError, ConflictError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { Log } from '../util/log.ts';
import { claimKeys } from './keys.ts';
import type { NoteTriggerId } from './note-trigger-id.ts';
import { openAgain } from './open-again.ts';
import { decideOnHolder, isOfEarlierHours } from './policy.ts';
import { type Claimed, type ClaimInput, type Proposal, writeClaimed } from './proposal.ts';
import { reopened } from './reopen.ts';
import { resolveDay } from './resolve-day.ts';
import { hasten, resolveLatest, UnreadableError } from './resolve-latest.ts';

export interface ClaimDependencies {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly noteTriggerId: NoteTriggerId;
  readonly runs: RunStore;
  readonly inFlight: InFlightIndex;
  readonly platform: Platforms;
  readonly log: Log;
}

/** Races are decided by the table; this many lost ones in a row mean that something is wrong. */
const MAX_RACES = 8;
/** After so many, a round is claimed without its day, which callers for other rounds are at as well. */
const RACES_FOR_ALIAS = 3;

/**
 * @throws {ConflictError} where an operator forces while a run is in flight; ExternalCallError where the record
 * could not be written: then nothing was started, and nothing is left but an entry of the in-flight index.
 */
export async function takeClaim(dependencies: ClaimDependencies, input: ClaimInput): Promise<Claimed> {
  const { runs, inFlight, clock, newId, platform, log } = dependencies;
  const { model, knowledge, opening, ahead, secretVersions, signal } = input;
  const id = newId();
  const now = clock.now();
  const openAt = opening?.openTime ?? now;
  const { own, alias } = claimKeys({ ...input, runId: id, openAt });
  const round = knowledge.kind === 'round' ? knowledge.round : null;
  const requested = newRun({ ...input, id, round, claim: own, now });
  const entry = { model: model.name, runId: id, writtenAt: now };
  const withAttempt = async (): Promise<Run> => {
    const size = sizeOf(model, { lastResort: false, previous: null });
    const slots = slotsOfAttempt(requested, model, false);
    const attempt = newAttempt({
      number: 1,
      platform: platform.nameFor(model, false),
      slots,
      ...size,
      prepared: null,
      now,
    });
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
  // The entry is of no use to a trigger that lost. If this fails, the watcher clears it.
  const withoutEntry = () =>
    inFlight.remove(entry, signal).catch((error: unknown) => {
      log.warn({ err: error, runId: id }, 'in-flight entry left to the watcher');
    });
  try {
    const proposal: Proposal = { run, own, alias };
    const claimed = (await insert(runs, proposal, signal)) ?? (await resolveConflict(dependencies, input, proposal));
    if (claimed.stored.value.id !== id) await withoutEntry();
    return claimed;
  } catch (error) {
    if (error instanceof ConflictError) await withoutEntry();
    throw error;
  }
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

function insert(
  runs: RunStore,
  { run, own, alias }: Proposal,
  signal: AbortSignal | undefined,
): Promise<Claimed | null> {
  const claims = alias === null ? [own] : [own, alias];
  return writeClaimed(
    runs,
    run,
    [{ do: 'insert-run', run }, ...claims.map((key): RunWrite => ({ do: 'insert-claim', key, runId: run.id }))],
    signal,
  );
}

async function resolveConflict(
  dependencies: ClaimDependencies,
  input: ClaimInput,
  proposal: Proposal,
): Promise<Claimed> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    try {
      const alone = race >= RACES_FOR_ALIAS && !isJob(input.model) ? { ...proposal, alias: null } : null;
      const claimed =
        (alone && (await insert(dependencies.runs, alone, input.signal))) ??
        (await tryResolve(dependencies, input, proposal));
      if (claimed !== null) return claimed;
    } catch (error) {
      // Another trigger won this race: look at what it wrote.
      if (!(error instanceof StaleRunError)) throw error;
    }
  }
  throw new AppError(
    'claim-race',
    `Several triggers for ${calledIn(input.model, input.model.name)} arrived at once, and this one started nothing.`,
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
  if (claim === null)
    return isJob(model) ? resolveLatest(dependencies, input, proposal) : resolveDay(dependencies, input, proposal);
  const holder = await readHolder(runs, input, claim.value);
  if (holder === 'out-of-time')
    return { stored: { value: { ...run, id: claim.value }, etag: '' }, duplicate: true, isHastened: false };
  // What cannot be read, or was removed by hand, cannot be waited for: the round matters more than a submission
  // too many. A job has no such haste, and its time comes again.
  if (isJob(model) && (holder === null || holder === 'unreadable')) throw new UnreadableError(model.name, claim.value);
  if (holder === null || holder === 'unreadable') {
    dependencies.log.error({ model: model.name, runId: claim.value }, 'run of a claim cannot be read; replaced');
    return replaceHolder(dependencies, input, proposal, claim);
  }
  // An earlier try of ours was carried out, and only its answer was lost. Ours is the start only while the lease
  // is the one that we wrote: if that took long, the watcher may have taken over.
  if (holder.value.id === run.id) {
    const isOurs = holder.value.attempt?.leaseUntil === run.attempt?.leaseUntil;
    return { stored: holder, duplicate: !isOurs, isHastened: false };
  }
  // Else a call in the hours of a round would get what was asked for before them.
  if (input.knowledge.kind === 'unknown' && !input.isTest && isOfEarlierHours(holder.value, dependencies.clock.now()))
    return replaceHolder(dependencies, input, proposal, claim);
  return resolveHolder(dependencies, input, holder);
}

/** A webhook whose time ends during this has its answer all the same: the round has a run, and the claim names it. */
async function readHolder(runs: RunStore, { model, trigger, signal }: ClaimInput, id: string) {
  try {
    return await runs.get(model.name, id, signal);
  } catch (error) {
    if (trigger === 'webhook' && signal?.aborted && isPassing(error)) return 'out-of-time';
    throw error;
  }
}

/** The claim moves on to the proposed run. */
async function replaceHolder(
  { runs }: ClaimDependencies,
  { model, signal }: ClaimInput,
  { run, own, alias }: Proposal,
  claim: Stored<string>,
): Promise<Claimed | null> {
  const dayClaim = alias === null ? null : await runs.getClaim(model.name, alias, signal);
  const writes: RunWrite[] = [
    { do: 'insert-run', run },
    { do: 'update-claim', key: own, runId: run.id, etag: claim.etag },
  ];
  // Else a trigger that cannot learn the round would replace it once more.
  if (alias !== null && dayClaim?.value === claim.value)
    writes.push({ do: 'update-claim', key: alias, runId: run.id, etag: dayClaim.etag });
  return writeClaimed(runs, run, writes, signal);
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
      return hasten(dependencies, input, holder);
    }
    case 'refuse':
      throw new ConflictError(
        `Run ${id} of ${calledIn(holder.value, model)} is in flight (${state}). Cancel it first, or wait for its end.`,
      );
    case 'reopen': {
      const now = dependencies.clock.now();
      const changes = { ...reopened(holder.value, input, now), ...(input.opening && waiting(input.opening, now)) };
      const stored = await openAgain(dependencies, holder, changes, now, input.signal);
      return { stored, duplicate: false, isHastened: false };
    }
  }
}
