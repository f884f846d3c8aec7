// The runs of a model, their attempts and claims: rows of one partition of the table `runs`, so that a claim
// and its run, or an attempt and the run that moves on, are one transaction. Every change is conditional on
// the ETag.

import type { TransactionAction } from '@azure/data-tables';
import { dayClaim } from '../claims/keys.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { Run } from '../runs/run.ts';
import { type RunList, type RunRecord, type RunStore, type RunWrite, StaleRunError } from '../runs/stores.ts';
import {
  attemptToRow,
  FILTERS,
  isAttemptRow,
  isVoid,
  logRowKey,
  type Row,
  rowToAttempt,
  rowToRun,
  runIdOf,
  runRowKey,
  runToRow,
  voidRow,
} from './rows.ts';
import { isStale, type Tables } from './tables.ts';

/**
 * Makes the store of the table `runs`.
 * @param redact removes known secrets from what others said, such as Azure in a refusal.
 */
export function createRunStore({ runs }: Tables, redact: (text: string) => string): RunStore {
  const store: RunStore = {
    async write(model, writes, signal) {
      const actions = writes.map((write) => toAction(model, withoutSecrets(write, redact)));
      try {
        const etags = await runs.transact(`record a run of model ${model}`, actions, signal);
        return etags === null ? null : (etags[writes.findIndex((write) => 'run' in write)] ?? '');
      } catch (error) {
        if (isStale(error)) throw new StaleRunError(model);
        throw error;
      }
    },

    async get(model, runId, signal) {
      const operation = `read run ${runId} of model ${model}`;
      const row = await runs.get(operation, model, runRowKey(runId), signal);
      if (row === null || isVoid(row)) return null;
      const run = rowToRun(row);
      return run === null ? 'unreadable' : { value: run, etag: row.etag };
    },

    async getRecord(model, runId) {
      const rows = await runs.list(`read run ${runId} of model ${model}`, FILTERS.run(model, runId));
      const { records, unreadable } = toList(rows, 1);
      return records[0] ?? (unreadable > 0 ? 'unreadable' : null);
    },

    async getClaim(model, key, signal) {
      const row = await runs.get(`read a claim of model ${model}`, model, key, signal);
      return row === null ? null : { value: String(row.runId), etag: row.etag };
    },

    async update(stored, changes, signal) {
      const run = redacted({ ...stored.value, ...changes }, redact);
      const operation = `record the state of run ${run.id} of model ${run.model}`;
      const etag = await runs.update(operation, runToRow(run), stored.etag, signal);
      if (etag === null) throw new StaleRunError(run.model);
      return { value: run, etag };
    },

    async voidRun(model, runId) {
      const operation = `void run ${runId} of model ${model}`;
      const etag = await runs.insert(operation, voidRow(model, runId));
      return etag !== null || (await store.get(model, runId)) === null;
    },

    async list(model, { limit, after }) {
      const filter = FILTERS.runs(model, after);
      // The attempts of the last run are complete once another run follows.
      const wantsMore = (found: readonly object[]) => groupByRun(found).size <= limit;
      const operation = `list the runs of model ${model}`;
      return toList(await runs.list(operation, filter, limit * 2, wantsMore), limit);
    },

    async prune(model, before, limit) {
      const filter = FILTERS.runsBefore(model, before);
      const wantsMore = (found: readonly object[]) => Map.groupBy(found, runIdOf).size < limit;
      const operation = `look for old runs of model ${model}`;
      const rows = await runs.list(operation, filter, limit * 2, wantsMore);
      const groups = [...Map.groupBy(rows, runIdOf).values()].slice(0, limit);
      for (const group of groups) {
        // The run goes last: while it is there, a sweep that died finds it again.
        const keys = group.map(({ rowKey }) => String(rowKey)).reverse();
        for (const key of [...keysBeside(group), ...keys])
          await runs.remove(`remove an old row of model ${model}`, model, key);
      }
      return groups.length;
    },
  };

  return store;
}

/** Keys of the rows that go with a run: its logs and its claims. */
function keysBeside([runRow]: readonly object[]): string[] {
  const run = runRow === undefined ? null : rowToRun(runRow);
  if (run === null) return [];
  const attempts = Array.from({ length: run.attempt?.number ?? 0 }, (_, index) => index + 1);
  return [...attempts.map((attempt) => logRowKey(run.id, attempt)), run.claim, dayClaim(run.requestedAt.slice(0, 10))];
}

function withoutSecrets(write: RunWrite, redact: (text: string) => string): RunWrite {
  return 'run' in write ? { ...write, run: redacted(write.run, redact) } : write;
}

/** Sentences may quote what others said. */
function redacted(run: Run, redact: (text: string) => string): Run {
  const of = (sentence: string | null) => (sentence === null ? null : redact(sentence));
  return {
    ...run,
    reason: of(run.reason),
    startNote: of(run.startNote),
    waitingFor: of(run.waitingFor),
    attempt: run.attempt === null ? null : { ...run.attempt, reason: of(run.attempt.reason) },
  };
}

function toAction(model: string, write: RunWrite): TransactionAction {
  switch (write.do) {
    case 'insert-run':
      return ['create', runToRow(write.run)];
    case 'update-run':
      return ['update', runToRow(write.run), 'Merge', { etag: write.etag }];
    case 'keep-attempt':
      return ['upsert', attemptToRow(model, write.runId, write.attempt), 'Merge'];
    case 'insert-claim':
      return ['create', claimRow(model, write)];
    case 'update-claim':
      return ['update', claimRow(model, write), 'Merge', { etag: write.etag }];
  }
}

function claimRow(model: string, { key, runId }: { key: string; runId: string }): Row {
  return { partitionKey: model, rowKey: key, runId };
}

/** Each run's row with those of its attempts behind it, by its id. */
function groupByRun(rows: readonly object[]): Map<string, object[]> {
  return Map.groupBy(
    rows.filter((row) => !isVoid(row)),
    runIdOf,
  );
}

function toList(rows: readonly object[], limit: number): RunList {
  const records: RunRecord[] = [];
  let unreadable = 0;
  const groups = groupByRun(rows);
  const listed = [...groups].slice(0, limit);
  for (const [, [row, ...attemptRows]] of listed) {
    const run = row === undefined || isAttemptRow(row) ? null : rowToRun(row);
    if (run === null) unreadable += 1;
    else records.push({ run, earlier: attemptsBefore(run.attempt?.number ?? 0, attemptRows) });
  }
  return { records, unreadable, next: groups.size > limit ? (listed.at(-1)?.[0] ?? null) : null };
}

/** Of a list read while a run moves on, its current attempt may stand in both places. */
function attemptsBefore(current: number, rows: readonly object[]): Attempt[] {
  return rows
    .map(rowToAttempt)
    .filter((attempt) => attempt !== null)
    .filter((attempt) => attempt.number < current);
}
