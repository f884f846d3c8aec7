// Alerts as they are kept: on their way to the receivers, or waiting for their "back to normal".

import * as z from 'zod/mini';
import { alertSchema } from './alert.ts';

/** The validator of what the store holds; times are ISO 8601. */
export const keptAlertSchema = z.extend(alertSchema, {
  /** Whether a "back to normal" is still to come. */
  isOpen: z.boolean(),
  /** Receivers that have yet to get it, named as the setting ALERT_WEBHOOKS has them. */
  waiting: z.array(z.string()),
  /** How often it was sent to them without success, or is being sent. */
  failures: z.int(),
  /** Not to be sent before. */
  notBefore: z.string(),
});
export type KeptAlert = Readonly<z.infer<typeof keptAlertSchema>>;
export type StoredAlert = KeptAlert & { readonly etag: string };

/** The port to the store of alerts. */
export interface AlertStore {
  /**
   * Whether this instance has put something in, or left something in, since it last found the outbox
   * empty. A hint: it is lost with the instance, and the timers look without it every few minutes.
   */
  readonly hasNews: boolean;
  /** @returns null where the event is there already; nothing is changed then. */
  insert(alert: KeptAlert): Promise<StoredAlert | null>;
  /** What waits to be delivered, or for its "back to normal", oldest first; one query. */
  unsettled(): Promise<readonly StoredAlert[]>;
  /** @returns null where somebody else wrote first: nothing is changed then. */
  update(stored: StoredAlert, changes: Partial<KeptAlert>): Promise<StoredAlert | null>;
  /** Removes alerts raised before; some of them where there are many. */
  prune(before: Date): Promise<void>;
}
