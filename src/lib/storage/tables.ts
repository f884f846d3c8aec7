// The app's tables, reached with the identity or a connection string. The client library is loaded with
// the first call; a table that is missing is made when a call finds it missing.

import type { TableClient } from '@azure/data-tables';
import type { HttpClient, TokenCredential } from '../azure/sdk-types.ts';
import type { TableAccess } from '../config/settings.ts';
import type { CallRequest, ExternalCaller } from '../util/external-call.ts';
import { ExternalCallError } from '../util/external-call.ts';

/**
 * - `runs`: one partition a model; runs, their attempts, claims and logs.
 * - `inflight`: one small partition; an entry for each run in flight, and the ticks of the timers.
 * - `state`: alerts on their way, and what they remember.
 */
export type TableName = 'runs' | 'inflight' | 'state';

export interface TablesOptions {
  readonly access: TableAccess;
  readonly credential: TokenCredential;
  readonly call: ExternalCaller;
  readonly httpClient?: HttpClient | undefined;
}

export interface Tables {
  /**
   * Calls one table under the caller's policy.
   * @throws {ExternalCallError}
   */
  use<T>(
    table: TableName,
    request: Omit<CallRequest, 'service'>,
    work: (client: TableClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
}

/** Makes the way to the tables; nothing is connected before the first call. */
export function createTables({ access, credential, call, httpClient }: TablesOptions): Tables {
  const clients = new Map<TableName, Promise<TableClient>>();

  async function connect(table: TableName): Promise<TableClient> {
    const { TableClient } = await import('../azure/clients.ts');
    const options = {
      // Our own retries, which the clock of the app drives.
      retryOptions: { maxRetries: 0 },
      ...(httpClient === undefined ? {} : { httpClient }),
    };
    return access.kind === 'identity'
      ? new TableClient(access.url, table, credential, options)
      : TableClient.fromConnectionString(access.connectionString, table, options);
  }

  function client(table: TableName): Promise<TableClient> {
    const known = clients.get(table);
    if (known !== undefined) return known;
    const connecting = connect(table);
    clients.set(table, connecting);
    return connecting;
  }

  return {
    async use(table, request, work) {
      const connected = await client(table);
      const send = () =>
        call({ ...request, service: 'table-storage' }, (signal) => work(connected, signal));
      try {
        return await send();
      } catch (error) {
        if (!isTableMissing(error)) throw error;
        await call({ service: 'table-storage', operation: `create the table ${table}` }, (signal) =>
          connected.createTable({ abortSignal: signal }),
        );
        return await send();
      }
    },
  };
}

function isTableMissing(error: unknown): boolean {
  return (
    error instanceof ExternalCallError &&
    error.status === 404 &&
    error.serviceCode === 'TableNotFound'
  );
}

/** Whether a call was refused because the entity is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof ExternalCallError && error.status === 404;
}

/** Whether an insert was refused because the entity, or one of a transaction, exists already. */
export function isConflict(error: unknown): boolean {
  return error instanceof ExternalCallError && error.status === 409;
}

/** Whether a conditional write was refused because somebody else wrote first. */
export function isStale(error: unknown): boolean {
  return error instanceof ExternalCallError && error.status === 412;
}
