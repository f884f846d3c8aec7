// Moving one run on as far as it goes now: observe, decide, apply.

import { type AttemptedRun, hasAttempt } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { endOfRun, hasEnded, type Run } from '../runs/run.ts';
import type { Stored, StoredEntry } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { startAttempt } from '../start/start-attempt.ts';
import { cleanUp } from './clean-up.ts';
import { continueWaiting, otherTournament, whyMissed } from './continue-waiting.ts';
import { type Changes, decideOnAttempt, isLeased, type WatchDecision } from './decide.ts';
import type { WatchDependencies } from './dependencies.ts';
import { endAttempt, settle } from './end-attempt.ts';
import { failedBy } from './ending.ts';

/** An end may lead to the next attempt at once, and that to another end; more than this waits for the next tick. */
const MAX_STEPS = 8;

/**
 * Moves one run on as far as it goes now.
 * @param entry of the in-flight index, where the caller has read it: it goes with the last step.
 * @returns the run as it then is.
 */
export async function advance(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  entry?: StoredEntry,
): Promise<Stored<Run>> {
  let current = stored;
  // What has just been started, or looked at, need not be looked at again.
  let mayObserve = true;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { value: run } = current;
    const model = dependencies.models.find((candidate) => candidate.name === run.model);
    if (hasEnded(run)) {
      await cleanUp(dependencies, current, model, entry);
      return current;
    }
    const before = current;
    if (run.state === 'waiting') {
      current = await continueWaiting(dependencies, current, model, mayObserve);
      mayObserve = false;
    } else if (!hasAttempt(run)) {
      current = await endWithoutAttempt(dependencies, current);
    } else if (run.attempt.outcome !== null) {
      current = await settle(dependencies, current, model, run, true);
    } else if (mayObserve) {
      current = await observe(dependencies, { value: run, etag: current.etag }, model);
      mayObserve = false;
    }
    if (current.etag === before.etag) return current;
  }
  return current;
}

/** Its row says that an attempt is under way, and not which: nobody can follow that. A later trigger starts anew. */
function endWithoutAttempt({ runs, clock }: WatchDependencies, stored: Stored<Run>): Promise<Stored<Run>> {
  const reason = `The record of this run has the state ${stored.value.state}, but its attempt is missing or cannot be read, so the app cannot follow it. Its container may still be running: look in the portal, then start the model again.`;
  const finishedAt = clock.now().toISOString();
  return runs.update(stored, endOfRun(stored.value, { state: 'failed', failure: 'not-started', reason, finishedAt }));
}

type StoredAttempt = Stored<Run> & { readonly value: AttemptedRun };

async function observe(
  dependencies: WatchDependencies,
  stored: StoredAttempt,
  model: Model | undefined,
): Promise<Stored<Run>> {
  const { platform, clock } = dependencies;
  if (isLeased(stored.value.attempt, clock.now())) return stored;
  const seen = await platform.find(stored.value, model);
  let current = stored;
  // An update may be followed by more to do at once; each changes the run, so this ends soon.
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const run = current.value;
    const patience = platform.patience(run);
    const decision = decideOnAttempt({ run, seen, patience, now: clock.now(), model });
    if (decision.do !== 'update') return carryOut(dependencies, current, model, decision);
    current = await apply(dependencies, current, decision.changes);
  }
  return current;
}

async function carryOut(
  dependencies: WatchDependencies,
  stored: StoredAttempt,
  model: Model | undefined,
  decision: Exclude<WatchDecision, { do: 'update' }>,
): Promise<Stored<Run>> {
  switch (decision.do) {
    case 'nothing':
      return stored;
    case 'start':
      return model === undefined ? stored : takeOver(dependencies, stored, model);
    case 'stop': {
      const hasChanges = decision.changes.attempt !== undefined;
      const current = hasChanges ? await apply(dependencies, stored, decision.changes) : stored;
      await dependencies.platform.stop(current.value);
      return current;
    }
    case 'end':
      return endAttempt(dependencies, stored, model, decision.ending);
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

/** The instance that was to start the attempt is gone: the conditional write of the lease decides which does it. */
async function takeOver(dependencies: WatchDependencies, stored: StoredAttempt, model: Model): Promise<Stored<Run>> {
  const missed = otherTournament(stored.value, model) ?? (await whyMissed(dependencies, stored.value));
  if (missed !== null) {
    const reason = `${missed} ${stored.value.reason ?? ''}`.trimEnd();
    return endAttempt(dependencies, stored, model, failedBy({ failure: 'round-missed', reason }));
  }
  const leaseUntil = new Date(dependencies.clock.now().getTime() + TIMING.leaseMs).toISOString();
  const leased = await apply(dependencies, stored, { attempt: { leaseUntil } });
  dependencies.log.info({ model: model.name, runId: stored.value.id }, 'start taken over');
  return startAttempt(dependencies, leased, model);
}
