// The runs of a model, their attempts and claims: rows of one partition of the table `runs`, so that a claim
// and its run, or an attempt and the run that moves on, are one transaction. Every change is conditional on
// the ETag.

import type { TransactionAction } from '@azure/data-tables';
import { dayClaim, LATEST_CLAIM } from '../claims/keys.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { Run } from '../runs/run.ts';
import { isRunId } from '../runs/run-id.ts';
import { type RunList, type RunRecord, type RunStore, type RunWrite, StaleRunError } from '../runs/stores.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import type { Redact } from '../util/redaction.ts';
import {
  attemptToRow,
  changedRow,
  FILTERS,
  isAttemptRow,
  isVoid,
  type Row,
  rowToAttempt,
  rowToRun,
  runIdOf,
  runRowKey,
  runToRow,
  voidRow,
} from './rows.ts';
import { isStale } from './table-answers.ts';
import type { Tables } from './tables.ts';

/** Old runs that are removed side by side. */
const PRUNED_AT_ONCE = 8;

/**
 * Makes the store of the table `runs`.
 * @param redact removes known secrets from what others said, such as Azure in a refusal.
 */
export function createRunStore({ runs }: Tables, redact: Redact): RunStore {
  const store: RunStore = {
    async write(model, writes, signal) {
      const actions = writes.map((write) => toAction(model, withoutSecrets(write, redact)));
      try {
        const etags = await runs.transact(`record a run of ${model}`, actions, signal);
        return etags === null ? null : (etags[writes.findIndex((write) => 'run' in write)] ?? '');
      } catch (error) {
        if (isStale(error)) throw new StaleRunError(model);
        throw error;
      }
    },

    async get(model, runId, signal) {
      // A damaged claim may name anything, also what no key of a row can hold.
      if (!isRunId(runId)) return null;
      const operation = `read run ${runId} of ${model}`;
      const row = await runs.get(operation, model, runRowKey(runId), signal);
      if (row === null || isVoid(row)) return null;
      const run = rowToRun(row);
      return run === null ? 'unreadable' : { value: run, etag: row.etag };
    },

    async getRecord(model, runId) {
      const rows = await runs.list(`read run ${runId} of ${model}`, FILTERS.run(model, runId));
      const { records, unreadable } = toList(rows, 1);
      return records[0] ?? (unreadable > 0 ? 'unreadable' : null);
    },

    async getClaim(model, key, signal) {
      const row = await runs.get(`read a claim of ${model}`, model, key, signal);
      return row === null ? null : { value: String(row.runId), etag: row.etag };
    },

    async update(stored, changes, signal) {
      const run = redacted({ ...stored.value, ...changes }, redact);
      const operation = `record the state of run ${run.id} of ${run.model}`;
      const etag = await runs.update(operation, changedRow(run, stored.value), stored.etag, signal);
      if (etag === null) throw new StaleRunError(run.model);
      return { value: run, etag };
    },

    async voidRun(model, runId) {
      const operation = `void run ${runId} of ${model}`;
      const etag = await runs.insert(operation, voidRow(model, runId));
      return etag !== null || (await store.get(model, runId)) === null;
    },

    async list(model, { limit, after }) {
      const filter = FILTERS.runs(model, after);
      // The attempts of the last run are complete once another run follows.
      const wantsMore = (found: readonly object[]) => groupByRun(found.filter(isNotVoid)).size <= limit;
      const operation = `list the runs of ${model}`;
      return toList(await runs.list(operation, filter, limit * 2, wantsMore), limit);
    },

    async firstModel(from, to) {
      // A page may be empty where more follow.
      const isNone = (found: readonly object[]) => found.length === 0;
      const [row] = await runs.list('look which models have run', FILTERS.models(from, to), 1, isNone);
      return row === undefined ? null : String(row.partitionKey);
    },

    async prune(model, before, limit) {
      const filter = FILTERS.runsBefore(model, before);
      const wantsMore = (found: readonly object[]) => groupByRun(found).size < limit;
      const rows = await runs.list(`look for old runs of ${model}`, filter, limit * 2, wantsMore);
      const groups = [...groupByRun(rows)].slice(0, limit);
      const operation = `remove an old row of ${model}`;
      await forEachAtMost(PRUNED_AT_ONCE, groups, async ([runId, group]) => {
        const run = group[0] === undefined ? null : rowToRun(group[0]);
        for (const key of run === null ? new Set<string>() : claimsOf(run)) {
          const claim = await store.getClaim(model, key);
          if (claim?.value === run?.id) await runs.remove(operation, model, key, claim?.etag);
        }
        // The run goes last: while it is there, a sweep that died finds it again.
        const keys = group.map(({ rowKey }) => String(rowKey)).reverse();
        const logs = await runs.keys(`look for the logs of run ${runId} of ${model}`, FILTERS.logs(model, runId));
        for (const key of [...logs, ...keys]) await runs.remove(operation, model, key);
      });
      return groups.length;
    },
  };

  return store;
}

