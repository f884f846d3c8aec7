// What looks for something to report. All of it may be repeated, and does nothing where no webhook is configured.

import type { Model } from '../config/models.ts';
import { secretNamesInUse } from '../config/secret-names.ts';
import type { Run } from '../runs/run.ts';
import type { Tick, Ticks, Timer } from '../runs/stores.ts';
import { utcDay } from '../util/clock.ts';
import { AppError, type TooManyStartsError } from '../util/errors.ts';
import { STARTS } from './alert.ts';
import { decideOnEndedRun, decideOnSecret, decideOnTimer } from './decisions.ts';
import { type AlertDependencies, alertsAreOn, deliverAlerts, report } from './outbox.ts';

export interface ReviewDependencies extends AlertDependencies {
  readonly models: readonly Model[];
}

/** A run has ended: reports a failure that nothing follows, or that its model has recovered. */
export async function reportEndedRun(dependencies: AlertDependencies, run: Run): Promise<void> {
  const event = decideOnEndedRun(run);
  if (event !== null) await report(dependencies, event);
}

/** A bound of the day was reached. What was asked for goes on without the alert. */
export async function reportExceeded(dependencies: AlertDependencies, error: TooManyStartsError): Promise<void> {
  const { isTest, bound, day } = error;
  try {
    await report(dependencies, { kind: 'starts-exceeded', isTest, bound, day });
  } catch (failure) {
    if (!(failure instanceof AppError)) throw failure;
    dependencies.log.error({ err: failure, day, bound }, 'that a bound was reached could not be reported');
  }
}

/**
 * The last thing that a timer does, every few minutes and where an alert was raised: is the other timer running,
 * and what is there to deliver? The first tick of the fallback on a day looks at the secrets as well. Whatever
 * fails in it, the timer has done its work.
 * @param ticks as they were before this tick recorded its own.
 */
export async function tendAlerts(
  dependencies: ReviewDependencies,
  timer: Timer,
  { ticks, isRecorded }: { readonly ticks: Ticks; readonly isRecorded: boolean },
): Promise<void> {
  const { alerts, clock, log } = dependencies;
  if (!alertsAreOn(dependencies) || !(isRecorded || alerts.hasNews)) return;
  try {
    if (timer === 'fallback' && isFirstOfDay(ticks.fallback, clock.now()))
      await reviewSecretsAndOldAlerts(dependencies);
    const unsettled = await alerts.unsettled();
    // In between, the other timer may not have had its turn yet.
    const event = isRecorded ? decideOnTimer(ticks, timer, clock.now()) : null;
    const hasNews = event !== null && (await report(dependencies, event, unsettled));
    await deliverAlerts(dependencies, hasNews ? await alerts.unsettled() : unsettled);
  } catch (error) {
    log.error({ err: error }, 'alerts could not be processed; a later tick tries again');
  }
}

function isFirstOfDay(last: Tick | undefined, now: Date): boolean {
  return last === undefined || utcDay(last.at) !== utcDay(now);
}

/** How long alerts are remembered: longer than the same event can be noticed again. */
const ALERTS_KEPT_MS = 60 * 24 * 3600_000;

/** Which secrets are about to expire, what the day before is over with, and which alerts are old enough to be forgotten. */
async function reviewSecretsAndOldAlerts(dependencies: ReviewDependencies): Promise<void> {
  const { alerts, clock, secrets } = dependencies;
  const unsettled = await alerts.unsettled();
  for (const name of secretNamesInUse(dependencies)) {
    try {
      const { expiresOn } = await secrets.get(name);
      await report(dependencies, decideOnSecret(name, expiresOn, clock.now()), unsettled);
    } catch (error) {
      // One that cannot be had is reported by the run that needs it, and looked at again tomorrow.
      if (!(error instanceof AppError)) throw error;
    }
  }
  const newDay = { subject: STARTS, because: 'A new day has begun.', run: null } as const;
  await report(dependencies, { kind: 'back-to-normal', ...newDay }, unsettled);
  await alerts.prune(new Date(clock.now().getTime() - ALERTS_KEPT_MS));
}
