// The in-flight index: a small partition with an entry for each run that has not ended, written before its
// claim and removed after its end, so that the watcher asks one small query however long the history is. The
// timers' ticks are kept beside them, which makes the same query tell how recent they are.

import type { InFlightIndex, StoredEntry, Tick, Ticks, Timer } from '../runs/stores.ts';
import { type Row, runRowKey } from './rows.ts';
import { isMissing, isStale, type Tables } from './tables.ts';

const PARTITION = 'inflight';

/** Makes the index in the table `inflight`. */
export function createInFlightIndex(tables: Tables): InFlightIndex {
  return {
    async add(entry, signal) {
      const row: Row = {
        partitionKey: PARTITION,
        rowKey: runRowKey(entry.runId),
        model: entry.model,
        runId: entry.runId,
        writtenAt: entry.writtenAt.toISOString(),
      };
      await tables.use(
        'inflight',
        { operation: `index run ${entry.runId} of model ${entry.model}`, signal },
        (client, abortSignal) =>
          // An upsert, so that a repetition after a lost answer is no conflict.
          client.upsertEntity(row, 'Replace', { abortSignal }),
      );
    },

    async remove({ runId, etag = '*' }, signal) {
      try {
        await tables.use(
          'inflight',
          { operation: `remove run ${runId} from the in-flight index`, signal },
          (client, abortSignal) =>
            client.deleteEntity(PARTITION, runRowKey(runId), { etag, abortSignal }),
        );
      } catch (error) {
        // Removed before, or added again for another attempt: then it stays.
        if (!isMissing(error) && !isStale(error)) throw error;
      }
    },

    async read() {
      const rows = await tables.use(
        'inflight',
        { operation: 'read the runs in flight' },
        async (client, abortSignal) => {
          const found: Record<string, unknown>[] = [];
          const filter = `PartitionKey eq '${PARTITION}'`;
          for await (const row of client.listEntities({ queryOptions: { filter }, abortSignal }))
            found.push(row);
          return found;
        },
      );
      return toState(rows);
    },

    async recordTick(timer, tick) {
      const row: Row = {
        partitionKey: PARTITION,
        rowKey: `tick_${timer}`,
        at: tick.at.toISOString(),
        note: tick.note,
      };
      await tables.use(
        'inflight',
        { operation: `record the tick of the ${timer}` },
        (client, abortSignal) => client.upsertEntity(row, 'Replace', { abortSignal }),
      );
    },
  };
}

function toState(rows: readonly Record<string, unknown>[]): {
  entries: StoredEntry[];
  ticks: Ticks;
} {
  const entries: StoredEntry[] = [];
  const ticks: Partial<Record<Timer, Tick>> = {};
  for (const row of rows) {
    const { rowKey, model, runId, writtenAt, etag, at, note } = row;
    if (typeof model === 'string' && typeof runId === 'string') {
      entries.push({
        model,
        runId,
        writtenAt: timeOf(writtenAt) ?? new Date(0),
        etag: String(etag),
      });
    }
    const tickedAt = timeOf(at);
    if (tickedAt === null) continue;
    const tick = { at: tickedAt, note: typeof note === 'string' ? note : '' };
    if (rowKey === 'tick_watcher') ticks.watcher = tick;
    if (rowKey === 'tick_fallback') ticks.fallback = tick;
  }
  return { entries, ticks };
}

/** Null where the column holds no time. */
function timeOf(column: unknown): Date | null {
  const time = new Date(String(column));
  return Number.isNaN(time.getTime()) ? null : time;
}
