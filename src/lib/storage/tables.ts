// The app's tables, reached with the identity or a connection string. The client library is loaded with
// the first call; a table that is missing is made when a call finds it missing. Their names end in the name of the
// installation, so that several of them on one storage account know nothing of each other.

import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { HttpClient, TokenCredential } from '../azure/sdk-types.ts';
import type { TableAccess } from '../config/settings.ts';
import { ExternalCallError, type ExternalCaller } from '../util/external-call.ts';
import type { Row } from './rows.ts';
import { BEING_MADE, EXISTS, MISSING, nullWhere, STALE } from './table-answers.ts';

/**
 * - `runs`: one partition a model; runs, their attempts, claims and logs.
 * - `inflight`: one small partition; an entry for each run in flight, and the ticks of the timers.
 * - `state`: alerts, those on their way and those of the last weeks; the summaries of models and jobs.
 */
export type TableName = 'runs' | 'inflight' | 'state';

/** A row as it was read, with the ETag that a change of it must match. */
export interface StoredRow {
  readonly [column: string]: unknown;
  readonly etag: string;
}

export interface TablesOptions {
  readonly access: TableAccess;
  /** Letters and digits; empty where the account has no other installation. */
  readonly installation?: string;
  readonly credential: TokenCredential;
  readonly call: ExternalCaller;
  readonly httpClient?: HttpClient | undefined;
}

type Checked = Awaited<ReturnType<typeof connect>>['checked'];

export type Tables = ReturnType<typeof createTables>;

/** Makes the way to the tables; nothing is connected before the first call. */
export function createTables(options: TablesOptions) {
  const open = (name: TableName) => openTable(name, options);
  return { runs: open('runs'), inflight: open('inflight'), state: open('state') } as const;
}

/**
 * One table. `operation` says in messages what is being done, such as `read a claim of model nightly`. All
 * throw {@link ExternalCallError} where the table does not answer.
 */
function openTable(name: TableName, options: TablesOptions) {
  let connecting: ReturnType<typeof connect> | undefined;

  async function use<T>(
    operation: string,
    signal: AbortSignal | undefined,
    work: (client: TableClient, abortSignal: AbortSignal, checked: Checked) => Promise<T>,
  ): Promise<T> {
    connecting ??= connect(name, options);
    const { client, explain, checked } = await connecting;
    const call = <R>(what: string, send: (abortSignal: AbortSignal) => Promise<R>) =>
      options.call({ service: 'table-storage', operation: what, signal, codesForLater: BEING_MADE, explain }, send);
    const send = () => call(operation, (abortSignal) => work(client, abortSignal, checked));
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ExternalCallError && error.serviceCode === 'TableNotFound')) throw error;
      await call(`create the table ${client.tableName}`, (abortSignal) => client.createTable({ abortSignal }));
      return await send();
    }
  }

  return {
    /** @returns null where there is no such row. */
    get: (operation: string, partition: string, key: string, signal?: AbortSignal) =>
      nullWhere([MISSING], () =>
        use<StoredRow>(operation, signal, async (client, abortSignal, checked) =>
          checked.row(await client.getEntity(partition, key, { abortSignal }), partition, key),
        ),
      ),

    /** Rows that a filter finds, page by page, for as long as `wantsMore` says. */
    list: (
      operation: string,
      filter: string,
      pageSize = 1000,
      wantsMore: (found: readonly StoredRow[]) => boolean = () => true,
    ) =>
      use(operation, undefined, async (client, abortSignal, checked) => {
        const found: StoredRow[] = [];
        const pages = client
          .listEntities({ queryOptions: { filter }, abortSignal, onResponse: checked.list })
          .byPage({ maxPageSize: Math.min(pageSize, 1000) });
        for await (const page of pages) {
          found.push(...checked.rows(page));
          if (!wantsMore(found)) break;
        }
        return found;
      }),

    /** Gives each row that a filter finds to `take`, and keeps none. What is asked again after a fault comes twice. */
    each: (operation: string, filter: string, pageSize: number, take: (row: StoredRow) => void) =>
      use(operation, undefined, async (client, abortSignal, checked) => {
        const pages = client
          .listEntities({ queryOptions: { filter }, abortSignal, onResponse: checked.list })
          .byPage({ maxPageSize: pageSize });
        for await (const page of pages) checked.rows(page).forEach(take);
      }),

    /** Row keys that a filter finds. */
    keys: (operation: string, filter: string) =>
      use(operation, undefined, async (client, abortSignal, checked) => {
        const found: string[] = [];
        const queryOptions = { filter, select: ['RowKey'] };
        const rows = client.listEntities({ queryOptions, abortSignal, onResponse: checked.list });
        for await (const { rowKey } of rows) found.push(String(rowKey));
        return found;
      }),

    /** @returns the ETag; null where the row exists already. */
    insert: (operation: string, row: Row) =>
      nullWhere([EXISTS], () =>
        use(operation, undefined, async (client, abortSignal, checked) =>
          checked.etag(await client.createEntity(row, { abortSignal })),
        ),
      ),

    /**
     * Changes the columns given, where the ETag still matches.
     * @returns the new ETag; null where somebody else changed or removed the row.
     */
    update: (operation: string, row: Row, known: string, signal?: AbortSignal) =>
      nullWhere(STALE, () =>
        use(operation, signal, async (client, abortSignal, checked) =>
          checked.etag(await client.updateEntity(row, 'Merge', { etag: known, abortSignal })),
        ),
      ),

    /** Writes the row whole, whatever was there: repeating it after a lost answer is no conflict. */
    async put(operation: string, row: Row, signal?: AbortSignal): Promise<void> {
      await use(operation, signal, (client, abortSignal) => client.upsertEntity(row, 'Replace', { abortSignal }));
    },

    /** Does nothing where the row is gone, or is no longer the one with this ETag. */
    async remove(operation: string, partition: string, key: string, etag = '*', signal?: AbortSignal): Promise<void> {
      await nullWhere(STALE, () =>
        use(operation, signal, (client, abortSignal) => client.deleteEntity(partition, key, { etag, abortSignal })),
      );
    },

    /**
     * Carries out all or nothing; throws what `isStale` recognises where an ETag no longer matches.
     * @returns the ETags; null where a row to insert exists already.
     */
    transact: (operation: string, actions: TransactionAction[], signal?: AbortSignal) =>
      nullWhere([EXISTS], () =>
        use(operation, signal, async (client, abortSignal, checked) => {
          const { status, subResponses } = await client.submitTransaction(actions, { abortSignal });
          return checked.etags(actions, status, subResponses);
        }),
      ),
  } as const;
}

async function connect(name: TableName, { access, installation = '', credential, httpClient }: TablesOptions) {
  const table = `${name}${installation}`;
  const { TableClient, ONCE, accountOf, explainerOf, checked } = await import('../azure/clients.ts');
  const options = {
    ...ONCE,
    ...(httpClient === undefined ? {} : { httpClient }),
  };
  const client =
    access.kind === 'identity'
      ? new TableClient(access.url, table, credential, options)
      : TableClient.fromConnectionString(access.connectionString, table, options);
  const explain = explainerOf('table-storage', { place: accountOf(access), name: table });
  return { client, explain, checked };
}
