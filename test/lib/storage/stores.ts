// The app's stores over the Table service in memory, with the real client library between them, and a way to
// its rows past the app.

import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { sharedCertificates } from '../../../local/emulators/certificates.ts';
import type { Emulator } from '../../../local/emulators/emulator.ts';
import { TokenAuthority } from '../../../local/emulators/tokens.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { createExternalCaller } from '../../../src/lib/azure/external-call.ts';
import type { InFlightIndex, LogStore, RunStore, SummaryStore } from '../../../src/lib/runs/stores.ts';
import { createInFlightIndex } from '../../../src/lib/storage/in-flight.ts';
import { createLogStore } from '../../../src/lib/storage/log-store.ts';
import { type Row, runRowKey } from '../../../src/lib/storage/rows.ts';
import { createRunStore } from '../../../src/lib/storage/run-store.ts';
import { createSummaryStore } from '../../../src/lib/storage/summary-store.ts';
import { createTables, type TableName } from '../../../src/lib/storage/tables.ts';
import { carryInProcess, type WireAnswer } from '../../simulation/world/carrier.ts';
import { ConnectionBroken, httpClientOver } from '../../simulation/world/clients.ts';
import { tablesInMemory } from '../../simulation/world/tables.ts';
import { acceptedRun, REQUESTED } from '../../support/runs.ts';

export interface Stores {
  readonly clock: SimulatedClock;
  readonly runs: RunStore;
  readonly logs: LogStore;
  readonly summaries: SummaryStore;
  readonly inFlight: InFlightIndex;
  /** Faults of the Table service. */
  readonly faults: Emulator['faults'];
  /** A row as it is in the table; undefined where there is none. */
  row(partitionKey: string, rowKey: string, table?: TableName): Record<string, unknown> | undefined;
  /** The keys of all rows of a partition. */
  keys(partitionKey: string): string[];
  /** Puts columns into a row, or makes it, as another version of the app might. */
  put(row: Row, table?: TableName): Promise<void>;
}

/**
 * @param redact as the run store takes it.
 * @param change what becomes of each answer on its way.
 */
export async function openStores(
  redact = (text: string) => text,
  change: (answer: WireAnswer) => WireAnswer = (answer) => answer,
): Promise<Stores> {
  const tokens = new TokenAuthority();
  const memory = tablesInMemory({ certificates: await sharedCertificates(), tokens });
  const carry = carryInProcess(new Map([[new URL(memory.endpoint).origin, memory.emulator]]));
  const httpClient = httpClientOver(async (request) => {
    const carried = await carry(request);
    if (typeof carried === 'string') throw new ConnectionBroken();
    return change(carried);
  });
  const credential: TokenCredential = {
    async getToken() {
      const audience = 'https://storage.azure.com';
      const { token, expiresOn } = tokens.issue({ audience, clientId: 'tests' });
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  };
  const clock = new SimulatedClock(REQUESTED);
  const tables = createTables({
    access: { kind: 'identity', url: memory.endpoint },
    credential,
    call: createExternalCaller({ clock, random: () => 0.5 }),
    httpClient,
  });
  return {
    clock,
    runs: createRunStore(tables, redact),
    logs: createLogStore(tables),
    summaries: createSummaryStore(tables),
    inFlight: createInFlightIndex(tables),
    faults: memory.emulator.faults,
    row: (partitionKey, rowKey, table = 'runs') =>
      memory.rows(table, partitionKey).find(({ RowKey }) => RowKey === rowKey),
    keys: (partitionKey) =>
      memory
        .rows('runs', partitionKey)
        .map(({ RowKey }) => String(RowKey))
        .sort(),
    async put(row, table = 'runs') {
      const client = new TableClient(memory.endpoint, table, credential, { httpClient });
      await client.upsertEntity(row, 'Merge');
    },
  };
}

/** Ids in the order of time: the higher the number, the newer the run. */
export const idOf = (number: number): string => `01KN4ENXVQQ2T3KWT8RWJ0${String(number).padStart(4, '0')}`;

/** A run of the round with the same number, and its claim. */
export async function insertRun(stores: Stores, model: string, number: number): Promise<void> {
  const run = acceptedRun('image', { id: idOf(number), model, claim: `claim_round_classic_${number}` });
  await stores.runs.write(model, [
    { do: 'insert-run', run },
    { do: 'insert-claim', key: run.claim, runId: run.id },
  ]);
}

/** As a newer version may have written it before it was rolled back. */
export async function insertUnreadableRun(stores: Stores, model: string, number: number): Promise<void> {
  await insertRun(stores, model, number);
  await stores.put({ partitionKey: model, rowKey: runRowKey(idOf(number)), state: 'meditating' });
}
