// The in-flight index: a small partition with an entry for each run that has not ended, written before its
// claim and removed after its end, so that the watcher asks one small query however long the history is. The
// timers' ticks, what could not be removed after a run, what is kept to be looked at, and the last deployment stand
// beside them: the same query shows them.

import type { InFlightIndex, Kept, Leftover, StoredEntry, Tick, Timer } from '../runs/stores.ts';
import type { Redact } from '../util/redaction.ts';
import { DEPLOYMENT, IN_FLIGHT, isLeftoverRow, leftoverRowKey, type Row, runRowKey, tickRowKey } from './rows.ts';
import type { StoredRow, Tables } from './tables.ts';

/**
 * Makes the index in the table `inflight`.
 * @param redact takes known secrets out of what others said, such as Azure in a refusal.
 */
export function createInFlightIndex({ inflight }: Tables, redact: Redact = (text) => text): InFlightIndex {
  return {
    add: ({ model, runId, writtenAt }, signal) =>
      inflight.put(
        `index run ${runId} of model ${model}`,
        {
          partitionKey: IN_FLIGHT,
          rowKey: runRowKey(runId),
          model,
          runId,
          writtenAt: writtenAt.toISOString(),
        },
        signal,
      ),

    // Where it was added again for another attempt, it stays.
    remove: ({ runId, etag }, signal) =>
      inflight.remove(`remove run ${runId} from the in-flight index`, IN_FLIGHT, runRowKey(runId), etag, signal),

    async read() {
      const rows = await inflight.list('read the runs in flight', `PartitionKey eq '${IN_FLIGHT}'`);
      const entries: StoredEntry[] = [];
      const leftovers: Leftover[] = [];
      const kept: Kept[] = [];
      const ticks: Partial<Record<Timer, Tick>> = {};
      const deployed = rows.find((row) => row.rowKey === DEPLOYMENT);
      for (const row of rows) {
        const { rowKey, model, runId, writtenAt, etag, at, note } = row;
        if (isLeftoverRow(rowKey)) {
          const leftover = leftoverOf(row);
          if (leftover === null) continue;
          if (row.isKept === true) kept.push({ ...leftover, look: leftover.reason, until: leftover.notBefore });
          else leftovers.push(leftover);
          continue;
        }
        if (typeof model === 'string' && typeof runId === 'string')
          entries.push({ model, runId, writtenAt: timeOf(writtenAt) ?? new Date(0), etag });
        const tickedAt = timeOf(at);
        if (tickedAt === null) continue;
        const tick = { at: tickedAt, note: typeof note === 'string' ? note : '' };
        if (rowKey === tickRowKey('watcher')) ticks.watcher = tick;
        if (rowKey === tickRowKey('fallback')) ticks.fallback = tick;
      }
      const fingerprint = deployed?.fingerprint;
      return {
        entries,
        leftovers,
        kept,
        ticks,
        deployedAt: timeOf(deployed?.since),
        deployment: typeof fingerprint === 'string' ? fingerprint : null,
      };
    },

    putLeftover: (leftover) =>
      inflight.put(
        `list what is left of ${nameOf(leftover)}`,
        leftoverRow({ ...leftover, reason: redact(leftover.reason) }, false),
      ),

    putKept: ({ look: reason, until: notBefore, ...kept }) =>
      inflight.put(
        `list what is kept of ${nameOf(kept)}`,
        leftoverRow({ ...kept, reason: redact(reason), notBefore, since: notBefore }, true),
      ),

    strike: ({ runId, attempt }) =>
      inflight.remove(`strike what is listed of run ${runId}`, IN_FLIGHT, leftoverRowKey(runId, attempt)),

    recordTick: (timer, { at, note }) =>
      inflight.put(`record the tick of the ${timer}`, {
        partitionKey: IN_FLIGHT,
        rowKey: tickRowKey(timer),
        at: at.toISOString(),
        note,
      }),

    recordDeployment: (fingerprint, at) =>
      inflight.put('record the deployment', {
        partitionKey: IN_FLIGHT,
        rowKey: DEPLOYMENT,
        fingerprint,
        since: at.toISOString(),
      }),
  };
}

const nameOf = ({ model, runId }: Pick<Leftover, 'model' | 'runId'>): string => `run ${runId} of model ${model}`;

/** What is kept has a row of the same form, so that one becomes the other where it cannot be removed. */
function leftoverRow({ execution, since, notBefore, ...leftover }: Leftover, isKept: boolean): Row {
  return {
    partitionKey: IN_FLIGHT,
    rowKey: leftoverRowKey(leftover.runId, leftover.attempt),
    ...leftover,
    execution: execution ?? '',
    since: since.toISOString(),
    notBefore: notBefore.toISOString(),
    isKept,
  };
}

/** Null where the row does not say what is left of which attempt. */
function leftoverOf({ model, runId, attempt, execution, reason, since, notBefore }: StoredRow): Leftover | null {
  if (typeof model !== 'string' || typeof runId !== 'string' || typeof attempt !== 'number') return null;
  return {
    model,
    runId,
    attempt,
    execution: typeof execution === 'string' && execution !== '' ? execution : null,
    reason: typeof reason === 'string' ? reason : '',
    since: timeOf(since) ?? new Date(0),
    notBefore: timeOf(notBefore) ?? new Date(0),
  };
}

/** Null where the column holds no time. */
function timeOf(column: unknown): Date | null {
  const time = new Date(String(column));
  return Number.isNaN(time.getTime()) ? null : time;
}
