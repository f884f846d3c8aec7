// What a call does where the timers are silent: their tick, beside its own work. On Flex Consumption all timers of an app
// have been seen to stop after a deployment while HTTP went on, for days
// (github.com/Azure/azure-functions-host/issues/11828).
//
// Nothing is recorded as a timer's tick: for the record, the timer stays silent until it runs itself.

import { decideOnSilence, type TimersKnown } from '../alerts/decisions.ts';
import { reportSilence, tendAlerts } from '../alerts/review.ts';
import type { InFlightState, Timer } from '../runs/stores.ts';
import { silentFrom } from '../runs/timers.ts';
import { atMost } from '../util/clock.ts';
import { noteDeployment } from '../watch/deployment.ts';
import { moveOnAndStart } from '../watch/tick.ts';
import type { CoveredRounds } from './cover.ts';
import type { FallbackDependencies } from './record-round.ts';
import { coverRounds } from './tick.ts';

const DEPUTY = {
  /** Where nobody knows since when they should run, a process looks this often: a call that comes meanwhile asks nothing. */
  lookEveryMs: 5 * 60_000,
  /** While they are silent, a process does their tick this often, as the watcher's schedule has it. */
  tickEveryMs: 60_000,
  /** No call waits longer for it. What is not done by then goes on alone, or is done by the next call. */
  waitMs: 5_000,
} as const;

/** Does the silent timers' tick where it is time to; never throws. */
export type Deputy = (dependencies: FallbackDependencies) => Promise<void>;

const TIMERS: readonly Timer[] = ['watcher', 'fallback'];

/** Makes the deputy of this process. */
export function createDeputy(): Deputy {
  const covered: CoveredRounds = new Set();
  let lookAgainAt = 0;
  let isUnderWay = false;

  async function look(dependencies: FallbackDependencies, now: number): Promise<void> {
    try {
      const silentAt = await tickForSilent(dependencies, covered);
      if (silentAt !== 'silent') lookAgainAt = silentAt?.getTime() ?? now + DEPUTY.lookEveryMs;
    } catch (error) {
      dependencies.log.warn({ err: error }, 'it is not known whether the timers run; a later call looks again');
    } finally {
      isUnderWay = false;
    }
  }

  return async (dependencies) => {
    const { clock, settings } = dependencies;
    const now = clock.now().getTime();
    if (isUnderWay || now < lookAgainAt) return;
    isUnderWay = true;
    lookAgainAt = now + DEPUTY.tickEveryMs;
    const waitMs = Math.min(DEPUTY.waitMs, settings.webhookBudgetSeconds * 1000);
    const work = look(dependencies, now);
    await atMost<unknown>(
      clock,
      waitMs,
      () => work,
      () => undefined,
    );
  };
}

/** @returns when one of the timers may be silent, should none tick until then: there is nothing to look for before. */
async function tickForSilent(
  dependencies: FallbackDependencies,
  covered: CoveredRounds,
): Promise<'silent' | Date | null> {
  const { inFlight, clock, log } = dependencies;
  const found = await inFlight.read();
  const known = { ticks: found.ticks, deployedAt: await noteDeployment(dependencies, found) };
  const silent = TIMERS.filter((timer) => decideOnSilence(known, timer, clock.now()) !== null);
  if (silent.length === 0) return firstSilence(known, clock.now());
  log.warn({ timers: silent }, 'timers are silent; this call does their tick');
  const done = await Promise.allSettled([
    reportSilence(dependencies, known, silent),
    silent.includes('watcher') && moveOnAndStart(dependencies, { ...found, deployedAt: known.deployedAt }),
    silent.includes('fallback') && coverInstead(dependencies, covered, found),
  ]);
  for (const step of done)
    if (step.status === 'rejected') log.error({ err: step.reason }, 'the tick of a silent timer failed');
  await tendAlerts(dependencies, 'watcher', { ...known, isRecorded: false });
  return 'silent';
}

function firstSilence({ ticks, deployedAt }: TimersKnown, now: Date): Date | null {
  const moments = TIMERS.map((timer) => silentFrom(ticks[timer], deployedAt, now)).filter((moment) => moment !== null);
  return moments.sort((one, other) => one.getTime() - other.getTime())[0] ?? null;
}

/** The fallback's work. How far the review has come is kept with the tick that is on record. */
async function coverInstead(
  dependencies: FallbackDependencies,
  covered: CoveredRounds,
  { ticks, pauses, deployedAt }: InFlightState,
): Promise<void> {
  const last = ticks.fallback;
  const { note } = await coverRounds(dependencies, covered, { note: last?.note ?? '', pauses, deployedAt });
  if (last !== undefined && last.note !== note) await dependencies.inFlight.recordTick('fallback', { ...last, note });
}
