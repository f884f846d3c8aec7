// Alerts go through an outbox: an event is put in once, wherever and however often it is noticed, and taken
// to each webhook until that has it. Without webhooks all of this does nothing and asks nobody.
//
// Before a message is sent, the row notes one failure more and how long to wait after it: the write is conditional,
// so it decides which instance sends, and if that dies, the message is sent again after the wait. A message twice
// is a nuisance, a message never is a missed round. A receiver of plain JSON recognizes it by its `id`.

import type { Settings } from '../config/settings.ts';
import type { LogStore } from '../runs/stores.ts';
import type { Clock } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { Log } from '../util/log.ts';
import { type Alert, alertOf, endOfLog, type Message, messageAt } from './alert.ts';
import { decideOnDelivery, nextTry } from './decisions.ts';
import type { Event } from './event.ts';
import { isGone, receiverSubject } from './gone-receiver.ts';
import { readSecretUrl } from './secret-url.ts';
import { type SendDependencies, sendMessage } from './send.ts';

export interface StoredAlert extends Alert {
  readonly etag: string;
}

/** The port to the store of alerts. */
export interface AlertStore {
  /**
   * Whether this instance has put something in, or left something in, since it last found the outbox
   * empty. A hint: it is lost with the instance, and the timers look without it every few minutes.
   */
  readonly hasNews: boolean;
  /** @returns false where the event is there already; nothing is changed then. */
  insert(alert: Alert): Promise<boolean>;
  /** What waits to be delivered, or for its "back to normal", oldest first; one query. */
  unsettled(): Promise<readonly StoredAlert[]>;
  /** @returns null where somebody else wrote first: nothing is changed then. */
  update(stored: StoredAlert, changes: Partial<Alert>): Promise<StoredAlert | null>;
  /** Removes alerts raised before; some of them where there are many. */
  prune(before: Date): Promise<void>;
}

export interface AlertDependencies extends SendDependencies {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly log: Log;
  readonly alerts: AlertStore;
  readonly logs: Pick<LogStore, 'load'>;
}

/** One tick spends no longer on deliveries; what is left waits for the next. */
const TICK_BUDGET_MS = 60_000;

/** Whether alerts go anywhere. */
export function alertsAreOn({ settings }: Pick<AlertDependencies, 'settings'>): boolean {
  return settings.alertWebhooks.length > 0;
}

/**
 * Puts the message of an event into the outbox; repeating it does no harm. That a subject has recovered is only
 * reported where something was wrong with it. What it ends is closed after the message is in the outbox: where the
 * process dies in between, the next look closes it.
 * @param unsettled what the outbox holds, where the caller has just read it.
 * @returns whether there is a new message.
 */
export async function report(
  dependencies: AlertDependencies,
  event: Event,
  unsettled?: readonly StoredAlert[],
): Promise<boolean> {
  if (!alertsAreOn(dependencies)) return false;
  const { settings, clock, log, alerts } = dependencies;
  if (event.kind !== 'back-to-normal') {
    const alert = alertOf(event, clock.now(), settings);
    const isNew = await alerts.insert(alert);
    if (isNew) log.warn(logFacts(alert), 'alert raised');
    return isNew;
  }
  const known = unsettled ?? (await alerts.unsettled());
  const open = known.filter((alert) => alert.isOpen && alert.subject === event.subject);
  if (open.length === 0) return false;
  const alert = alertOf(event, clock.now(), settings, open);
  const isNew = await alerts.insert(alert);
  if (isNew) log.info(logFacts(alert), 'back to normal');
  for (const ended of open) await alerts.update(ended, { isOpen: false });
  return isNew;
}

/** Sends what is due of what the outbox holds. Never throws for a receiver that is down: later ticks try again. */
export async function deliverAlerts(dependencies: AlertDependencies, unsettled: readonly StoredAlert[]): Promise<void> {
  const { clock } = dependencies;
  const endAt = clock.now().getTime() + TICK_BUDGET_MS;
  // A receiver that failed is left alone for the rest of the tick.
  const failing = new Set<string>();
  for (const alert of unsettled) {
    if (clock.now().getTime() > endAt) return;
    const receivers = alert.waiting.filter((name) => !failing.has(name));
    const decision = decideOnDelivery({ ...alert, waiting: receivers }, clock.now());
    if (decision === 'send') await deliver(dependencies, alert, receivers, failing, unsettled);
    if (decision === 'give-up') await giveUp(dependencies, alert);
  }
}

