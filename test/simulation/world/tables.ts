// The Table service of a simulated world: in memory, or Azurite where connections are real.

import { TableServiceClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { Certificates } from '../../../local/emulators/certificates.ts';
import { Emulator } from '../../../local/emulators/emulator.ts';
import { errorBody } from '../../../local/emulators/table-storage/errors.ts';
import { startTableStorage, wordsOf } from '../../../local/emulators/table-storage/table-storage.ts';
import type { TokenAuthority } from '../../../local/emulators/tokens.ts';
import { TablesInMemory } from './tables-in-memory.ts';

export interface SimulatedTables {
  readonly emulator: Emulator;
  readonly endpoint: string;
  /** All tables are there, and empty. */
  clear(): Promise<void>;
  /** Rows of one partition, as the service has them; in memory only. */
  rows(table: string, partitionKey: string): readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

interface Options {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
}

const TABLES = ['runs', 'inflight', 'state'] as const;
const ENDPOINT = 'https://tables.local.test/devstoreaccount1';
const AUDIENCE = 'https://storage.azure.com';

/** Thousands of calls a second; that the app gets on with Azurite is shown elsewhere. */
export function tablesInMemory({ certificates, tokens }: Options): SimulatedTables {
  const tables = new TablesInMemory();
  const emulator = new Emulator({
    name: 'tables in memory',
    certificates,
    handle: (call) =>
      tokens.check(call.headers.authorization, AUDIENCE).ok
        ? tables.answer(call)
        : { status: 401, body: errorBody('InvalidAuthenticationInfo', 'No valid token.') },
    words: wordsOf,
    errorBody,
  });
  const clear = async () => {
    for (const name of TABLES) tables.clear(name);
  };
  void clear();
  return {
    emulator,
    endpoint: ENDPOINT,
    clear,
    rows: (table, partitionKey) => tables.rows(table, partitionKey),
    // It never listened.
    close: async () => {},
  };
}

/** Azurite behind its emulator, over TLS. */
export async function tablesOverSockets(options: Options, credential: TokenCredential): Promise<SimulatedTables> {
  const { emulator, endpoint, close } = await startTableStorage(options);
  const service = new TableServiceClient(endpoint, credential);
  const clear = async () => {
    for (const name of TABLES) {
      await service.deleteTable(name);
      await service.createTable(name);
    }
  };
  await clear();
  return {
    emulator,
    endpoint,
    clear,
    rows: () => {
      throw new Error('Azurite is asked by its protocol only.');
    },
    close,
  };
}
