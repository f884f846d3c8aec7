// What the timers call: each function looks at one kind of event, tells what there is to tell, and says
// when it is over. All of them may be repeated, and do nothing where no webhook is configured.

import type { Services } from '../../services.ts';
import { SecretError } from '../azure/key-vault.ts';
import type { Model } from '../config/models.ts';
import { secretNamesInUse } from '../config/secret-names.ts';
import { isGood, type Run } from '../runs/run.ts';
import type { InFlightState, Timer } from '../storage/in-flight.ts';
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
  type AlertServices,
  alertsAreOn,
  deliverAlerts,
  raiseAlert,
  tellNormal,
} from './outbox.ts';

/**
 * A run has ended, and the watcher still holds its pointer: tells a failure that nothing follows, or that
 * its model is well again.
 */
export async function reviewEndedRun(
  services: AlertServices & Pick<Services, 'runs'>,
  run: Run,
): Promise<void> {
  if (!alertsAreOn(services)) return;
  const { model, round } = run;
  switch (decideOnEndedRun(run)) {
    case 'nothing':
      return;
    case 'tell-normal':
      await tellNormal(services, modelSubject(model), { model, round, run: runFacts(run) });
      return;
    case 'tell-failure': {
      // A claim that has gone on belongs to another attempt, which will tell its own end.
      const claim = await services.runs.getClaim(model, run.claim);
      if (claim?.value.kind === 'run' && claim.value.runId !== run.id) return;
      await raiseAlert(services, { kind: 'run-failed', model, round, run: runFacts(run) });
    }
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

/** Shortly before a round closes: tells of each model that has no good submission. Reads nothing earlier. */
export async function reviewOpenRound(
  services: AlertServices,
  models: readonly Model[],
  round: OpenRound,
  { findRun, isSubmitted }: RoundLookup,
): Promise<void> {
  const { settings, clock } = services;
  if (!alertsAreOn(services)) return;
  if (!isAboutToClose(round.closeTime, clock.now(), settings.alertBeforeCloseMinutes)) return;
  const told = new Set((await services.alertOutbox.unsettled()).map((stored) => stored.key));
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
    if (told.has(keyOf(alert)) || (await isSubmitted(model))) return;
    await raiseAlert(services, alert);
  });
}

/**
 * A round has closed, and no run of the model for it is under way any more.
 * @param run the last one; null where there was none.
 */
export async function reviewMissedRound(
  services: AlertServices,
  model: Model,
  round: { readonly number: number; readonly closeTime: Date },
  run: Run | null,
): Promise<void> {
  await raiseAlert(services, {
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
  services: AlertServices,
  timer: Timer,
  ticks: InFlightState['ticks'],
): Promise<void> {
  if (!alertsAreOn(services)) return;
  const unsettled = await services.alertOutbox.unsettled();
  const seen = decideOnTimer(ticks, timer, services.clock.now());
  const watched = timer === 'watcher' ? 'fallback' : 'watcher';
  const news =
    seen.kind === 'late'
      ? await raiseAlert(services, seen.alert)
      : seen.kind === 'recent' &&
        (await tellNormal(services, timerSubject(watched), undefined, unsettled));
  await deliverAlerts(services, news ? undefined : unsettled);
}

/** Where the day of the last look at the secrets is remembered. */
const CHORES = { kind: 'alert-chores', key: 'daily' } as const;
/** How long alerts are remembered: longer than the same event can be noticed again. */
const ALERTS_KEPT_MS = 60 * 24 * 3600_000;
const PRUNED_AT_ONCE = 100;

/** Once a day: which secrets are about to expire, and which alerts are old enough to be forgotten. */
export async function doDailyChores(
  services: AlertServices & Pick<Services, 'models' | 'state'>,
): Promise<void> {
  if (!alertsAreOn(services)) return;
  const now = services.clock.now();
  const today = utcDay(now);
  if ((await services.state.get(CHORES.kind, CHORES.key)) === today) return;
  await reviewSecrets(services);
  await services.alertOutbox.prune(new Date(now.getTime() - ALERTS_KEPT_MS), PRUNED_AT_ONCE);
  await services.state.put(CHORES.kind, CHORES.key, today);
}

async function reviewSecrets(services: AlertServices & Pick<Services, 'models'>): Promise<void> {
  const unsettled = await services.alertOutbox.unsettled();
  for (const secret of secretNamesInUse(services)) {
    const expiresOn = await expiryOfSecret(services, secret);
    if (expiresOn === undefined) continue;
    if (expiresOn !== null && isExpiring(expiresOn, services.clock.now())) {
      await raiseAlert(services, {
        kind: 'secret-expiring',
        secret,
        expiresOn: expiresOn.toISOString(),
      });
    } else await tellNormal(services, secretSubject(secret), undefined, unsettled);
  }
}

/** Undefined where the secret cannot be had: the run that needs it says so. */
async function expiryOfSecret(
  services: AlertServices,
  name: string,
): Promise<Date | null | undefined> {
  try {
    return (await services.secrets.get(name)).expiresOn;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return undefined;
  }
}
