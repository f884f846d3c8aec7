// Run history: runs, claims and logs of a model are rows of one partition, so that a claim and its run
// are written in one transaction. Every change is conditional on the ETag.

import type { TransactionAction } from '@azure/data-tables';
import { encodeTime } from 'ulid';
import type { CallRequest } from '../azure/external-call.ts';
import type { Run } from '../runs/run.ts';
import { AppError } from '../util/errors.ts';
import { type Row, rowToRun, runRowKey, runToRow } from './run-row.ts';
import { isConflict, isMissing, isStale, type Tables } from './tables.ts';

/** A record together with the ETag that a change of it must match. */
export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** A claim row: it belongs to a run, or (a day) points at the claim of the round of that day. */
export type Claim =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'alias'; readonly of: string };

/** Somebody else wrote first. Whoever meets it looks again, now or at the next tick. */
export class StaleRunError extends AppError {
  constructor(model: string, cause: unknown) {
    super('stale-run', `A run of model ${model} was changed by somebody else in the meantime.`, {
      cause,
    });
  }
}

/** Writes of one transaction; all of one model. */
export type RunWrite =
  | { readonly do: 'insert-run'; readonly run: Run }
  | { readonly do: 'update-run'; readonly run: Run; readonly etag: string }
  | { readonly do: 'insert-claim'; readonly key: string; readonly claim: Claim }
  | {
      readonly do: 'update-claim';
      readonly key: string;
      readonly claim: Claim;
      readonly etag: string;
    };

