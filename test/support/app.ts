// The app in this process, put together by its own composition root, in a simulated world with a round from
// 12:00 to 13:00 of each day. What a test asks of it is what its triggers and timers ask.

import { TableClient } from '@azure/data-tables';
import type { Delays } from '../../local/emulators/resource-manager/delays.ts';
import { accountFor, DEMO_SECRETS } from '../../local/environment/demo.ts';
import { createApp, type Services } from '../../src/app.ts';
import { findEntry } from '../../src/lib/config/models.ts';
import type { FallbackResult } from '../../src/lib/fallback/cover.ts';
import { fallback } from '../../src/lib/fallback/tick.ts';
import { cancelRun } from '../../src/lib/operations/cancel-run.ts';
import { type RequestedRun, requestRun } from '../../src/lib/operations/request-run.ts';
import type { Run } from '../../src/lib/runs/run.ts';
import type { RunRecord } from '../../src/lib/runs/stores.ts';
import type { RunRequest } from '../../src/lib/start/request.ts';
import type { Row } from '../../src/lib/storage/rows.ts';
import type { TableName } from '../../src/lib/storage/tables.ts';
import { type WatchResult, watch } from '../../src/lib/watch/tick.ts';
import { scheduleOf } from '../simulation/faults/world.ts';
import type { WireRequest } from '../simulation/world/carrier.ts';
import { startWorld, type World } from '../simulation/world/world.ts';
import { type Clients, clientsOf } from './clients.ts';

// The app loads its clients with their first calls, which takes time that is not on the clock.
await import('../../src/lib/azure/clients.ts');

/** The round that is open when the app begins. */
export const ROUND = 1;
const MINUTE = 60_000;

export interface TestApp {
  readonly world: World;
  readonly services: Services;
  /** From now on another instance works, which knows nothing but what is on record. */
  replaceInstance(): void;
  /** Lines of the app's log. */
  readonly lines: string[];
  /** A trigger, by default the webhook of the round that is open. */
  start(model: string, request?: Partial<RunRequest>): Promise<RequestedRun>;
  cancel(run: Run): Promise<Run>;
  /** A tick of the watcher, a minute after the last thing that happened. */
  tick(): Promise<WatchResult>;
  ticks(count: number): Promise<void>;
  fallback(): Promise<FallbackResult>;
  pass(minutes: number): Promise<void>;
  /** Waits for work of the services, and lets as much time pass as that needs. */
  readonly live: Clients['live'];
  /** Ticks until the run is as expected; fails after a day. */
  until(run: Run, is: (run: Run) => boolean): Promise<RunRecord>;
  /** The record of a run that can be read. */
  record(run: Pick<Run, 'model' | 'id'>): Promise<RunRecord>;
  row(partitionKey: string, rowKey: string, table?: TableName): Record<string, unknown> | undefined;
  /** Puts columns into a row, or makes it. */
  put(row: Row, table?: TableName): Promise<void>;
  remove(partitionKey: string, rowKey: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param models as in models.json.
 * @param delays of container groups, in milliseconds, instead of the usual ones.
 * @param before gets each request of the app right before it is carried out.
 * @param jobs as in models.json.
 */
export async function openApp(
  models: readonly object[],
  delays: Partial<Delays> = {},
  before: (request: WireRequest) => void = () => {},
  jobs: readonly object[] = [],
): Promise<TestApp> {
  const world = await startWorld({
    start: '2026-04-01T12:00:00Z',
    numerai: { schedule: scheduleOf(), accounts: [accountFor({ models })] },
    secrets: DEMO_SECRETS,
    resourceManager: {
      delays: { pulling: 2_000, starting: 300, stopping: 5_000, deleting: 5_000, ...delays },
    },
  });
  world.setModels(models, jobs);
  const { httpClient, fetch, live } = clientsOf(world, before);
  const lines: string[] = [];
  const instance = () =>
    createApp({
      environment: world.settings,
      clock: world.clock,
      random: () => 0.5,
      fetch,
      httpClient,
      credential: world.credential,
      appFolder: world.folder,
    }).servicesFor({}, (line) => lines.push(line));
  let services = instance();
  const covered = new Set<string>();
  const client = (table: TableName) => new TableClient(world.tables.endpoint, table, world.credential, { httpClient });

  const testApp: TestApp = {
    world,
    get services() {
      return services;
    },
    replaceInstance() {
      services = instance();
    },
    lines,
    start: (model, request = {}) =>
      live(
        requestRun(services, {
          model: findEntry(services.entries, model),
          trigger: 'webhook',
          triggerId: 'a-trigger',
          isTest: false,
          force: false,
          round: ROUND,
          ...request,
        }),
      ),
    cancel: (run) => live(cancelRun(services, findEntry(services.entries, run.model), run.id)),
    async tick() {
      await world.clock.advance(MINUTE);
      return live(watch(services));
    },
    async ticks(count) {
      for (let tick = 0; tick < count; tick += 1) await testApp.tick();
    },
    fallback: () => live(fallback(services, covered)),
    live,
    pass: (minutes) => world.clock.advance(minutes * MINUTE),
    async until(run, is) {
      for (let minute = 0; minute < 24 * 60; minute += 1) {
        const record = await testApp.record(run);
        if (is(record.run)) return record;
        await testApp.tick();
      }
      throw new Error(`Not within a day: ${JSON.stringify((await testApp.record(run)).run)}`);
    },
    async record({ model, id }) {
      const record = await live(services.runs.getRecord(model, id));
      if (record === null || record === 'unreadable') throw new Error('There is such a run.');
      return record;
    },
    row: (partitionKey, rowKey, table = 'runs') =>
      world.tables.rows(table, partitionKey).find(({ RowKey }) => RowKey === rowKey),
    async put(row, table = 'runs') {
      await client(table).upsertEntity(row, 'Merge');
    },
    async remove(partitionKey, rowKey) {
      await client('runs').deleteEntity(partitionKey, rowKey);
    },
    close: () => world.close(),
  };
  return testApp;
}
