// The next attempt begins once nothing of the one before can run any more.

import { isDeepStrictEqual } from 'node:util';
import { hasAttempt, NotRemoved } from '../compute/platform.ts';
import { type Entry, isJob } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import { unproven, withSlots } from '../runs/slots.ts';
import type { Stored } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { beginNextAttempt } from '../start/begin-next-attempt.ts';
import { discardBeforeNext } from '../start/discard.ts';
import { ageMs } from '../util/clock.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { clauseOf, together } from '../util/sentences.ts';
import { verify } from '../verification/verify.ts';
import { keepLastLog } from './attempt-log.ts';
import type { WatchDependencies } from './dependencies.ts';
import { giveUp } from './give-up.ts';
import { slotsAfter } from './slots-after.ts';
import type { Window } from './window.ts';

/** What is left of the attempt before may still run. */
const REMOVAL = 'what is left of the attempt before to be removed';

/** What is left of the attempt before is not kept until the next one is due: it costs, or may yet start by itself. */
export async function discardSoon(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Entry,
  mayAskForLog: boolean,
): Promise<Stored<Run>> {
  const { attempt } = stored.value;
  if (attempt === null || attempt.outcome === null || attempt.acceptedAt === null || attempt.isDiscarded) return stored;
  const kept = await keepLastLog(dependencies, stored, model, { mayAsk: mayAskForLog });
  // A later tick may still get the log, which goes with what is left.
  if (kept === null) return stored;
  const run = kept.value;
  try {
    if (!hasAttempt(run)) return kept;
    const left = await discardBeforeNext(dependencies, run, model);
    // Azure may accept a removal and not do it: a later tick looks again until it is seen to be gone.
    if (left === 'going' || left === 'inert') return kept;
    return await dependencies.runs.update(kept, { attempt: { ...run.attempt, isDiscarded: true } });
  } catch (error) {
    if (!(error instanceof NotRemoved) && !(error instanceof ExternalCallError)) throw error;
    // The next tick tries again, and the next attempt does not begin before it is done.
    dependencies.log.warn({ err: error, model: run.model, runId: run.id }, 'attempt not discarded yet');
    return kept;
  }
}

/** Begins the next attempt, or waits for what is in its way. */
export async function beginWhenClear(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Entry,
  { closeTime }: Window,
  mayAskForLog: boolean,
): Promise<Stored<Run>> {
  const { clock, runs } = dependencies;
  // The next attempt removes what is left of this one, and its log with it.
  const log = { isUrgent: true, mayAsk: mayAskForLog };
  const logged = (await keepLastLog(dependencies, stored, model, log)) ?? stored;
  const kept = await askAboutUnproven(dependencies, logged, model);
  let refusal: string | null = null;
  try {
    const next = await beginNextAttempt(dependencies, kept, model, { closeTime });
    if (next !== kept) return next;
  } catch (error) {
    if (error instanceof ExternalCallError && error.service === 'resource-manager')
      return waitForSight(dependencies, kept, error);
    if (!(error instanceof NotRemoved)) throw error;
    refusal = error.message;
  }
  const run = kept.value;
  const waitingFor = refusal === null ? REMOVAL : `${REMOVAL}: ${clauseOf(refusal)}`;
  // The time counts from when the removal was first asked for: Azure, or the app, may have been away before.
  if (!run.waitingFor?.startsWith(REMOVAL))
    return runs.update(kept, { waitingFor, nextAttemptAt: clock.now().toISOString() });
  if (ageMs(run.nextAttemptAt ?? run.requestedAt, clock.now()) < TIMING.stopGraceMs)
    return run.waitingFor === waitingFor ? kept : runs.update(kept, { waitingFor });
  const why = `Azure has not stopped or removed what is left of attempt ${run.attempt?.number ?? 0} in ${TIMING.stopGraceMs / 60_000} minutes.`;
  const advice = 'Stop it in the portal, then start it again.';
  return giveUp(dependencies, kept, together(why, refusal, advice) ?? why);
}

/** What nobody could be asked about at the end of the attempt before may be known by now: it need not be submitted again. */
async function askAboutUnproven(
  dependencies: WatchDependencies,
  stored: Stored<Run>,
  model: Entry,
): Promise<Stored<Run>> {
  const run = stored.value;
  const open = unproven(run);
  if (open.length === 0 || isJob(model) || !hasAttempt(run)) return stored;
  const { slots: answers } = await verify(dependencies, model, { ...run, slots: [...open] });
  const slots = slotsAfter(run, answers, { none: 'missing', unanswered: 'unknown', late: 'late' });
  return isDeepStrictEqual(slots, run.slots) ? stored : dependencies.runs.update(stored, withSlots(slots));
}

/** Nobody knows whether the attempt before still runs: no other starts before that is known. */
async function waitForSight(
  { runs, log }: WatchDependencies,
  stored: Stored<Run>,
  error: ExternalCallError,
): Promise<Stored<Run>> {
  const { model, id: runId, attempt, waitingFor: known } = stored.value;
  log.warn({ err: error, model, runId }, 'next attempt waits until Azure can be asked');
  const waitingFor = `Azure to say whether attempt ${attempt?.number ?? 0} still runs, since two must not run side by side: ${clauseOf(error.message)}`;
  return known === waitingFor ? stored : runs.update(stored, { waitingFor });
}