export interface RunStore {
  /**
   * Writes all or nothing.
   * @returns the new ETags of the runs written, by run id; `null` where a row to insert exists already.
   * @throws {StaleRunError} where an ETag no longer matches.
   */
  write(
    model: string,
    writes: readonly RunWrite[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | null>;
  getRun(model: string, runId: string, signal?: AbortSignal): Promise<Stored<Run> | null>;
  getClaim(model: string, key: string, signal?: AbortSignal): Promise<Stored<Claim> | null>;
  /**
   * Changes one run.
   * @throws {StaleRunError}
   */
  updateRun(stored: Stored<Run>, changes: Partial<Run>): Promise<Stored<Run>>;
  /**
   * Takes the place of a run that a pointer names and nobody wrote, so that it can never be written any
   * more. @returns false where the run exists after all.
   */
  voidRun(model: string, runId: string): Promise<boolean>;
  /** Runs of a model, newest first; `after` is the id of the last run of the page before. */
  listRuns(
    model: string,
    options: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<readonly Run[]>;
  /** Removes rows of a model that are older than `before`; at most `limit` runs. @returns how many. */
  prune(model: string, before: Date, limit: number): Promise<number>;
}

/** The first character that sorts after all that row keys of this app hold. */
const LAST = '~';
const CLAIM_PREFIX = 'claim_';

/**
 * Makes the store of the table `runs`.
 * @param redact takes known secrets out of what others said, such as Azure in a refusal.
 */
export function createRunStore(tables: Tables, redact: (text: string) => string): RunStore {
  const request = (operation: string, signal?: AbortSignal): Omit<CallRequest, 'service'> => ({
    operation,
    signal,
  });

  const redacted = (run: Run): Run => ({
    ...run,
    reason: run.reason === null ? null : redact(run.reason),
    startNote: run.startNote === null ? null : redact(run.startNote),
  });
  const withoutSecrets = (write: RunWrite): RunWrite =>
    'run' in write ? { ...write, run: redacted(write.run) } : write;

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

  const store: RunStore = {
    async write(model, writes, signal) {
      const actions = writes.map((write) => toAction(model, withoutSecrets(write)));
      try {
        const response = await tables.use(
          'runs',
          request(`record a run of model ${model}`, signal),
          (client, abortSignal) => client.submitTransaction(actions, { abortSignal }),
        );
        const etags = new Map<string, string>();
        writes.forEach((write, index) => {
          if (write.do === 'insert-run' || write.do === 'update-run') {
            etags.set(write.run.id, response.subResponses[index]?.etag ?? '');
          }
        });
        return etags;
      } catch (error) {
        if (isConflict(error)) return null;
        if (isStale(error) || isMissing(error)) throw new StaleRunError(model, error);
        throw error;
      }
    },

    async getRun(model, runId, signal) {
      const row = await getRow(
        model,
        runRowKey(runId),
        `read run ${runId} of model ${model}`,
        signal,
      );
      return row === null || row.void === true ? null : { value: rowToRun(row), etag: row.etag };
    },

    async getClaim(model, key, signal) {
      const row = await getRow(model, key, `read a claim of model ${model}`, signal);
      if (row === null) return null;
      const claim: Claim =
        typeof row.aliasOf === 'string'
          ? { kind: 'alias', of: row.aliasOf }
          : { kind: 'run', runId: String(row.runId) };
      return { value: claim, etag: row.etag };
    },

    async updateRun(stored, changes) {
      const run = redacted({ ...stored.value, ...changes });
      try {
        const response = await tables.use(
          'runs',
          request(`record the state of run ${run.id} of model ${run.model}`),
          (client, abortSignal) =>
            client.updateEntity(runToRow(run), 'Replace', {
              etag: stored.etag,
              abortSignal,
            }),
        );
        return { value: run, etag: response.etag ?? '' };
      } catch (error) {
        if (isStale(error) || isMissing(error)) throw new StaleRunError(run.model, error);
        throw error;
      }
    },

    async voidRun(model, runId) {
      const row: Row = { partitionKey: model, rowKey: runRowKey(runId), void: true };
      try {
        await tables.use(
          'runs',
          request(`clear the pointer to run ${runId} of model ${model}`),
          (client, abortSignal) => client.createEntity(row, { abortSignal }),
        );
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error;
        return (await store.getRun(model, runId)) === null;
      }
    },

    async listRuns(model, { limit, after }) {
      const from = after === undefined ? 'run_' : runRowKey(after);
      const filter = `PartitionKey eq '${quoted(model)}' and RowKey gt '${from}' and RowKey lt 'run_${LAST}'`;
      const rows = await tables.use(
        'runs',
        request(`list the runs of model ${model}`),
        (client, abortSignal) =>
          firstRows(
            client.listEntities({ queryOptions: { filter }, abortSignal }),
            limit,
            (row) => row.void !== true,
          ),
      );
      return rows.map(rowToRun);
    },

    async prune(model, before, limit) {
      const from = `run_${reversedTime(before)}`;
      const filter = `PartitionKey eq '${quoted(model)}' and RowKey gt '${from}' and RowKey lt 'run_${LAST}'`;
      const old = await tables.use(
        'runs',
        request(`look for old runs of model ${model}`),
        (client, abortSignal) =>
          firstRows(
            client.listEntities({
              queryOptions: { filter, select: ['PartitionKey', 'RowKey', 'claim', 'requestedAt'] },
              abortSignal,
            }),
            limit,
          ),
      );
      for (const row of old) {
        const runKey = String(row.rowKey);
        const keys = [
          runKey.replace(/^run_/, 'log_'),
          row.claim,
          `${CLAIM_PREFIX}day_${String(row.requestedAt).slice(0, 10)}`,
        ];
        // The run goes last: while it is there, a sweep that died finds it again.
        for (const key of [...keys, runKey]) {
          if (typeof key === 'string' && key !== '') await deleteRow(model, key);
        }
      }
      return old.length;
    },
  };

  async function deleteRow(model: string, rowKey: string): Promise<void> {
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

  return store;
}

function toAction(model: string, write: RunWrite): TransactionAction {
  switch (write.do) {
    case 'insert-run':
      return ['create', runToRow(write.run)];
    case 'update-run':
      return ['update', runToRow(write.run), 'Replace', { etag: write.etag }];
    case 'insert-claim':
      return ['create', claimToRow(model, write.key, write.claim)];
    case 'update-claim':
      return ['update', claimToRow(model, write.key, write.claim), 'Replace', { etag: write.etag }];
  }
}

function claimToRow(model: string, key: string, claim: Claim): Row {
  const row: Row = { partitionKey: model, rowKey: key };
  if (claim.kind === 'run') row.runId = claim.runId;
  else row.aliasOf = claim.of;
  return row;
}

interface Paged<T> {
  byPage(settings: { maxPageSize: number }): AsyncIterableIterator<T[]>;
}

/** The first rows of a query that count: one request where the service gives them in one page. */
async function firstRows<T>(
  list: Paged<T>,
  limit: number,
  counts: (row: T) => boolean = () => true,
): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of list.byPage({ maxPageSize: Math.min(limit, 1000) })) {
    rows.push(...page.filter(counts));
    if (rows.length >= limit) break;
  }
  return rows.slice(0, limit);
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

/** Keys of runs older than `before` sort after this. */
function reversedTime(before: Date): string {
  return runRowKey(`${encodeTime(before.getTime(), 10)}0000000000000000`).slice('run_'.length);
}
