// What the timers call: each function looks at one kind of event, reports what there is to report, and says when
// it is over. All of them may be repeated, and do nothing where no webhook is configured.

import type { Model } from '../config/models.ts';
import { secretNamesInUse } from '../config/secret-names.ts';
import { SecretError } from '../config/secrets.ts';
import { isGood, type Run } from '../runs/run.ts';
import type { StateStore, Ticks, Timer } from '../runs/stores.ts';
import { utcDay } from '../util/clock.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { keyOf, modelSubject, type Problem, secretSubject, timerSubject } from './alert.ts';
import {
  decideOnEndedRun,
  decideOnTimer,
  isAboutToClose,
  isExpiring,
  runFacts,
} from './decisions.ts';
import {
  type AlertDependencies,
  alertsAreOn,
  deliverAlerts,
  raiseAlert,
  reportRecovery,
} from './deliver.ts';

/** A run has ended: reports a failure that nothing follows, or that its model is well again. */
export async function reportEndedRun(dependencies: AlertDependencies, run: Run): Promise<void> {
  if (!alertsAreOn(dependencies)) return;
  const { model, round } = run;
  const facts = { model, round, run: runFacts(run) };
  switch (decideOnEndedRun(run)) {
    case 'nothing':
      return;
    case 'recovery':
      await reportRecovery(dependencies, modelSubject(model), facts);
      return;
    case 'failure':
      await raiseAlert(dependencies, { kind: 'run-failed', ...facts });
  }
}

/** A round that is open, as the alerts see it. */
export interface OpenRound {
  /** Null where Numerai cannot be asked, and the documented hours count. */
  readonly number: number | null;
  readonly closeTime: Date;
}

export interface RoundLookup {
  /** The run that holds or held the round of a model. */
  findRun(model: Model): Promise<Run | null>;
  /** Whether Numerai has a submission of the model that was made by other means. */
  isSubmitted(model: Model): Promise<boolean>;
}

/** Models that are looked at side by side. */
const AT_ONCE = 8;

/** Shortly before a round closes: reports each model that has no good submission. Reads nothing earlier. */
export async function reviewOpenRound(
  dependencies: AlertDependencies,
  models: readonly Model[],
  round: OpenRound,
  { findRun, isSubmitted }: RoundLookup,
): Promise<void> {
  const { settings, clock } = dependencies;
  if (!alertsAreOn(dependencies)) return;
  if (!isAboutToClose(round.closeTime, clock.now(), settings.alertBeforeCloseMinutes)) return;
  const reported = new Set((await dependencies.alerts.unsettled()).map((stored) => stored.key));
  await forEachAtMost(AT_ONCE, models, async (model) => {
    const run = await findRun(model);
    if (run !== null && isGood(run)) return;
    const alert: Problem = {
      kind: 'round-closing',
      model: model.name,
      round: round.number,
      closeTime: round.closeTime.toISOString(),
      run: run === null ? null : runFacts(run),
    };
    if (reported.has(keyOf(alert)) || (await isSubmitted(model))) return;
    await raiseAlert(dependencies, alert);
  });
}

/**
 * A round has closed, and no run of the model for it is under way any more.
 * @param run the last one; null where there was none.
 */
export async function reportMissedRound(
  dependencies: AlertDependencies,
  model: Model,
  round: { readonly number: number; readonly closeTime: Date },
  run: Run | null,
): Promise<void> {
  await raiseAlert(dependencies, {
    kind: 'round-missed',
    model: model.name,
    round: round.number,
    closeTime: round.closeTime.toISOString(),
    run: run === null ? null : runFacts(run),
  });
}

/**
 * The last thing a timer does, every few minutes: is the other one running, and what is there to deliver?
 * @param ticks as they were before this tick recorded its own.
 */
export async function tendAlerts(
  dependencies: AlertDependencies,
  timer: Timer,
  ticks: Ticks,
): Promise<void> {
  if (!alertsAreOn(dependencies)) return;
  const unsettled = await dependencies.alerts.unsettled();
  const seen = decideOnTimer(ticks, timer, dependencies.clock.now());
  const watched = timer === 'watcher' ? 'fallback' : 'watcher';
  const news =
    seen.kind === 'late'
      ? await raiseAlert(dependencies, seen.alert)
      : seen.kind === 'recent' &&
        (await reportRecovery(dependencies, timerSubject(watched), undefined, unsettled));
  await deliverAlerts(dependencies, news ? undefined : unsettled);
}

/** Where the day of the last look at the secrets is remembered. */
const CHORES = { kind: 'alert-chores', key: 'daily' } as const;
/** How long alerts are remembered: longer than the same event can be noticed again. */
const ALERTS_KEPT_MS = 60 * 24 * 3600_000;
const PRUNED_AT_ONCE = 100;

export interface ChoreDependencies extends AlertDependencies {
  readonly models: readonly Model[];
  readonly state: StateStore;
}

/** Once a day: which secrets are about to expire, and which alerts are old enough to be forgotten. */
export async function doDailyChores(dependencies: ChoreDependencies): Promise<void> {
  if (!alertsAreOn(dependencies)) return;
  const now = dependencies.clock.now();
  const today = utcDay(now);
  if ((await dependencies.state.get(CHORES.kind, CHORES.key)) === today) return;
  await reviewSecrets(dependencies);
  await dependencies.alerts.prune(new Date(now.getTime() - ALERTS_KEPT_MS), PRUNED_AT_ONCE);
  await dependencies.state.put(CHORES.kind, CHORES.key, today);
}

async function reviewSecrets(dependencies: ChoreDependencies): Promise<void> {
  const unsettled = await dependencies.alerts.unsettled();
  for (const secret of secretNamesInUse(dependencies)) {
    const expiresOn = await expiryOfSecret(dependencies, secret);
    if (expiresOn === undefined) continue;
    if (expiresOn !== null && isExpiring(expiresOn, dependencies.clock.now())) {
      await raiseAlert(dependencies, {
        kind: 'secret-expiring',
        secret,
        expiresOn: expiresOn.toISOString(),
      });
    } else await reportRecovery(dependencies, secretSubject(secret), undefined, unsettled);
  }
}

/** Undefined where the secret cannot be had: the run that needs it says so. */
async function expiryOfSecret(
  dependencies: AlertDependencies,
  name: string,
): Promise<Date | null | undefined> {
  try {
    return (await dependencies.secrets.get(name)).expiresOn;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return undefined;
  }
}