async function giveUp({ alerts, log }: AlertDependencies, alert: StoredAlert): Promise<void> {
  if ((await alerts.update(alert, { waiting: [] })) === null) return;
  for (const webhook of alert.waiting)
    log.error({ ...logFacts(alert), webhook, failures: alert.failures }, 'alert given up');
}

async function deliver(
  dependencies: AlertDependencies,
  alert: StoredAlert,
  receivers: readonly string[],
  failing: Set<string>,
  unsettled: readonly StoredAlert[],
): Promise<void> {
  const { alerts, clock } = dependencies;
  const now = clock.now();
  const owned = await alerts.update(alert, nextTry(alert.failures, now));
  if (owned === null) return;
  const message = { ...messageAt(owned, clock.now()), log: await lastLines(dependencies, owned) };
  const waits = await Promise.all(
    receivers.map(async (name) => {
      const wait = await send(dependencies, owned, name, message, unsettled);
      if (wait !== null) failing.add(name);
      return wait ?? 0;
    }),
  );
  await alerts.update(owned, {
    waiting: owned.waiting.filter((name) => failing.has(name)),
    ...nextTry(alert.failures, now, Math.max(...waits)),
  });
}

/** How much of a log is looked at for its last lines. */
const LOG_READ = 16 * 1024;

/** The end of the log of the attempt that the alert is about; a log that cannot be read delays no alert. */
async function lastLines(
  { logs, redaction, log }: AlertDependencies,
  { message: { model, runId }, logOf, ...alert }: Alert,
): Promise<string | null> {
  if (logOf === null || model === null || runId === null) return null;
  try {
    const kept = (await logs.load(model, runId, logOf)) ?? '';
    const isCut = kept.length > LOG_READ;
    return endOfLog(redaction.applyToPart(kept.slice(-LOG_READ), { start: isCut, end: false }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error, model, runId, subject: alert.subject }, 'an alert is sent without the end of the log');
    return null;
  }
}

/** @returns null where the receiver has it, or wants none any more; else how long it asked to be left alone. */
async function send(
  dependencies: AlertDependencies,
  alert: StoredAlert,
  name: string,
  message: Message,
  unsettled: readonly StoredAlert[],
): Promise<number | null> {
  const { settings, clock, log } = dependencies;
  const receiver = settings.alertWebhooks.find((known) => known.name === name);
  // Taken out of the settings since.
  if (receiver === undefined) return null;
  const facts = { ...logFacts(alert), webhook: name };
  let version: string | null = null;
  try {
    const secret = await readSecretUrl(dependencies, receiver.secretName);
    version = secret.version;
    if (isGone(unsettled, name, version)) return null;
    await sendMessage(dependencies, receiver, secret.url, message, clock.now());
    log.info(facts, 'alert delivered');
    const because = 'It has another URL, and takes alerts.';
    const event = { kind: 'back-to-normal', subject: receiverSubject(name), because, run: null } as const;
    if (unsettled.some(({ isOpen, subject }) => isOpen && subject === event.subject))
      await report(dependencies, event, unsettled);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { status = null, retryAfterMs = null } = error instanceof ExternalCallError ? error : {};
    if (status === GONE) {
      log.error({ ...facts, err: error }, 'receiver gone: nothing is sent to it any more');
      await report(dependencies, { kind: 'receiver-gone', receiver, version });
      return null;
    }
    log.warn({ ...facts, err: error, failures: alert.failures }, 'alert not sent');
    return retryAfterMs ?? 0;
  }
}

/** The status of a receiver that wants no more. */
const GONE = 410;

function logFacts({ message: { kind, id, model, round, runId } }: Alert) {
  return { alert: kind, alertKey: id, model, round, runId };
}
