// Alerts on their way and alerts that await a "back to normal": rows of one partition of the table
// `state`. The insert that fails with a conflict is the event that has been noticed before.

import { withoutSecrets } from '../alerts/alert.ts';
import type { AlertStore } from '../alerts/outbox.ts';
import type { Redact } from '../util/redaction.ts';
import { ALERTS, alertToRow, FILTERS, rowToAlert } from './rows.ts';
import type { Tables } from './tables.ts';

const PRUNED_AT_ONCE = 100;

/**
 * Makes the store in the table `state`.
 * @param redact takes known secrets out of what others said.
 */
export function createAlertStore({ state }: Tables, redact: Redact): AlertStore {
  let hasNews = false;
  return {
    get hasNews() {
      return hasNews;
    },

    async insert(alert) {
      const operation = `put an alert (${alert.message.kind}) into the outbox`;
      const isNew =
        (await state.insert(operation, alertToRow({ ...alert, message: withoutSecrets(alert.message, redact) }))) !==
        null;
      hasNews ||= isNew;
      return isNew;
    },

    async unsettled() {
      const rows = await state.list('look into the outbox of alerts', FILTERS.unsettledAlerts);
      const alerts = rows
        .flatMap((row) => {
          const alert = rowToAlert(row);
          // One that cannot be read must not hold up the others.
          return alert === null ? [] : [{ ...alert, etag: row.etag }];
        })
        .sort((a, b) => Date.parse(a.message.at) - Date.parse(b.message.at));
      hasNews = alerts.some(({ waiting }) => waiting.length > 0);
      return alerts;
    },

    async update({ etag: known, ...alert }, changes) {
      const next = { ...alert, ...changes };
      const etag = await state.update('note the state of an alert', alertToRow(next), known);
      return etag === null ? null : { ...next, etag };
    },

    async prune(before) {
      const filter = FILTERS.alertsBefore(before);
      const rows = await state.list('look for old alerts', filter, PRUNED_AT_ONCE, () => false);
      for (const { rowKey } of rows) await state.remove('remove an old alert', ALERTS, String(rowKey));
    },
  };
}
