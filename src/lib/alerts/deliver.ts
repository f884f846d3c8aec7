// Alerts go through an outbox: an event is put in once, whoever notices it and however often, and taken
// to each webhook until that has it. Without webhooks all of this does nothing and asks nobody.
//
// A message is marked as delivered after it was sent. Should the process die, or storage fail, between
// the two, it is sent once more when its lease is over: a message twice is a nuisance, a message never is
// a missed round. Its `id` tells a receiver of plain JSON that it has it already.

import type { Settings } from '../config/settings.ts';
import type { Clock } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { Log } from '../util/log.ts';
import { type Alert, type BackToNormal, keyOf, type Problem } from './alert.ts';
import type { AlertStore, StoredAlert } from './alert-store.ts';
import {
  afterFailure,
  DELIVERY,
  type Delivery,
  decideOnDelivery,
  expiryOf,
  isWaiting,
} from './delivery.ts';
import { messageOf } from './message.ts';
import { nameOfWebhook, type SendDependencies, sendMessage } from './send.ts';

export interface AlertDependencies extends SendDependencies {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly log: Log;
  readonly alerts: AlertStore;
}

/** One tick spends no longer on deliveries; what is left waits for the next. */
const TICK_BUDGET_MS = 60_000;

/** Whether alerts go anywhere. */
export function alertsAreOn({ settings }: Pick<AlertDependencies, 'settings'>): boolean {
  return settings.alertWebhooks.length > 0;
}

/**
 * Puts an alert into the outbox. Repeating it does no harm.
 * @returns whether it is a new one.
 */
export async function raiseAlert(
  dependencies: AlertDependencies,
  alert: Problem,
): Promise<boolean> {
  if (!alertsAreOn(dependencies)) return false;
  const now = dependencies.clock.now();
  const isNew = await dependencies.alerts.insert(alert, newDeliveries(dependencies), now);
  if (isNew) dependencies.log.warn(logFacts(alert), 'alert raised');
  return isNew;
}

/** A change in between makes the outbox be read again so many times. */
const END_TRIES = 3;

/** A transaction takes a hundred rows, the message itself among them. */
const MOST_AT_ONCE = 99;

/** What a "back to normal" says beside what it ends. */
export interface RecoveryDetails {
  readonly model: string | null;
  readonly round: number | null;
  readonly run: BackToNormal['run'];
}

/**
 * Reports that a subject is well again, once, and only where something was wrong with it.
 * @param unsettled what the outbox holds, where the caller has just read it.
 * @returns whether a message was put in.
 */
export async function reportRecovery(
  dependencies: AlertDependencies,
  subject: string,
  details: RecoveryDetails = { model: null, round: null, run: null },
  unsettled?: readonly StoredAlert[],
): Promise<boolean> {
  if (!alertsAreOn(dependencies)) return false;
  let known = unsettled;
  for (let tried = 1; ; tried += 1) {
    known ??= await dependencies.alerts.unsettled();
    const open = known
      .filter((stored) => stored.isOpen && stored.subject === subject)
      .slice(-MOST_AT_ONCE);
    const newest = open.at(-1);
    if (newest === undefined) return false;
    const message: Alert = {
      kind: 'back-to-normal',
      subject,
      ends: newest.key,
      problems: [...new Set(open.map((stored) => stored.alert.kind))].filter(
        (kind) => kind !== 'back-to-normal',
      ),
      ...details,
    };
    const now = dependencies.clock.now();
    if (await dependencies.alerts.end(open, message, newDeliveries(dependencies), now)) {
      dependencies.log.info(logFacts(message), 'back to normal');
      return true;
    }
    if (tried === END_TRIES)
      throw new AppError('busy-alert', `The alerts of ${subject} are being changed by others.`);
    known = undefined;
  }
}

function newDeliveries({ settings }: Pick<AlertDependencies, 'settings'>): Delivery[] {
  const names = new Set(settings.alertWebhooks.map(nameOfWebhook));
  return [...names].map((webhook) => ({
    webhook,
    failures: 0,
    notBefore: null,
    outcome: 'waiting',
  }));
}

