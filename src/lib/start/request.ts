// From a request for a run to an accepted start: which round, the claim, the start.

import { claimKeys, type RoundKnowledge } from '../claims/keys.ts';
import { decideOnHolder } from '../claims/policy.ts';
import type { Claimed, ClaimInput } from '../claims/proposal.ts';
import { preparedSoon, takeClaim } from '../claims/take-claim.ts';
import type { Json } from '../compute/platform.ts';
import { type Entry, isJob } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundCache, RoundsKnown } from '../rounds/round-cache.ts';
import { openOrJustOpening, roundsInWords, standingOf, type Upcoming } from '../rounds/standing.ts';
import type { Asked } from '../runs/new-run.ts';
import type { Run } from '../runs/run.ts';
import { isPassing, type Stored } from '../runs/stores.ts';
import { untilAborted } from '../util/clock.ts';
import { ConflictError } from '../util/errors.ts';
import { beginNextAttempt } from './begin-next-attempt.ts';
import { refusePaused } from './paused.ts';
import { type StartDependencies, startAttempt } from './start-attempt.ts';

export interface RunRequest extends Omit<Asked, 'reason'>, Partial<Pick<Asked, 'reason'>> {
  readonly force: boolean;
  /** The round as the trigger names it; null to ask Numerai. */
  readonly round: number | null;
  /** Aborted when the trigger stops waiting; the watcher goes on from there. */
  readonly signal?: AbortSignal;
}

export type RequestDependencies = StartDependencies & { readonly rounds: RoundCache };

/**
 * Records a run and starts its container, unless the round is covered.
 * @throws {PausedError} for what is paused, unless an operator asks; TooManyStartsError past the bounds of the day;
 * ConflictError for a force while an attempt is under way, for a job of which a run is under way, and for a round that is
 * certainly not open and does not open next; ExternalCallError where the record could not be written, and so nothing was
 * started.
 */
export async function recordAndStart(dependencies: RequestDependencies, asked: RunRequest): Promise<Claimed> {
  const { model } = asked;
  // A job has neither rounds nor tests, whatever a body made for models says.
  const request = isJob(model) ? { ...asked, isTest: false, round: null } : asked;
  // Beside the round, what the start needs and what claims nothing is asked for.
  if (!isJob(model)) dependencies.numeraiModels.identify(model).catch(() => undefined);
  const ahead = prepareAhead(dependencies, request);
  const asking = knowRound(dependencies, request);
  // Of what is paused it does not matter whether its round is open.
  asking.catch(() => undefined);
  await refusePaused(dependencies, request);
  const { knowledge, opening, why } = await asking;
  const reason = request.reason ?? why;
  const claim = { ...request, knowledge, opening, reason, ahead };
  if (opening !== null) return claimAndStart(dependencies, claim);
  // Past the bound nothing is recorded.
  return dependencies.bounds.holding(
    request.isTest,
    (bounds) => claimAndStart({ ...dependencies, bounds }, claim),
    () => findCovered(dependencies, claim),
  );
}

async function claimAndStart(dependencies: StartDependencies, request: ClaimInput): Promise<Claimed> {
  const { model, opening, signal } = request;
  const claimed = await takeClaim(dependencies, request);
  if (claimed.duplicate) return claimed;
  const { value: run } = claimed.stored;
  dependencies.log.info(
    {
      model: model.name,
      runId: run.id,
      trigger: request.trigger,
      triggerId: request.triggerId,
      round: run.round,
    },
    claimed.isHastened
      ? 'run hastened'
      : run.state === 'waiting' && opening === null
        ? 'run opened again'
        : 'run recorded',
  );
  // The watcher starts it when its round opens; what was tried before goes on as the watcher does it.
  if (opening !== null || claimed.isHastened) return claimed;
  const starting = start(dependencies, claimed.stored, model, signal);
  // After the trigger has stopped waiting, what is still done is done under the lease.
  const stored = await untilAborted(starting, signal, () => claimed.stored);
  return { stored, duplicate: false, isHastened: false };
}

