// What looks for something to report. All of it may be repeated, and does nothing where no webhook is configured.

import { type Entry, isJob, type Model } from '../config/models.ts';
import { secretNamesInUse } from '../config/secret-names.ts';
import type { LateJob } from '../jobs/start-due.ts';
import { isGood, type Run } from '../runs/run.ts';
import type { InFlightIndex, Tick, Timer } from '../runs/stores.ts';
import { utcDay } from '../util/clock.ts';
import { AppError, type TooManyStartsError } from '../util/errors.ts';
import type { KeyWatch } from '../verification/key-watch.ts';
import type { Heartbeat } from '../watch/dependencies.ts';
import {
  decideOnEndedRun,
  decideOnSecret,
  decideOnSilence,
  decideOnTimer,
  decideOnTrouble,
  isReportedAlready,
  maybeNotKnownYet,
  type TimersKnown,
} from './decisions.ts';
import { type Event, STARTS } from './event.ts';
import { decideOnKey } from './numerai-key.ts';
import { type AlertDependencies, alertsAreOn, deliverAlerts, report } from './outbox.ts';

export interface ReviewDependencies extends AlertDependencies {
  readonly models: readonly Model[];
  readonly entries: readonly Entry[];
  readonly keyWatch: Pick<KeyWatch, 'news' | 'reported'>;
}

/**
 * A run has ended: reports a failure that nothing follows, or that its model has recovered. A good one is
 * reported to HEARTBEAT_URL.
 */
export async function reportEndedRun(
  dependencies: AlertDependencies & { readonly heartbeat: Heartbeat | null },
  run: Run,
): Promise<void> {
  await reportOfRun(dependencies, decideOnEndedRun(run), run);
  // A job says nothing of rounds.
  if (!run.isTest && !isJob(run) && isGood(run)) await dependencies.heartbeat?.(`run ${run.id}`);
}

/**
 * A call has found timers silent: says so, and delivers what waits. A failure is left to the next call.
 */
export async function reportSilence(
  dependencies: AlertDependencies,
  known: TimersKnown,
  silent: readonly Timer[],
): Promise<void> {
  const { alerts, clock } = dependencies;
  if (!alertsAreOn(dependencies)) return;
  for (const timer of silent) {
    const event = decideOnSilence(known, timer, clock.now());
    if (event !== null) await report(dependencies, event);
  }
  await deliverAlerts(dependencies, await alerts.unsettled());
}

/** A run goes on: reports what keeps it, where somebody should know. */
export async function reportTroubledRun(
  dependencies: AlertDependencies & { readonly inFlight: Pick<InFlightIndex, 'read'> },
  run: Run,
): Promise<void> {
  if (!alertsAreOn(dependencies)) return;
  const { inFlight, clock } = dependencies;
  const deployedAt = maybeNotKnownYet(run) ? (await inFlight.read()).deployedAt : null;
  await reportOfRun(dependencies, decideOnTrouble(run, clock.now(), deployedAt), run);
}

async function reportOfRun(dependencies: AlertDependencies, event: Event | null, run: Run): Promise<void> {
  if (event === null || !alertsAreOn(dependencies)) return;
  const { alerts, clock } = dependencies;
  const unsettled = isJob(run) ? await alerts.unsettled() : undefined;
  if (!isReportedAlready(event.kind, run, unsettled ?? [], clock.now())) await report(dependencies, event, unsettled);
}

/** A job is late, or times of it were missed: what was started goes on without the alert. */
export async function reportLateJob(dependencies: AlertDependencies, late: LateJob): Promise<void> {
  try {
    await report(dependencies, { kind: 'job-late', ...late });
  } catch (failure) {
    if (!(failure instanceof AppError)) throw failure;
    dependencies.log.error({ err: failure, job: late.job }, 'that a job is late could not be reported');
  }
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
 * @param known the ticks as they were before this one recorded its own.
 */
export async function tendAlerts(
  dependencies: ReviewDependencies,
  timer: Timer,
  { isRecorded, ...known }: TimersKnown & { readonly isRecorded: boolean },
): Promise<void> {
  const { alerts, clock, log } = dependencies;
  if (!alertsAreOn(dependencies)) return;
  try {
    await reportKeys(dependencies);
    if (!(isRecorded || alerts.hasNews)) return;
    if (timer === 'fallback' && isFirstOfDay(known.ticks.fallback, clock.now()))
      await reviewSecretsAndOldAlerts(dependencies);
    const unsettled = await alerts.unsettled();
    // In between, the other timer may not have had its turn yet.
    const event = isRecorded ? decideOnTimer(known, timer, clock.now()) : null;
    const hasNews = event !== null && (await report(dependencies, event, unsettled));
    await deliverAlerts(dependencies, hasNews ? await alerts.unsettled() : unsettled);
  } catch (error) {
    log.error({ err: error }, 'alerts could not be processed; a later tick tries again');
  }
}

/** Keys that Numerai has refused, or that cannot be read, and those that work again. */
async function reportKeys(dependencies: ReviewDependencies): Promise<void> {
  const { alerts, clock, keyWatch } = dependencies;
  const news = keyWatch.news();
  if (news.length === 0) return;
  const unsettled = await alerts.unsettled();
  for (const key of news) {
    const event = decideOnKey(key, unsettled, clock.now());
    if (event !== null) await report(dependencies, event, unsettled);
    keyWatch.reported(key);
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
  // The first tick of a day may be late, or the first of all.
  const ofDaysBefore = unsettled.filter(({ message }) => utcDay(new Date(message.at)) !== utcDay(clock.now()));
  await report(dependencies, { kind: 'back-to-normal', ...newDay }, ofDaysBefore);
  await alerts.prune(new Date(clock.now().getTime() - ALERTS_KEPT_MS));
}