/** Sends what is due. Never throws for a receiver that is down: later ticks try again. */
export async function deliverAlerts(
  dependencies: AlertDependencies,
  unsettled?: readonly StoredAlert[],
): Promise<void> {
  if (!alertsAreOn(dependencies)) return;
  const known = unsettled ?? (await dependencies.alerts.unsettled());
  const endAt = dependencies.clock.now().getTime() + TICK_BUDGET_MS;
  // A receiver that failed is left alone for the rest of the tick.
  const failing = new Set<string>();
  for (const stored of known.filter(({ deliveries }) => isWaiting(deliveries))) {
    if (dependencies.clock.now().getTime() > endAt) return;
    await deliver(dependencies, stored, failing);
  }
}

async function deliver(
  dependencies: AlertDependencies,
  stored: StoredAlert,
  failing: Set<string>,
): Promise<void> {
  const now = dependencies.clock.now();
  const expiry = expiryOf(stored.alert, stored.raisedAt);
  const isDue = (delivery: Delivery) =>
    !failing.has(delivery.webhook) &&
    ['send', 'give-up'].includes(decideOnDelivery(delivery, expiry, now));
  if (!stored.deliveries.some(isDue)) return;

  // The conditional write of the lease decides which instance sends it.
  const leased = await dependencies.alerts.change(stored, (current) =>
    (current.leaseUntil !== null && now < current.leaseUntil) || !current.deliveries.some(isDue)
      ? null
      : { leaseUntil: new Date(now.getTime() + DELIVERY.leaseMs) },
  );
  if (leased === null) return;
  const results = await Promise.all(
    leased.deliveries.map((delivery) =>
      isDue(delivery) ? carryOut(dependencies, leased, delivery, expiry, failing) : delivery,
    ),
  );
  await dependencies.alerts.change(leased, () => ({ deliveries: results, leaseUntil: null }));
}

async function carryOut(
  dependencies: AlertDependencies,
  stored: StoredAlert,
  delivery: Delivery,
  expiry: Date,
  failing: Set<string>,
): Promise<Delivery> {
  const facts = { ...logFacts(stored.alert), webhook: delivery.webhook };
  const webhook = dependencies.settings.alertWebhooks.find(
    (candidate) => nameOfWebhook(candidate) === delivery.webhook,
  );
  // Taken out of the settings since.
  if (webhook === undefined) return { ...delivery, outcome: 'given-up' };
  if (decideOnDelivery(delivery, expiry, dependencies.clock.now()) === 'give-up') {
    dependencies.log.error({ ...facts, failures: delivery.failures }, 'alert given up');
    return { ...delivery, outcome: 'given-up' };
  }
  try {
    await sendMessage(dependencies, webhook, toMessage(dependencies, stored));
    dependencies.log.info(facts, 'alert delivered');
    return { ...delivery, outcome: 'delivered' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    failing.add(delivery.webhook);
    dependencies.log.warn(
      { ...facts, err: error, failures: delivery.failures + 1 },
      'alert not sent',
    );
    const retryAfterMs = error instanceof ExternalCallError ? (error.retryAfterMs ?? 0) : 0;
    return afterFailure(delivery, retryAfterMs, dependencies.clock.now());
  }
}

function toMessage(dependencies: AlertDependencies, stored: StoredAlert) {
  return messageOf(stored.alert, {
    id: stored.key,
    raisedAt: stored.raisedAt,
    now: dependencies.clock.now(),
    publicUrl: dependencies.settings.publicUrl,
  });
}

function logFacts(alert: Alert): Record<string, unknown> {
  return {
    alert: alert.kind,
    alertKey: keyOf(alert),
    ...('model' in alert ? { model: alert.model } : {}),
    ...('round' in alert ? { round: alert.round } : {}),
    ...('run' in alert && alert.run !== null ? { runId: alert.run.id } : {}),
  };
}
