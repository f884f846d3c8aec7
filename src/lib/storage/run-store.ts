// The runs of a model, their attempts and claims: rows of one partition of the table `runs`, so that a claim
// and its run, or an attempt and the run that moves on, are one transaction. Every change is conditional on
// the ETag.

import type { TransactionAction } from '@azure/data-tables';
import { dayClaim } from '../claims/keys.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { Run } from '../runs/run.ts';
import {
  type RunList,
  type RunRecord,
  type RunStore,
  type RunWrite,
  StaleRunError,
} from '../runs/stores.ts';
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
import { isConflict, isMissing, isStale, type Tables } from './tables.ts';

/**
 * Makes the store of the table `runs`.
 * @param redact removes known secrets from what others said, such as Azure in a refusal.
 */
export function createRunStore(tables: Tables, redact: (text: string) => string): RunStore {
  const request = (operation: string, signal?: AbortSignal) => ({ operation, signal });

  async function getRow(model: string, rowKey: string, operation: string, signal?: AbortSignal) {
    try {
      return await tables.use('runs', request(operation, signal), (client, abortSignal) =>
        client.getEntity(model, rowKey, { abortSignal }),
      );
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Rows that a filter finds, page by page, for as long as `wantsMore` says. */
  function getRows(
    operation: string,
    filter: string,
    pageSize: number,
    wantsMore: (rows: readonly object[]) => boolean,
  ): Promise<object[]> {
    return tables.use('runs', request(operation), async (client, abortSignal) => {
      const rows: object[] = [];
      const pages = client
        .listEntities({ queryOptions: { filter }, abortSignal })
        .byPage({ maxPageSize: Math.min(pageSize, 1000) });
      for await (const page of pages) {
        rows.push(...page);
        if (!wantsMore(rows)) break;
      }
      return rows;
    });
  }

  async function remove(model: string, rowKey: string): Promise<void> {
    try {
      await tables.use(
        'runs',
        request(`remove an old row of model ${model}`),
        (client, abortSignal) => client.deleteEntity(model, rowKey, { abortSignal }),
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  const store: RunStore = {
    async write(model, writes, signal) {
      const actions = writes.map((write) => toAction(model, withoutSecrets(write, redact)));
      try {
        const response = await tables.use(
          'runs',
          request(`record a run of model ${model}`, signal),
          (client, abortSignal) => client.submitTransaction(actions, { abortSignal }),
        );
        const index = writes.findIndex((write) => 'run' in write);
        return response.subResponses[index]?.etag ?? '';
      } catch (error) {
        if (isConflict(error)) return null;
        if (isStale(error) || isMissing(error)) throw new StaleRunError(model, error);
        throw error;
      }
    },

    async get(model, runId, signal) {
      const operation = `read run ${runId} of model ${model}`;
      const row = await getRow(model, runRowKey(runId), operation, signal);
      if (row === null || isVoid(row)) return null;
      const run = rowToRun(row);
      return run === null ? 'unreadable' : { value: run, etag: row.etag };
    },

    async getRecord(model, runId) {
      const operation = `read run ${runId} of model ${model}`;
      const filter = FILTERS.run(model, runId);
      const rows = await getRows(operation, filter, 1000, () => true);
      const { records, unreadable } = toList(rows, 1);
      return records[0] ?? (unreadable > 0 ? 'unreadable' : null);
    },

    async getClaim(model, key, signal) {
      const row = await getRow(model, key, `read a claim of model ${model}`, signal);
      return row === null ? null : { value: String(row.runId), etag: row.etag };
    },

    async update(stored, changes, signal) {
      const run = redacted({ ...stored.value, ...changes }, redact);
      try {
        const response = await tables.use(
          'runs',
          request(`record the state of run ${run.id} of model ${run.model}`, signal),
          (client, abortSignal) =>
            client.updateEntity(runToRow(run), 'Merge', { etag: stored.etag, abortSignal }),
        );
        return { value: run, etag: response.etag ?? '' };
      } catch (error) {
        if (isStale(error) || isMissing(error)) throw new StaleRunError(run.model, error);
        throw error;
      }
    },

    async voidRun(model, runId) {
      try {
        await tables.use(
          'runs',
          request(`void run ${runId} of model ${model}`),
          (client, abortSignal) => client.createEntity(voidRow(model, runId), { abortSignal }),
        );
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error;
        return (await store.get(model, runId)) === null;
      }
    },

    async list(model, { limit, after }) {
      // The attempts of the last run are complete once another run follows.
      const rows = await getRows(
        `list the runs of model ${model}`,
        FILTERS.runs(model, after),
        limit * 2,
        (found) => countRuns(found) <= limit,
      );
      return toList(rows, limit);
    },

    async prune(model, before, limit) {
      const rows = await getRows(
        `look for old runs of model ${model}`,
        FILTERS.runsBefore(model, before),
        limit * 2,
        (found) => countRuns(found) < limit,
      );
      const groups = groupByRun(rows).slice(0, limit);
      for (const group of groups) {
        // The run goes last: while it is there, a sweep that died finds it again.
        for (const key of [...keysBeside(group), ...group.map(keyOf).reverse()])
          await remove(model, key);
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
  return [
    ...attempts.map((attempt) => logRowKey(run.id, attempt)),
    run.claim,
    dayClaim(run.requestedAt.slice(0, 10)),
  ];
}

const keyOf = (row: object): string => ('rowKey' in row ? String(row.rowKey) : '');

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

function countRuns(rows: readonly object[]): number {
  return rows.filter((row) => !isAttemptRow(row) && !isVoid(row)).length;
}

/** Each run's row with those of its attempts behind it. */
function groupByRun(rows: readonly object[]): object[][] {
  const groups: object[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (isAttemptRow(row) && last !== undefined) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function toList(rows: readonly object[], limit: number): RunList {
  const records: RunRecord[] = [];
  let unreadable = 0;
  const runs = groupByRun(rows).filter(([row]) => row !== undefined && !isVoid(row));
  for (const [row, ...attemptRows] of runs.slice(0, limit)) {
    const run = row === undefined || isAttemptRow(row) ? null : rowToRun(row);
    if (run === null) unreadable += 1;
    else records.push({ run, earlier: attemptsOf(run, attemptRows) });
  }
  const [last] = runs[limit - 1] ?? [];
  return {
    records,
    unreadable,
    next: runs.length > limit && last !== undefined ? runIdOf(last) : null,
  };
}

/** Only those before the current one: of a list read while a run moves on, one may stand in both places. */
function attemptsOf(run: Run, rows: readonly object[]): Attempt[] {
  const current = run.attempt?.number ?? 0;
  return rows
    .map(rowToAttempt)
    .filter((attempt) => attempt !== null)
    .filter((attempt) => attempt.number < current);
}
