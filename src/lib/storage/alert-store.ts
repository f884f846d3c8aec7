// Alerts on their way and alerts that await a "back to normal": rows of one partition of the table
// `state`. The insert that fails with a conflict is the event that has been noticed before.

import type { TransactionAction } from '@azure/data-tables';
import * as z from 'zod/mini';
import { type Alert, alertSchema, keyOf, subjectOf } from '../alerts/alert.ts';
import type { AlertStore, StoredAlert } from '../alerts/alert-store.ts';
import { type Delivery, isWaiting } from '../alerts/delivery.ts';
import { AppError } from '../util/errors.ts';
import { parseJson } from '../util/json.ts';
import type { Row } from './rows.ts';
import { isConflict, isMissing, isStale, type Tables } from './tables.ts';

const PARTITION = 'alerts';
const CHANGE_TRIES = 5;

/** Makes the store in the table `state`. */
export function createAlertStore(tables: Tables): AlertStore {
  let hasNews = false;
  const operation = (what: string) => ({ operation: what });

  async function write(row: Row, etag: string): Promise<string | null> {
    try {
      const response = await tables.use(
        'state',
        operation('note the state of an alert'),
        (client, abortSignal) => client.updateEntity(row, 'Replace', { etag, abortSignal }),
      );
      return response.etag ?? '';
    } catch (error) {
      if (isStale(error) || isMissing(error)) return null;
      throw error;
    }
  }

  async function get(key: string): Promise<StoredAlert | null> {
    try {
      return toAlert(
        await tables.use('state', operation('read an alert'), (client, abortSignal) =>
          client.getEntity(PARTITION, key, { abortSignal }),
        ),
      );
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  return {
    get hasNews() {
      return hasNews;
    },

    async insert(alert, deliveries, now) {
      const row = toRow(newAlert(alert, deliveries, now));
      try {
        await tables.use(
          'state',
          operation(`put an alert (${alert.kind}) into the outbox`),
          (client, abortSignal) => client.createEntity(row, { abortSignal }),
        );
        hasNews = true;
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    },

    async unsettled() {
      const rows = await tables.use(
        'state',
        operation('look into the outbox of alerts'),
        async (client, abortSignal) => {
          const found: object[] = [];
          const filter = `PartitionKey eq '${PARTITION}' and (isOpen eq true or isPending eq true)`;
          for await (const row of client.listEntities({ queryOptions: { filter }, abortSignal }))
            found.push(row);
          return found;
        },
      );
      const alerts = rows
        .map(toAlert)
        .filter((alert) => alert !== null)
        .sort((a, b) => a.raisedAt.getTime() - b.raisedAt.getTime());
      hasNews = alerts.some((alert) => isWaiting(alert.deliveries));
      return alerts;
    },

    async end(ended, message, deliveries, now) {
      const actions: TransactionAction[] = [
        ['create', toRow(newAlert(message, deliveries, now))],
        ...ended.map(
          (stored): TransactionAction => [
            'update',
            toRow({ ...stored, isOpen: false }),
            'Replace',
            { etag: stored.etag },
          ],
        ),
      ];
      try {
        await tables.use(
          'state',
          operation('put a "back to normal" into the outbox'),
          (client, abortSignal) => client.submitTransaction(actions, { abortSignal }),
        );
        hasNews = true;
        return true;
      } catch (error) {
        if (isConflict(error) || isStale(error) || isMissing(error)) return false;
        throw error;
      }
    },

    async change(stored, decide) {
      let current: StoredAlert | null = stored;
      for (let tried = 1; current !== null; tried += 1) {
        const change = decide(current);
        if (change === null) return null;
        const next: StoredAlert = { ...current, ...change };
        const etag = await write(toRow(next), current.etag);
        if (etag !== null) return { ...next, etag };
        if (tried === CHANGE_TRIES)
          throw new AppError('busy-alert', `The alert ${stored.key} is changed by others.`);
        current = await get(stored.key);
      }
      return null;
    },

    async prune(before, limit) {
      const keys = await tables.use(
        'state',
        operation('look for old alerts'),
        async (client, abortSignal) => {
          const filter = `PartitionKey eq '${PARTITION}' and raisedAt lt '${before.toISOString()}'`;
          const queryOptions = { filter, select: ['RowKey'] };
          const found: string[] = [];
          const pages = client
            .listEntities({ queryOptions, abortSignal })
            .byPage({ maxPageSize: limit });
          for await (const page of pages) {
            found.push(...page.map((row) => String(row.rowKey)));
            if (found.length >= limit) break;
          }
          return found.slice(0, limit);
        },
      );
      for (const key of keys) {
        try {
          await tables.use('state', operation('remove an old alert'), (client, abortSignal) =>
            client.deleteEntity(PARTITION, key, { abortSignal }),
          );
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
      return keys.length;
    },
  };
}

function newAlert(alert: Alert, deliveries: readonly Delivery[], now: Date): StoredAlert {
  return {
    key: keyOf(alert),
    subject: subjectOf(alert),
    alert,
    raisedAt: now,
    isOpen: alert.kind !== 'back-to-normal',
    deliveries,
    leaseUntil: null,
    etag: '',
  };
}

function toRow(stored: StoredAlert): Row {
  const { key, subject, alert, raisedAt, isOpen, deliveries, leaseUntil } = stored;
  return {
    partitionKey: PARTITION,
    rowKey: key,
    subject,
    // Columns that queries filter by; the rest is told as JSON.
    raisedAt: raisedAt.toISOString(),
    isOpen,
    isPending: isWaiting(deliveries),
    value: JSON.stringify({ alert, deliveries, leaseUntil }),
  };
}

const date = z.pipe(
  z.string(),
  z.transform((text: string) => new Date(text)),
);
const rowSchema = z.object({
  rowKey: z.string(),
  subject: z.string(),
  raisedAt: date,
  isOpen: z.boolean(),
  value: z.string(),
  etag: z.string(),
});
const valueSchema = z.object({
  alert: alertSchema,
  deliveries: z.array(
    z.object({
      webhook: z.string(),
      failures: z.int(),
      notBefore: z.nullable(date),
      outcome: z.enum(['waiting', 'delivered', 'given-up']),
    }),
  ),
  leaseUntil: z.nullable(date),
});

/** Null for a row of another version of the app: one that cannot be read must not hold up the others. */
function toAlert(row: object): StoredAlert | null {
  const columns = rowSchema.safeParse(row);
  if (!columns.success) return null;
  const { rowKey, value, ...known } = columns.data;
  const content = valueSchema.safeParse(parseJson(value));
  return content.success ? { key: rowKey, ...known, ...content.data } : null;
}
