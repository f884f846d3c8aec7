// Looking at the attempt of a run that is under way, and carrying out what follows.

import { type AttemptedRun, hasAttempt, type Observation } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { type Attempt, isLeased, mayHaveArrived } from '../runs/attempt.ts';
import { missedBy, type Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { leaseFrom } from '../runs/timing.ts';
import { startAttempt } from '../start/start-attempt.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { sentenceOf, together } from '../util/sentences.ts';
import { askWindow } from './ask.ts';
import { type Changes, decideOnAttempt, STOP_REFUSED, type WatchDecision } from './decide.ts';
import type { WatchDependencies } from './dependencies.ts';
import { endAttempt } from './end-attempt.ts';
import { failedBy } from './ending.ts';
import { canOnlyLastResortHelp } from './last-resort.ts';
import { whyOfNoUse } from './of-use.ts';
import { decideOutOfSight } from './out-of-sight.ts';
import type { Window } from './window.ts';

/** Updates that follow each other at once; each changes the run, so that they end soon. */
const MAX_UPDATES = 8;

type StoredAttempt = Stored<Run> & { readonly value: AttemptedRun };

/**
 * Asks the platform about the current attempt, and carries out what follows.
 * @param known a run with an attempt.
 * @param window of the run, where it has just been asked for.
 * @returns the run as it then is.
 */
export async function observe(
  dependencies: WatchDependencies,
  known: Stored<Run>,
  model: Entry | undefined,
  window?: Window,
): Promise<Stored<Run>> {
  const { platform, clock } = dependencies;
  const { value, etag } = known;
  if (!hasAttempt(value)) throw new AppError('no-attempt', `Run ${value.id} has no attempt.`);
  const stored: StoredAttempt = { value, etag };
  if (isLeased(stored.value.attempt, clock.now())) return stored;
  const [seen, isHopeless] = await Promise.all([
    look(dependencies, stored.value, model),
    canOnlyLastResortHelp(dependencies, stored.value, model),
  ]);
  if (seen instanceof ExternalCallError) return withoutSight(dependencies, stored, model, seen);
  let current = await inSight(dependencies, stored);
  for (let update = 0; update < MAX_UPDATES; update += 1) {
    const run = current.value;
    const patience = platform.patience(run);
    const decision = decideOnAttempt({ run, seen, patience, now: clock.now(), model, isHopeless });
    if (decision.do !== 'update') return carryOut(dependencies, current, model, decision, window);
    current = await apply(dependencies, current, decision.changes);
  }
  return current;
}

/** What the platform shows, or why it cannot be asked. */
async function look(
  { platform }: WatchDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
): Promise<Observation | ExternalCallError> {
  try {
    return await platform.find(run, model);
  } catch (error) {
    if (error instanceof ExternalCallError) return error;
    throw error;
  }
}

async function withoutSight(
  dependencies: WatchDependencies,
  stored: StoredAttempt,
  model: Entry | undefined,
  error: ExternalCallError,
): Promise<Stored<Run>> {
  const { platform, clock, log } = dependencies;
  const run = stored.value;
  // Its start is still to come: the round decides for how long that is tried.
  if (run.state === 'waiting') throw error;
  log.warn({ err: error, model: run.model, runId: run.id }, 'attempt out of sight');
  const [patience, remedy] = [platform.patience(run), platform.remedy(error, run.attempt)];
  const decision = decideOutOfSight({ run, error, remedy, patience, now: clock.now(), model });
  return decision.do === 'update'
    ? apply(dependencies, stored, decision.changes)
    : carryOut(dependencies, stored, model, decision, undefined);
}

/** It can be looked at again: what was said of that is over. */
async function inSight(dependencies: WatchDependencies, stored: StoredAttempt): Promise<StoredAttempt> {
  const { attempt, startNote: reason } = stored.value;
  if (attempt.outOfSightSince === null) return stored;
  return apply(dependencies, stored, { run: { reason }, attempt: { outOfSightSince: null } });
}

async function carryOut(
  dependencies: WatchDependencies,
  stored: StoredAttempt,
  model: Entry | undefined,
  decision: Exclude<WatchDecision, { do: 'update' }>,
  window: Window | undefined,
): Promise<Stored<Run>> {
  switch (decision.do) {
    case 'nothing':
      return stored;
    case 'start':
      return model === undefined ? stored : takeOver(dependencies, stored, model, window);
    case 'wait': {
      const { state, waitingFor } = stored.value;
      if (state === 'waiting' && waitingFor === decision.for) return stored;
      const nextAttemptAt = dependencies.clock.now().toISOString();
      return dependencies.runs.update(stored, { state: 'waiting', waitingFor: decision.for, nextAttemptAt });
    }
    case 'stop': {
      const hasChanges = decision.changes.attempt !== undefined;
      const current = hasChanges ? await apply(dependencies, stored, decision.changes) : stored;
      return stop(dependencies, current);
    }
    case 'end':
      if (decision.alsoStop === true) await stopRest(dependencies, stored.value);
      return endAttempt(dependencies, stored, model, decision.ending);
  }
}

/** One that is refused is tried again at each tick, and given up like one without effect. */
async function stop(dependencies: WatchDependencies, stored: StoredAttempt): Promise<Stored<Run>> {
  const { platform, log } = dependencies;
  const { model, id: runId, attempt } = stored.value;
  try {
    await platform.stop(stored.value);
    return stored;
  } catch (error) {
    if (!(error instanceof ExternalCallError)) throw error;
    log.warn({ err: error, model, runId }, 'not stopped yet');
    const reason = `${STOP_REFUSED} ${attempt.execution ?? 'the container'}: ${sentenceOf(error)}`;
    return stored.value.reason === reason ? stored : apply(dependencies, stored, { run: { reason } });
  }
}

/** Its container has ended; what goes on, such as a container that Azure starts again, is stopped at once. */
async function stopRest({ platform, log }: WatchDependencies, run: AttemptedRun): Promise<void> {
  try {
    await platform.stop(run);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The next tick asks again, and the clean-up as well.
    log.warn({ err: error, model: run.model, runId: run.id }, 'what goes on after the end not stopped yet');
  }
}

async function apply(
  { runs }: WatchDependencies,
  stored: StoredAttempt,
  { run = {}, attempt = {} }: Changes,
): Promise<StoredAttempt> {
  const changed = { ...stored.value.attempt, ...attempt };
  const { value, etag } = await runs.update(stored, { ...run, attempt: changed });
  return { value: { ...value, attempt: value.attempt ?? changed }, etag };
}

/**
 * The start is due, or the instance that was to send it is gone: the conditional write of the lease decides who does.
 * @param known the window of the run, where it has just been asked for.
 */
async function takeOver(
  dependencies: WatchDependencies,
  stored: StoredAttempt,
  model: Entry,
  known: Window | undefined,
): Promise<Stored<Run>> {
  const { clock, platform, log } = dependencies;
  const run = stored.value;
  const window = known ?? (await askWindow(dependencies, run, model));
  const missed = whyOfNoUse(run, model, window, clock.now());
  if (missed !== null) {
    const reason = together(missed, run.reason) ?? missed;
    return endAttempt(dependencies, stored, model, failedBy({ failure: missedBy(run), reason }));
  }
  const place = await placeOfStart(platform, run, model);
  const leaseUntil = leaseFrom(clock.now());
  const changes = { state: 'starting', waitingFor: null, nextAttemptAt: null } as const;
  const leased = await apply(dependencies, stored, { run: changes, attempt: { leaseUntil, ...place } });
  log.info({ model: model.name, runId: run.id }, 'start taken over');
  const started = await startAttempt(dependencies, leased, model, { closeTime: window.closeTime });
  if (started.value.state === 'waiting') await dependencies.reportTrouble(started.value);
  return started;
}

/** One that was refused goes where it was not, which may be another platform: models.json may have changed since. */
async function placeOfStart(
  platform: WatchDependencies['platform'],
  run: AttemptedRun,
  model: Entry,
): Promise<Pick<Attempt, 'platform' | 'prepared'>> {
  const { attempt } = run;
  const { platform: before, prepared } = attempt;
  if (attempt.refusals === 0) return { platform: before, prepared };
  const name = platform.nameFor(model, attempt.lastResort);
  // What may have arrived yet is looked for where it was sent.
  if (name === before || mayHaveArrived(attempt))
    return { platform: before, prepared: await platform.prepare(run, model, attempt) };
  const moved = { ...attempt, platform: name, prepared: null };
  return { platform: name, prepared: await platform.prepare({ ...run, attempt: moved }, model, null) };
}
