// When is a message sent to a webhook, when is it sent again, and when is it given up? Pure functions.

import type { Alert } from './alert.ts';

/** How far a message has come with one webhook. */
export interface Delivery {
  /** Format and name of the secret, as the setting ALERT_WEBHOOKS has them. */
  readonly webhook: string;
  /** Attempts that failed. */
  readonly failures: number;
  /** Not to be tried before; null where nothing has been tried. */
  readonly notBefore: Date | null;
  readonly outcome: 'waiting' | 'delivered' | 'given-up';
}

export const DELIVERY = {
  /** Waits after the first failure, doubled with each further one. */
  firstWaitMs: 60_000,
  longestWaitMs: 30 * 60_000,
  /** What is older helps nobody. */
  giveUpAfterMs: 24 * 3600_000,
  /** How long whoever sends a message owns it: longer than reading the URL and sending may take. */
  leaseMs: 90_000,
} as const;

/** Whether some webhook has yet to get the message. */
export function isWaiting(deliveries: readonly Delivery[]): boolean {
  return deliveries.some((delivery) => delivery.outcome === 'waiting');
}

/** After this moment the message is not sent any more: it has been overtaken by what happened since. */
export function expiryOf(alert: Alert, raisedAt: Date): Date {
  const usual = raisedAt.getTime() + DELIVERY.giveUpAfterMs;
  // Whatever comes of the round, another message tells.
  return new Date(
    alert.kind === 'round-closing' ? Math.min(usual, Date.parse(alert.closeTime)) : usual,
  );
}

/** What is done about one webhook now; after `expiry` a message is given up. */
export function decideOnDelivery(
  delivery: Delivery,
  expiry: Date,
  now: Date,
): 'send' | 'wait' | 'give-up' | 'done' {
  if (delivery.outcome !== 'waiting') return 'done';
  if (now >= expiry) return 'give-up';
  return delivery.notBefore === null || now >= delivery.notBefore ? 'send' : 'wait';
}

/** @param retryAfterMs what the receiver asked for, where it did. */
export function afterFailure(delivery: Delivery, retryAfterMs: number, now: Date): Delivery {
  const waitMs = Math.min(
    DELIVERY.longestWaitMs,
    DELIVERY.firstWaitMs * 2 ** Math.min(delivery.failures, 10),
  );
  return {
    ...delivery,
    failures: delivery.failures + 1,
    notBefore: new Date(now.getTime() + Math.max(waitMs, retryAfterMs)),
  };
}
