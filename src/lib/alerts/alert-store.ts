// Alerts as they are kept: on their way to the receivers, or waiting for their "back to normal".

import type { Alert } from './alert.ts';
import type { Delivery } from './delivery.ts';

export interface StoredAlert {
  readonly key: string;
  readonly subject: string;
  readonly alert: Alert;
  readonly raisedAt: Date;
  /** Whether a "back to normal" is still to come. */
  readonly isOpen: boolean;
  readonly deliveries: readonly Delivery[];
  /** Until then an instance is sending it. */
  readonly leaseUntil: Date | null;
  readonly etag: string;
}

export type AlertChange = Partial<Pick<StoredAlert, 'deliveries' | 'leaseUntil' | 'isOpen'>>;

/** The port to the store of alerts. */
export interface AlertStore {
  /**
   * Whether this instance has put something in, or left something in, since it last found the outbox
   * empty. A hint: it is lost with the instance, and the timers look without it every few minutes.
   */
  readonly hasNews: boolean;
  /** @returns false where the event is there already; nothing is changed then. */
  insert(alert: Alert, deliveries: readonly Delivery[], now: Date): Promise<boolean>;
  /** What waits to be delivered, or for its "back to normal", oldest first; one query. */
  unsettled(): Promise<readonly StoredAlert[]>;
  /**
   * Puts `message` in and closes what it ends, all or nothing.
   * @returns false where somebody else wrote first: look again.
   */
  end(
    ended: readonly StoredAlert[],
    message: Alert,
    deliveries: readonly Delivery[],
    now: Date,
  ): Promise<boolean>;
  /**
   * Changes one alert; `decide` is asked again with what is there where somebody else wrote first.
   * @returns null where `decide` gave null, or the alert is gone.
   */
  change(
    stored: StoredAlert,
    decide: (current: StoredAlert) => AlertChange | null,
  ): Promise<StoredAlert | null>;
  /** Removes alerts raised before; at most `limit`. @returns how many. */
  prune(before: Date, limit: number): Promise<number>;
}