/** What is covered already needs no start. */
async function findCovered({ clock, runs }: StartDependencies, request: ClaimInput): Promise<Claimed | null> {
  const { model, signal } = request;
  const { own } = claimKeys({ ...request, runId: '', openAt: clock.now() });
  const claim = await runs.getClaim(model.name, own, signal);
  const holder = claim === null ? null : await runs.get(model.name, claim.value, signal);
  if (holder === null || holder === 'unreadable' || decideOnHolder(holder.value, request) !== 'duplicate') return null;
  return { stored: holder, duplicate: true, isHastened: false };
}

function prepareAhead(dependencies: StartDependencies, { model, signal }: RunRequest): Promise<Json> | null {
  const preparing = dependencies.platform.prepareAhead(model);
  if (preparing === null) return null;
  const prepared = preparedSoon(dependencies, preparing, signal);
  // Where nothing is started, nobody waits for it.
  prepared.catch(() => undefined);
  return prepared;
}

async function start(
  dependencies: StartDependencies,
  stored: Stored<Run>,
  model: Entry,
  signal: AbortSignal | undefined,
): Promise<Stored<Run>> {
  if (stored.value.state !== 'waiting') return startAttempt(dependencies, stored, model, { signal });
  // The watcher first keeps the log of the attempt before, which goes with what is left of it.
  if (stored.value.attempt?.logKept === false) return stored;
  try {
    return await beginNextAttempt(dependencies, stored, model, { signal });
  } catch (error) {
    if (!isPassing(error)) throw error;
    dependencies.log.warn({ err: error, runId: stored.value.id }, 'start left to the watcher');
    return stored;
  }
}

interface RoundToStart {
  readonly knowledge: RoundKnowledge;
  /** Null: it is open, or may be. */
  readonly opening: Upcoming | null;
  readonly why: string | null;
}

const startsNow = (knowledge: RoundKnowledge, why: string | null = null): RoundToStart => ({
  knowledge,
  opening: null,
  why,
});

/** @throws {ConflictError} where the round is certainly not open, and does not open next. */
async function knowRound(dependencies: RequestDependencies, request: RunRequest): Promise<RoundToStart> {
  const { clock, rounds } = dependencies;
  const { model, round, isTest, trigger, signal } = request;
  if (isJob(model)) return startsNow({ kind: 'unknown' });
  // A test starts regardless, and the fallback has asked already.
  if (round !== null && (isTest || trigger === 'timer')) return startsNow({ kind: 'round', round });
  const { tournament } = model;
  const known = await rounds.roundsSoon(tournament, signal);
  const found = roundToStart(request, known, clock.now());
  if (found !== null) return found;
  // What is kept may be from before the opening.
  const fresh = await rounds.freshRoundsSoon(tournament, signal);
  const now = clock.now();
  const again = roundToStart(request, fresh, now);
  if (again !== null) return again;
  const listed = fresh.kind === 'known' ? fresh.rounds : [];
  const standing = round === null ? null : standingOf(round, listed, now);
  if (standing?.kind === 'next')
    return { knowledge: { kind: 'round', round: standing.number }, opening: standing, why: null };
  throw new ConflictError(whyNot(request, listed, now));
}

/** Null where the round is not known to be open. */
function roundToStart({ round, isTest }: RunRequest, known: RoundsKnown, now: Date): RoundToStart | null {
  if (known.kind === 'unknown')
    return round === null
      ? startsNow({ kind: 'unknown' }, `The round is not known, since Numerai could not be asked: ${known.why}`)
      : startsNow({ kind: 'round', round });
  if (round === null) {
    const open = openOrJustOpening(known.rounds, now);
    if (open !== null) return startsNow({ kind: 'round', round: open.number });
    return isTest ? startsNow({ kind: 'unknown' }, 'Started as a test while no round was open.') : null;
  }
  const { kind } = standingOf(round, known.rounds, now);
  return kind === 'open' || kind === 'unknown' ? startsNow({ kind: 'round', round }) : null;
}

/** Why nothing is started, and what may be done. */
function whyNot({ model, round, trigger }: RunRequest, rounds: readonly Round[], now: Date): string {
  const what =
    round === null
      ? `Nothing was started: no round of ${model.tournament} is open.`
      : `Nothing was started: round ${round} of ${model.tournament} is not open.`;
  const advice = trigger === 'operator' ? ' A test ("test": true) starts at any time, and uses up no round.' : '';
  return `${what} ${roundsInWords(rounds, now)}${advice}`;
}
