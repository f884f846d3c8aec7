// Small facts that outlive an invocation: what the fallback has seen, which alerts are to be delivered.
// One partition a kind of fact, one row a fact, its content as JSON.

import type { Row } from './run-entity.ts';
import { isConflict, isMissing, type Tables } from './tables.ts';

export interface Fact {
  readonly key: string;
  /** JSON of the caller; parsed, not yet validated. */
  readonly value: unknown;
}

/** Keys are letters, digits, `-`, `_`, `.` and `:`. */
export interface StateStore {
  /** All facts of a kind, in one query. */
  list(kind: string): Promise<readonly Fact[]>;
  get(kind: string, key: string): Promise<unknown>;
  put(kind: string, key: string, value: unknown): Promise<void>;
  /** @returns false where the fact exists already; it is left as it is. */
  insert(kind: string, key: string, value: unknown): Promise<boolean>;
  remove(kind: string, key: string): Promise<void>;
}

export function createStateStore(tables: Tables): StateStore {
  const rowOf = (kind: string, key: string, value: unknown): Row => ({
    partitionKey: kind,
    rowKey: key,
    value: JSON.stringify(value),
  });

  return {
    async list(kind) {
      return tables.use(
        'state',
        { operation: `read what is remembered of ${kind}` },
        async (client, abortSignal) => {
          const facts: Fact[] = [];
          const filter = `PartitionKey eq '${kind}'`;
          for await (const row of client.listEntities({ queryOptions: { filter }, abortSignal })) {
            facts.push({ key: String(row.rowKey), value: parse(row.value) });
          }
          return facts;
        },
      );
    },

    async get(kind, key) {
      try {
        const row: Record<string, unknown> = await tables.use(
          'state',
          { operation: `read what is remembered of ${kind}` },
          (client, abortSignal) => client.getEntity(kind, key, { abortSignal }),
        );
        return parse(row.value);
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

    async insert(kind, key, value) {
      try {
        await tables.use(
          'state',
          { operation: `remember something of ${kind}` },
          (client, abortSignal) => client.createEntity(rowOf(kind, key, value), { abortSignal }),
        );
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    },

    async remove(kind, key) {
      try {
        await tables.use(
          'state',
          { operation: `forget something of ${kind}` },
          (client, abortSignal) => client.deleteEntity(kind, key, { abortSignal }),
        );
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