/** Keys of the claims that may name a run; one that waited for its round holds the day on which that opened. */
function claimsOf({ claim, tournament, requestedAt, attempt }: Run): ReadonlySet<string> {
  if (tournament === null) return new Set([claim, LATEST_CLAIM]);
  const days = [requestedAt, attempt?.requestedAt ?? requestedAt].map((time) => time.slice(0, 10));
  return new Set([claim, ...days.map((day) => dayClaim(tournament, day))]);
}

function withoutSecrets(write: RunWrite, redact: Redact): RunWrite {
  if ('attempt' in write) return { ...write, attempt: redactedAttempt(write.attempt, redact) };
  return 'run' in write ? { ...write, run: redacted(write.run, redact) } : write;
}

/** Sentences may quote what others said. */
function redacted(run: Run, redact: Redact): Run {
  const of = (sentence: string | null) => sentence && redact(sentence);
  return {
    ...run,
    reason: of(run.reason),
    startNote: of(run.startNote),
    waitingFor: of(run.waitingFor),
    attempt: run.attempt && redactedAttempt(run.attempt, redact),
  };
}

function redactedAttempt(attempt: Attempt, redact: Redact): Attempt {
  return { ...attempt, reason: attempt.reason && redact(attempt.reason) };
}

function toAction(model: string, write: RunWrite): TransactionAction {
  switch (write.do) {
    case 'insert-run':
      return ['create', runToRow(write.run)];
    case 'update-run':
      return ['update', changedRow(write.run, write.known.value), 'Merge', { etag: write.known.etag }];
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
function groupByRun<T extends object>(rows: readonly T[]): Map<string, T[]> {
  const groups = Map.groupBy(rows, (row) => runIdOf(row) ?? '');
  groups.delete('');
  return groups;
}

const isNotVoid = (row: object): boolean => !isVoid(row);

function toList(rows: readonly object[], limit: number): RunList {
  const records: RunRecord[] = [];
  const groups = groupByRun(rows.filter(isNotVoid));
  const listed = [...groups].slice(0, limit);
  const next = groups.size > limit ? (listed.at(-1)?.[0] ?? null) : null;
  // Those behind the last run listed are counted with the next page.
  const isListed = (row: object) => next === null || ('rowKey' in row && String(row.rowKey) < runRowKey(next));
  let unreadable = rows.filter((row) => isNotVoid(row) && runIdOf(row) === null && isListed(row)).length;
  for (const [, [row, ...attemptRows]] of listed) {
    const run = row === undefined || isAttemptRow(row) ? null : rowToRun(row);
    if (run === null) {
      unreadable += 1;
      continue;
    }
    const attempts = attemptRows.map(rowToAttempt);
    unreadable += attempts.filter((attempt) => attempt === null).length;
    records.push({ run, earlier: attemptsBefore(run.attempt?.number ?? 0, attempts) });
  }
  return { records, unreadable, next };
}

/** Of a list read while a run moves on, its current attempt may stand in both places. */
function attemptsBefore(current: number, attempts: readonly (Attempt | null)[]): Attempt[] {
  return attempts.filter((attempt) => attempt !== null).filter((attempt) => attempt.number < current);
}
