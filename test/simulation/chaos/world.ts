// The outside that all histories of a process share: real emulators over TLS, on a clock that only the
// harness moves. Each history gets a day of its own, and with it a round of its own.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenCredential } from '@azure/core-auth';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { ensureCertificates, trustAuthority } from '../../../local/emulators/certificates.ts';
import { startKeyVault } from '../../../local/emulators/key-vault.ts';
import { startNumerai } from '../../../local/emulators/numerai/numerai.ts';
import type { Round, Schedule } from '../../../local/emulators/numerai/schedules.ts';
import {
  type ResourceManager,
  startResourceManager,
} from '../../../local/emulators/resource-manager/resource-manager.ts';
import { startTableStorage } from '../../../local/emulators/table-storage/table-storage.ts';
import { TokenAuthority } from '../../../local/emulators/tokens.ts';
import { DEMO_PUBLIC_ID, DEMO_SECRET_KEY, DEMO_SECRETS } from '../../../local/environment/demo.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import {
  LOCATION,
  RESOURCE_GROUP,
  SUBSCRIPTION_ID,
} from '../../../local/environment/subscription.ts';
import { resolveVaultsLocally } from '../../../local/host/name-resolution.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { rowToRun } from '../../../src/lib/storage/run-row.ts';
import { type Answerer, connectInProcess } from '../../support/in-process.ts';
import type { Dependency } from './outside.ts';

/** Each history's model is one of its own at Numerai, so that no list grows from history to history. */
export const modelIdOf = (round: number): string =>
  `adabe000-3acf-47fd-8733-${round.toString(16).padStart(12, '0')}`;
const FIRST_DAY = Date.UTC(2026, 2, 31);
const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

/** A round a day, from 12:00 to 13:00, that takes late submissions for another hour. */
export const SCHEDULE: Schedule = (() => {
  const round = (tournament: number, number: number): Round => ({
    tournament,
    number,
    openTime: new Date(FIRST_DAY + number * DAY_MS + 12 * HOUR_MS),
    closeStakingTime: new Date(FIRST_DAY + number * DAY_MS + 13 * HOUR_MS),
    closeTime: new Date(FIRST_DAY + number * DAY_MS + 14 * HOUR_MS),
  });
  return {
    between(tournament, from, to) {
      const first = Math.max(1, Math.floor((from.getTime() - FIRST_DAY) / DAY_MS) - 1);
      const rounds: Round[] = [];
      for (let number = first; ; number += 1) {
        const next = round(tournament, number);
        if (next.openTime >= to) return rounds;
        if (next.openTime >= from) rounds.push(next);
      }
    },
    byNumber: (tournament, number) => (number > 0 ? round(tournament, number) : undefined),
  };
})();

export interface World {
  readonly clock: SimulatedClock;
  readonly runtime: SimulatedRuntime;
  readonly resourceManager: ResourceManager;
  readonly numerai: Awaited<ReturnType<typeof startNumerai>>;
  readonly credential: TokenCredential;
  readonly dependencies: ReadonlyMap<string, Dependency>;
  readonly http: HttpClient;
  readonly fetch: typeof fetch;
  /** The secret values that must show up nowhere. */
  readonly secretValues: readonly string[];
  /** Moves the clock to the next day's opening. @returns that round's number. */
  nextRound(): Promise<number>;
  /** The settings of an app that has this model. */
  environmentFor(model: object & { readonly name: string }): Promise<Record<string, string>>;
  runsOf(model: string): Promise<Run[]>;
  /** Names of rows of the table of runs in flight. */
  pointers(): Promise<string[]>;
  /** Forgets what the last history left in the tables. */
  clean(): Promise<void>;
  close(): Promise<void>;
}

/** How many histories share the table of runs before it is made anew. */
const HISTORIES_A_TABLE = 20;

/** The app loads its clients with their first calls, which takes time that is not on the clock. */
async function loadClients(): Promise<void> {
  await Promise.all([
    import('../../../src/lib/storage/table-client.ts'),
    import('../../../src/lib/azure/secret-client.ts'),
    import('../../../src/lib/compute/container-instances/resource-manager-client.ts'),
  ]);
}

export interface WorldOptions {
  /**
   * How the clients reach the emulators: over TLS, or with the same requests and answers but no sockets
   * between them, which is faster. Default `tls`.
   */
  readonly transport?: 'tls' | 'in-process';
}

