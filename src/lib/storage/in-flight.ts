// Runs in flight: a small partition of pointers, written before a claim and removed after the end, so
// that the watcher asks one small query however long the history is. The timers' ticks are kept beside
// them, which makes the same query tell how recent they are.

import { type Row, runRowKey } from './run-row.ts';
import { isMissing, type Tables } from './tables.ts';

export interface Pointer {
  readonly model: string;
  readonly runId: string;
  readonly writtenAt: Date;
}

export type Timer = 'watcher' | 'fallback';

export interface Tick {
  readonly at: Date;
  /** What the timer remembers from tick to tick, such as how far the clearing of old runs has come. */
  readonly note: string;
}

export interface InFlightState {
  readonly pointers: readonly Pointer[];
  readonly ticks: Readonly<Partial<Record<Timer, Tick>>>;
}

export interface InFlight {
  add(pointer: Pointer, signal?: AbortSignal): Promise<void>;
  remove(pointer: Pick<Pointer, 'runId'>, signal?: AbortSignal): Promise<void>;
  /** Everything in one query. */
  read(): Promise<InFlightState>;
  recordTick(timer: Timer, tick: Tick): Promise<void>;
}

const PARTITION = 'inflight';

/** Makes the store of the table `inflight`. */
export function createInFlight(tables: Tables): InFlight {
  return {
    async add(pointer, signal) {
      const row: Row = {
        partitionKey: PARTITION,
        rowKey: runRowKey(pointer.runId),
        model: pointer.model,
        runId: pointer.runId,
        writtenAt: pointer.writtenAt.toISOString(),
      };
      await tables.use(
        'inflight',
        { operation: `point at run ${pointer.runId} of model ${pointer.model}`, signal },
        (client, abortSignal) =>
          // An upsert, so that a repetition after a lost answer is no conflict.
          client.upsertEntity(row, 'Replace', { abortSignal }),
      );
    },

    async remove({ runId }, signal) {
      try {
        await tables.use(
          'inflight',
          { operation: `remove the pointer to run ${runId}`, signal },
          (client, abortSignal) =>
            client.deleteEntity(PARTITION, runRowKey(runId), { abortSignal }),
        );
      } catch (error) {
        if (!isMissing(error)) throw error;
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

function toState(rows: readonly Record<string, unknown>[]): InFlightState {
  const pointers: Pointer[] = [];
  const ticks: Partial<Record<Timer, Tick>> = {};
  for (const row of rows) {
    const { rowKey, model, runId, writtenAt, at, note } = row;
    if (typeof model === 'string' && typeof runId === 'string') {
      pointers.push({ model, runId, writtenAt: new Date(String(writtenAt)) });
    }
    const tick = { at: new Date(String(at)), note: typeof note === 'string' ? note : '' };
    if (rowKey === 'tick_watcher') ticks.watcher = tick;
    if (rowKey === 'tick_fallback') ticks.fallback = tick;
  }
  return { pointers, ticks };
}
