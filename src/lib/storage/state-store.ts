// Small facts that outlive an invocation, such as when a daily chore was done. One partition a kind of fact,
// one row a fact, its content as JSON.

import type { StateStore } from '../runs/stores.ts';
import { parseJson } from '../util/json.ts';
import type { Row } from './rows.ts';
import { isMissing, type Tables } from './tables.ts';

/** Makes the store of facts in the table `state`. */
export function createStateStore(tables: Tables): StateStore {
  const rowOf = (kind: string, key: string, value: unknown): Row => ({
    partitionKey: kind,
    rowKey: key,
    value: JSON.stringify(value),
  });

  return {
    async get(kind, key) {
      try {
        const row: Record<string, unknown> = await tables.use(
          'state',
          { operation: `read what is remembered of ${kind}` },
          (client, abortSignal) => client.getEntity(kind, key, { abortSignal }),
        );
        return parseJson(row.value);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async put(kind, key, value) {
      await tables.use(
        'state',
        { operation: `remember something of ${kind}` },
        (client, abortSignal) =>
          client.upsertEntity(rowOf(kind, key, value), 'Replace', { abortSignal }),
      );
    },
  };
}