export async function startWorld({ transport = 'tls' }: WorldOptions = {}): Promise<World> {
  await loadClients();
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  const certificates = await ensureCertificates(join(folder, 'certificates'));
  trustAuthority(certificates);
  resolveVaultsLocally();
  const clock = new SimulatedClock(new Date(FIRST_DAY));
  const tokens = new TokenAuthority();
  const common = { certificates, tokens, clock };
  const runtime = new SimulatedRuntime({ clock });
  const tables = await startTableStorage(common);
  const resourceManager = await startResourceManager({
    ...common,
    runtime,
    subscriptionId: SUBSCRIPTION_ID,
    resourceGroups: [RESOURCE_GROUP],
    delays: {
      // Quick, so that a start that comes twice is not refused for a transition: it restarts the container.
      accept: 200,
      pulling: 2_000,
      starting: 300,
      stopping: 5_000,
      deleting: 10_000,
      pullRetry: 30_000,
      pullGivesUpAfter: 30 * 60_000,
      tryingAgain: 60_000,
    },
  });
  const numerai = await startNumerai({
    ...common,
    schedule: SCHEDULE,
    accounts: [
      {
        username: 'chaos',
        publicId: DEMO_PUBLIC_ID,
        secretKey: DEMO_SECRET_KEY,
        models: [],
      },
    ],
  });
  const keyVault = await startKeyVault({ ...common, secrets: DEMO_SECRETS });

  const credential: TokenCredential = {
    async getToken(scopes) {
      const scope = Array.isArray(scopes) ? (scopes[0] ?? '') : scopes;
      const { token, expiresOn } = tokens.issue({
        audience: scope.replace(/\/\.default$/, ''),
        clientId: '22222222-2222-4333-8444-555555555555',
      });
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  };
  const emulators = [tables, resourceManager, keyVault, numerai].map(({ emulator }) => emulator);
  const direct = connectInProcess(
    new Map<string, Answerer>(
      emulators.map((emulator) => [
        emulator === keyVault.emulator ? new URL(keyVault.url).origin : emulator.url,
        (request) => emulator.answer(request),
      ]),
    ),
  );
  const http = transport === 'tls' ? createDefaultHttpClient() : direct.httpClient;
  const tableOptions = { httpClient: http };
  const service = new TableServiceClient(tables.endpoint, credential, tableOptions);
  const runsTable = new TableClient(tables.endpoint, 'runs', credential, tableOptions);
  const inFlight = new TableClient(tables.endpoint, 'inflight', credential, tableOptions);
  for (const name of ['runs', 'inflight', 'state']) await service.createTable(name);
  let histories = 0;
  let round = 0;

  return {
    clock,
    runtime,
    resourceManager,
    numerai,
    credential,
    http,
    fetch: transport === 'tls' ? fetch : direct.fetch,
    dependencies: new Map<string, Dependency>([
      [new URL(tables.endpoint).host, 'tables'],
      [new URL(resourceManager.url).host, 'resource-manager'],
      [new URL(keyVault.url).host, 'key-vault'],
      [new URL(numerai.url).host, 'numerai'],
    ]),
    secretValues: Object.values(DEMO_SECRETS),
    async nextRound() {
      round = Math.floor((clock.now().getTime() - FIRST_DAY) / DAY_MS) + 1;
      await clock.advanceTo(new Date(FIRST_DAY + round * DAY_MS + 12 * HOUR_MS));
      numerai.addModel('chaos', { name: `m${round}`, id: modelIdOf(round), tournament: 8 });
      return round;
    },
    async environmentFor(model) {
      const file = join(folder, 'models.json');
      await writeFile(file, JSON.stringify({ models: [model] }));
      return {
        AZURE_SUBSCRIPTION_ID: SUBSCRIPTION_ID,
        CONTAINER_RESOURCE_GROUP: RESOURCE_GROUP,
        CONTAINER_LOCATION: LOCATION,
        AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManager.url,
        KEY_VAULT_URL: keyVault.url,
        AzureWebJobsStorage__tableServiceUri: tables.endpoint,
        NUMERAI_API_URL: numerai.url,
        MODELS_FILE: file,
        LOG_LEVEL: 'info',
      };
    },
    async runsOf(model) {
      const runs: Run[] = [];
      const filter = `PartitionKey eq '${model}' and RowKey gt 'run_' and RowKey lt 'run_~'`;
      for await (const row of runsTable.listEntities({ queryOptions: { filter } }))
        if (row.void !== true) runs.push(rowToRun(row));
      return runs.reverse();
    },
    async pointers() {
      const keys: string[] = [];
      for await (const row of inFlight.listEntities()) keys.push(String(row.rowKey));
      return keys.filter((key) => !key.startsWith('tick_'));
    },
    async clean() {
      histories += 1;
      for await (const row of inFlight.listEntities())
        await inFlight.deleteEntity(String(row.partitionKey), String(row.rowKey));
      if (histories % HISTORIES_A_TABLE !== 0) return;
      await service.deleteTable('runs');
      await service.createTable('runs');
    },
    async close() {
      await runtime.close();
      await resourceManager.close();
      await numerai.close();
      await keyVault.close();
      await tables.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
