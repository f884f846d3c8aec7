// The in-flight index: a small partition with an entry for each run that has not ended, written before its
// claim and removed after its end, so that the watcher asks one small query however long the history is. The
// timers' ticks, how far the jobs' times have come, what is paused, what could not be removed after a run, what is kept to be
// looked at, which summaries are out of date, and the last deployment stand beside them: the same query shows them.

import type { Pause } from '../runs/pause.ts';
import type { InFlightIndex, Kept, Leftover, Outdated, StoredEntry, StoredMark, Tick, Timer } from '../runs/stores.ts';
import type { Redact } from '../util/redaction.ts';
import {
  DEPLOYMENT,
  IN_FLIGHT,
  isLeftoverRow,
  leftoverRowKey,
  outdatedRow,
  outdatedRowKey,
  pauseRowKey,
  type Row,
  runRowKey,
  scheduleRowKey,
  tickRowKey,
} from './rows.ts';
import type { StoredRow, Tables } from './tables.ts';

/**
 * Makes the index in the table `inflight`.
 * @param redact takes known secrets out of what others said, such as Azure in a refusal.
 */
export function createInFlightIndex({ inflight }: Tables, redact: Redact = (text) => text): InFlightIndex {
  return {
    add: ({ model, runId, writtenAt }, signal) =>
      inflight.put(
        `index run ${runId} of ${model}`,
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
        schedules: rows.flatMap((row) => scheduleOf(row) ?? []),
        outdated: rows.flatMap((row) => outdatedOf(row) ?? []),
        pauses: rows.flatMap((row) => pauseOf(row) ?? []),
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

    markOutdated: (model, signal) =>
      inflight.put(`note that the summary of ${model} is out of date`, outdatedRow(model), signal),

    async noteOutdated({ model, etag }, since) {
      const row = { ...outdatedRow(model), since: since.toISOString() };
      await inflight.update(`note since when the summary of ${model} is out of date`, row, etag);
    },

    removeOutdated: ({ model, etag }) =>
      inflight.remove(`note that the summary of ${model} is up to date`, IN_FLIGHT, outdatedRowKey(model), etag),

    recordTick: (timer, { at, note }) =>
      inflight.put(`record the tick of the ${timer}`, {
        partitionKey: IN_FLIGHT,
        rowKey: tickRowKey(timer),
        at: at.toISOString(),
        note,
      }),

    async putSchedule({ job, schedule, since, skipped }, known) {
      const operation = `note how far the times of job ${job} have come`;
      const row: Row = {
        partitionKey: IN_FLIGHT,
        rowKey: scheduleRowKey(job),
        job,
        schedule,
        since: since.toISOString(),
        skipped: skipped?.count ?? 0,
        lastSkipped: skipped?.last.toISOString() ?? '',
      };
      await (known === null ? inflight.insert(operation, row) : inflight.update(operation, row, known.etag));
    },

    removeSchedule: (job) => inflight.remove(`forget the times of job ${job}`, IN_FLIGHT, scheduleRowKey(job)),

    async getPause(model, signal) {
      const row = await inflight.get(`read whether ${model} is paused`, IN_FLIGHT, pauseRowKey(model), signal);
      return row === null ? null : pauseOf(row);
    },

    putPause: ({ model, pausedAt, resumedAt, by, reason }) =>
      inflight.put(`note whether ${model} is paused`, {
        partitionKey: IN_FLIGHT,
        rowKey: pauseRowKey(model),
        model,
        pausedAt: pausedAt.toISOString(),
        resumedAt: resumedAt?.toISOString() ?? '',
        by,
        reason: reason ?? '',
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

const nameOf = ({ model, runId }: Pick<Leftover, 'model' | 'runId'>): string => `run ${runId} of ${model}`;

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

/** Null where the row says of no summary that it is out of date. */
function outdatedOf({ rowKey, outdated: model, since, etag }: StoredRow): Outdated | null {
  if (typeof model !== 'string' || rowKey !== outdatedRowKey(model)) return null;
  return { model, since: timeOf(since), etag };
}

/** Null where the row says nothing of the times of a job. */
function scheduleOf({ rowKey, job, schedule, since, skipped, lastSkipped, etag }: StoredRow): StoredMark | null {
  const at = timeOf(since);
  if (typeof job !== 'string' || rowKey !== scheduleRowKey(job) || at === null) return null;
  const last = timeOf(lastSkipped);
  return {
    job,
    schedule: typeof schedule === 'string' ? schedule : '',
    since: at,
    skipped: typeof skipped === 'number' && skipped > 0 && last !== null ? { count: skipped, last } : null,
    etag,
  };
}

/** Null where the row says of nothing that it is paused, or was. */
function pauseOf({ rowKey, model, pausedAt, resumedAt, by, reason }: StoredRow): Pause | null {
  const at = timeOf(pausedAt);
  if (typeof model !== 'string' || rowKey !== pauseRowKey(model) || at === null) return null;
  return {
    model,
    pausedAt: at,
    resumedAt: timeOf(resumedAt),
    by: typeof by === 'string' ? by : '',
    reason: typeof reason === 'string' && reason !== '' ? reason : null,
  };
}

/** Null where the column holds no time. */
function timeOf(column: unknown): Date | null {
  const time = new Date(String(column));
  return Number.isNaN(time.getTime()) ? null : time;
}
