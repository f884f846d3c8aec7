// The watcher: at each tick it moves every run that has not ended towards its end. It keeps nothing
// between ticks; two at once do no harm, since every change is conditional.

import type { Services } from '../../services.ts';
import { reviewEndedRun, tendAlerts } from '../alerts/alerts.ts';
import { deliverAlerts } from '../alerts/outbox.ts';
import type {
  GroupObservation,
  ObservedContainer,
} from '../compute/container-instances/platform.ts';
import type { Model } from '../config/models.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { startRun } from '../start/start-run.ts';
import type { InFlightState, Pointer } from '../storage/in-flight.ts';
import { StaleRunError, type Stored } from '../storage/run-store.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { decideOnRun, isLeased } from './decide.ts';
import { concludeRun } from './end-attempt.ts';
import { type Ending, failedBy } from './ending.ts';
import { pruneALittle } from './prune.ts';

/** Runs that are looked at side by side. */
const AT_ONCE = 16;

export interface WatchResult {
  readonly inFlight: number;
  /** Runs that could not be moved on; the next tick tries again. */
  readonly failures: number;
}

/** One tick. An idle one makes a single query. */
export async function watch(services: Services): Promise<WatchResult> {
  const { pointers, ticks } = await services.inFlight.read();
  let failures = 0;
  await forEachAtMost(AT_ONCE, pointers, async (pointer) => {
    try {
      await followPointer(services, pointer);
    } catch (error) {
      if (error instanceof StaleRunError) return;
      failures += 1;
      services.log.warn(
        { err: error, model: pointer.model, runId: pointer.runId },
        'run not moved on; the next tick tries again',
      );
    }
  });
  const isHeartbeat = await keepHouse(services, ticks.watcher);
  await tellPeople(services, ticks, isHeartbeat);
  return { inFlight: pointers.length, failures };
}

/** Every few minutes only: that is cheap, and often enough. @returns whether it was time. */
async function keepHouse(
  services: Services,
  last: { at: Date; note: string } | undefined,
): Promise<boolean> {
  const now = services.clock.now();
  if (last !== undefined && now.getTime() - last.at.getTime() < TIMING.tickRecordMs) return false;
  const note = await pruneALittle(services, last?.note ?? '').catch((error: unknown) => {
    services.log.warn({ err: error }, 'old runs not cleared');
    return last?.note ?? '';
  });
  await services.inFlight.recordTick('watcher', { at: now, note });
  return true;
}

/** Alerts that this tick has put into the outbox go out at once; the rest is looked after now and then. */
async function tellPeople(
  services: Services,
  ticks: InFlightState['ticks'],
  isHeartbeat: boolean,
): Promise<void> {
  try {
    if (isHeartbeat) await tendAlerts(services, 'watcher', ticks);
    else if (services.alertOutbox.hasNews) await deliverAlerts(services);
  } catch (error) {
    services.log.error({ err: error }, 'alerts not looked after; a later tick tries again');
  }
}

async function followPointer(services: Services, pointer: Pointer): Promise<void> {
  const stored = await services.runs.getRun(pointer.model, pointer.runId);
  if (stored !== null) {
    await moveOn(services, stored);
    return;
  }
  // The claim was lost to another trigger, or is still on its way: give it time, then make sure that it
  // can never come.
  const ageMs = services.clock.now().getTime() - pointer.writtenAt.getTime();
  if (ageMs < TIMING.pointerGraceMs) return;
  if (await services.runs.voidRun(pointer.model, pointer.runId))
    await services.inFlight.remove(pointer);
}

/** Moves one run on as far as it goes now. @returns the run as it then is. */
export async function moveOn(services: Services, stored: Stored<Run>): Promise<Stored<Run>> {
  const model = services.models.find((candidate) => candidate.name === stored.value.model);
  let current = stored;
  if (!hasEnded(current.value)) {
    if (isLeased(current.value, services.clock.now())) return current;
    const seen = await observe(services, current.value);
    current = await carryOut(services, current, seen, model);
  }
  if (hasEnded(current.value)) await cleanUp(services, current.value);
  return current;
}

/** An update may be followed by more to do at once; each changes the run, so this ends soon. */
const MAX_STEPS = 4;

async function carryOut(
  services: Services,
  stored: Stored<Run>,
  seen: GroupObservation,
  model: Model | undefined,
): Promise<Stored<Run>> {
  let current = stored;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const decision = decideOnRun({ run: current.value, seen, now: services.clock.now(), model });
    switch (decision.do) {
      case 'nothing':
        return current;
      case 'update':
        current = await services.runs.updateRun(current, decision.changes);
        break;
      case 'start':
        return model === undefined ? current : takeOver(services, current, model);
      case 'stop':
        if (Object.keys(decision.changes).length > 0)
          current = await services.runs.updateRun(current, decision.changes);
        await services.platform.stop(current.value.containerGroup ?? '');
        return current;
      case 'end': {
        const container = hasLog(current.value, seen) ? seen.container.name : undefined;
        return concludeRun(services, current, model, decision.ending, container);
      }
    }
  }
  return current;
}

/** Where the end was decided before, the log has been kept; a container that never ran has none. */
function hasLog(
  run: Run,
  seen: GroupObservation,
): seen is GroupObservation & { readonly container: ObservedContainer } {
  if (seen.kind === 'absent' || seen.container === null) return false;
  if (run.acceptedAt === null || run.failure !== null) return false;
  return run.startedAt !== null || seen.container.state !== 'Waiting';
}

/** Whoever was to start the run is gone: the conditional write of the lease decides who does it now. */
async function takeOver(
  services: Services,
  stored: Stored<Run>,
  model: Model,
): Promise<Stored<Run>> {
  const missed = await missedRound(services, stored.value, model);
  if (missed !== null) return concludeRun(services, stored, model, missed);
  const leaseUntil = new Date(services.clock.now().getTime() + TIMING.leaseMs).toISOString();
  const leased = await services.runs.updateRun(stored, { leaseUntil });
  services.log.info({ model: model.name, runId: stored.value.id }, 'start taken over');
  return startRun(services, leased, model);
}

/** A start that comes after the close of its round is of no use any more; who does not know, starts. */
async function missedRound(services: Services, run: Run, model: Model): Promise<Ending | null> {
  if (run.round === null || run.isTest) return null;
  const known = await services.roundBook.rounds(model.tournament);
  if (known.kind === 'unknown') return null;
  const round = known.rounds.find((candidate) => candidate.number === run.round);
  if (round === undefined || services.clock.now() < round.closeTime) return null;
  return failedBy(
    'round-missed',
    `Round ${round.number} closed at ${round.closeTime.toISOString()}, before the container could be started. ${run.reason ?? ''}`.trimEnd(),
  );
}

async function observe(services: Services, run: Run): Promise<GroupObservation> {
  return run.containerGroup === null
    ? { kind: 'absent' }
    : services.platform.observe(run.containerGroup);
}

/**
 * After the end: the group that the app made is removed, and the pointer goes once the group is gone.
 * A group that does not carry the run's tag is not the app's, and stays.
 */
async function cleanUp(services: Services, run: Run): Promise<void> {
  // While the pointer is there, a tick that dies repeats this.
  await reviewEndedRun(services, run);
  if (run.ownsGroup && run.containerGroup !== null) {
    const seen = await services.platform.observe(run.containerGroup);
    if (seen.kind === 'present' && seen.runId === run.id) {
      if (seen.provisioningState !== 'Deleting') await services.platform.remove(run.containerGroup);
      // Accepted is not done: the next tick looks again.
      return;
    }
  }
  await services.inFlight.remove({ runId: run.id });
}
